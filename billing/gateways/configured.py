"""What this installation speaks through, as the settings name it: payments and webhooks."""

from urllib.parse import urlsplit

from django.conf import settings

from billing.gateways.stripe import Gateway
from billing.gateways.webhook_sender import WebhookSender
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


def checkout_origins() -> list[str]:
    """Where a form that pays may end besides here: the gateway's own page, or the stand-in's."""
    addresses = filter(None, [settings.STRIPE_CHECKOUT_ORIGIN, settings.STRIPE_API_BASE])
    return [f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, addresses)]


def configured_webhook_sender() -> WebhookSender:
    """To the public internet alone, unless development says otherwise."""
    return WebhookSender(
        allow_private=settings.WEBHOOK_PRIVATE_TARGETS,
        timeout_seconds=settings.WEBHOOK_TIMEOUT_SECONDS,
    )
