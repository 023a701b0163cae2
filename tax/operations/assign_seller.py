"""Decide which billing entity invoices a customer from its next invoice on."""

from accounts.models import Customer
from tax.models import BillingEntity, SellerAssignment


def assign_seller(*, customer: Customer, billing_entity: BillingEntity) -> SellerAssignment:
    """Invoices already issued keep their seller; history keeps every assignment."""
    assignment, _ = SellerAssignment.objects.update_or_create(
        customer=customer, defaults={"billing_entity": billing_entity}
    )
    return assignment
