"""Let a customer leave a payment method on a page of the product's own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.gateways import stripe as door
from billing.gateways.stripe import Gateway
from billing.operations.open_gateway_customer import open_gateway_customer


@dataclass(frozen=True, slots=True)
class Setup:
    """A SetupIntent: the browser finishes it with the secret; the webhook tells of the method."""

    gateway_id: str
    client_secret: str


def start_setup(*, gateway: Gateway, customer_id: UUID, at: datetime) -> Setup:
    """
    A SetupIntent for charges without the customer present. Called outside transactions.

    :raises GatewayUnreachable: if the gateway does not answer
    :raises GatewayRefused: if it refuses the customer
    """
    known = open_gateway_customer(gateway=gateway, customer_id=customer_id, at=at)
    gateway_id, secret = door.create_setup(
        gateway,
        params={
            "customer": known.gateway_id,
            "usage": "off_session",
            "metadata": {"customer": str(customer_id)},
        },
        key=f"setup-intent-{customer_id}-{int(at.timestamp())}",
    )
    return Setup(gateway_id, secret)
