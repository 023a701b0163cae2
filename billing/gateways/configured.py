"""The payment gateway of this installation, as the settings name it."""

from django.conf import settings

from billing.gateways.stripe import Gateway
from kernel.refusal import Refusal


class GatewayMissing(Refusal):
    code = "payment_gateway_missing"


def configured_gateway() -> Gateway:
    """:raises GatewayMissing: where no key is set; bank transfers work without one"""
    if not settings.STRIPE_API_KEY:
        raise GatewayMissing(
            "Cards cannot be charged: STRIPE_API_KEY is not set. Ask whoever runs Seatledger."
        )
    return Gateway(
        api_key=settings.STRIPE_API_KEY,
        api_base=settings.STRIPE_API_BASE,
        timeout_seconds=settings.STRIPE_TIMEOUT_SECONDS,
    )
