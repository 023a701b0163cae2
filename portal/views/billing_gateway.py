"""Ways to the payment gateway's own pages and back, and what is said where it does not answer."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from billing.gateways.configured import checkout_origins
from billing.gateways.stripe import GatewayRefused, GatewayUnreachable
from kernel.refusal import Refusal

NO_ANSWER = (
    "The payment page does not answer just now. Nothing was charged; please try again in a few "
    "minutes, or pay by bank transfer."
)


def offers_cards() -> bool:
    return bool(settings.STRIPE_API_KEY)


def may_lead_to_gateway(response: HttpResponse) -> HttpResponse:
    """Let the forms of this page end at the gateway's."""
    response._csp_update = {"form-action": checkout_origins()}  # type: ignore[attr-defined]
    return response


def led_to(request: HttpRequest, address: Callable[[], str], *, back: str) -> HttpResponse:
    """Go where the gateway says, or back with the reason why not."""
    try:
        return HttpResponseRedirect(address())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    except (GatewayUnreachable, GatewayRefused):
        messages.error(request, NO_ANSWER)
    return HttpResponseRedirect(back)


def page_address(request: HttpRequest, name: str, customer_id: UUID, query: str = "") -> str:
    """Where the gateway sends the customer back to, in whole."""
    return request.build_absolute_uri(reverse(name, args=[customer_id]) + query)
