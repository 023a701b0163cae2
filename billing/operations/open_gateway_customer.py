"""A customer at the gateway: made once, before it pays by card for the first time."""

from datetime import datetime
from uuid import UUID

from accounts.models import Customer
from billing.gateways import stripe as door
from billing.gateways.stripe import Gateway
from billing.models import GatewayCustomer


def open_gateway_customer(*, gateway: Gateway, customer_id: UUID, at: datetime) -> GatewayCustomer:
    """
    The customer's id at the gateway. Called outside transactions; two hands make one.

    :raises GatewayUnreachable: if the gateway does not answer; ask again later
    """
    known = GatewayCustomer.objects.filter(customer=customer_id).first()
    if known:
        return known
    customer = Customer.objects.get(pk=customer_id)
    payer = customer.billing_owners.filter(receives_invoices=True).first()
    gateway_id = door.create_customer(
        gateway,
        name=customer.legal_name,
        email=payer.email if payer else "",
        metadata={"customer": customer.external_id},
        key=f"customer-{customer.pk}",
    )
    GatewayCustomer.objects.bulk_create(
        [GatewayCustomer(customer=customer, gateway_id=gateway_id, created_at=at)],
        ignore_conflicts=True,
    )
    return GatewayCustomer.objects.get(customer=customer_id)
