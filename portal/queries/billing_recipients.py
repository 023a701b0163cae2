"""Who receives the invoices of a customer."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import BillingOwner, Customer


@dataclass(frozen=True, slots=True)
class RecipientRow:
    """An address. `role` is empty for somebody who receives and nothing else."""

    id: UUID
    name: str
    email: str
    role: str


def recipient_rows(customer: Customer) -> tuple[RecipientRow, ...]:
    """The billing owner first. One query."""
    rows = BillingOwner.objects.filter(customer=customer, receives_invoices=True)
    return tuple(RecipientRow(one.pk, one.name, one.email, role_of(one)) for one in rows)


def role_of(one: BillingOwner) -> str:
    if one.is_primary:
        return "Billing owner"
    return "Billing administrator" if one.manages_billing else ""
