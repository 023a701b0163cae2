"""Let a person administer a customer's billing: as who they are there already, or as somebody new."""

from uuid import UUID

from django.contrib.auth.models import User

from accounts.models import BillingOwner


def known_payer(*, customer_id: UUID, person: User, email: str) -> BillingOwner | None:
    """Who the person is among those who pay: by the account, else by the address in any spelling."""
    rows = BillingOwner.objects.filter(customer=customer_id)
    return rows.filter(user=person).first() or rows.filter(email__iexact=email).first()


def administer_billing(
    *, customer_id: UUID, person: User, email: str, name: str, receives_invoices: bool = False
) -> BillingOwner:
    """From now on the person does. `receives_invoices` is of somebody new; others keep what they have."""
    found = known_payer(customer_id=customer_id, person=person, email=email) or BillingOwner(
        customer_id=customer_id, name=name, email=email, receives_invoices=receives_invoices
    )
    found.user, found.manages_billing = person, True
    found.save()
    return found
