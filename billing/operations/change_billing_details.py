"""Change who a customer is on paper: written to its record, and as evidence for tax at once."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import Customer
from tax.operations.record_evidence import record_evidence


@dataclass(frozen=True, slots=True)
class BillingDetails:
    """What a customer may change itself. `country`: ISO 3166-1 alpha-2; `paper`: A4 or Letter."""

    legal_name: str
    address_line1: str
    address_line2: str
    postal_code: str
    city: str
    region: str
    country: str
    tax_number: str
    language: str
    paper: str
    purchase_order: str
    itemizes_groups: bool


def details_of(customer: Customer) -> BillingDetails:
    names = BillingDetails.__dataclass_fields__
    return BillingDetails(**{name: getattr(customer, name) for name in names})


@transaction.atomic
def change_billing_details(
    *, customer_id: UUID, details: BillingDetails, source: str, by: User | None, at: datetime
) -> list[str]:
    """
    Write what differs and return its names; documents that are issued keep what they say.

    Address and tax number become new versions of evidence, and a new number is asked about.
    """
    customer = Customer.objects.select_for_update(of=("self",)).get(pk=customer_id)
    changed = [name for name, value in asdict(details).items() if getattr(customer, name) != value]
    if not changed:
        return []
    for name in changed:
        setattr(customer, name, getattr(details, name))
    customer.save(update_fields=changed)
    record_evidence(customers=[customer], source=source, by=by, at=at)
    return changed
