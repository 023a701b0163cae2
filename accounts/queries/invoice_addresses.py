"""Where what is written to a customer about its invoices goes."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from accounts.models.customer import BillingOwner


def invoice_addresses(customer_ids: Collection[UUID]) -> defaultdict[UUID, list[str]]:
    """E-mail addresses by customer, in order; none where nobody receives invoices. One query."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    owners = BillingOwner.objects.filter(customer__in=customer_ids, receives_invoices=True)
    for customer_id, email in owners.order_by("email").values_list("customer_id", "email"):
        found[customer_id].append(email)
    return found
