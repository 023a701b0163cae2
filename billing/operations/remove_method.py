"""Remove a payment method because its customer wants it gone: at the gateway first, then here."""

from datetime import datetime
from uuid import UUID

from billing.gateways import stripe as door
from billing.gateways.stripe import Gateway
from billing.models import PaymentMethod
from billing.operations.record_method import MethodGone, forget_method


def remove_method(*, gateway: Gateway, customer_id: UUID, method_id: UUID, at: datetime) -> None:
    """
    It is never charged again; none of the others becomes the default by itself.

    Called outside transactions: a gateway that does not answer leaves everything as it was.

    :raises MethodGone: if the customer has no such method any more
    :raises GatewayUnreachable: if the gateway does not answer; try again
    """
    method = PaymentMethod.objects.filter(
        pk=method_id, customer=customer_id, detached_at=None
    ).first()
    if method is None:
        raise MethodGone("This payment method was removed already.")
    door.detach_method(gateway, gateway_id=method.gateway_id)
    forget_method(gateway_id=method.gateway_id, at=at)
