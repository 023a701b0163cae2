"""Where localstripe says less than Stripe does: decline codes, off-session 3-D Secure, lists by customer, events."""

from collections.abc import Callable
from typing import Any

from localstripe.errors import UserError
from localstripe.resources import (
    Charge,
    Event,
    PaymentIntent,
    PaymentMethod,
    Refund,
    extra_apis,
)
from localstripe.webhooks import schedule_webhook

AUTHENTICATION = "authentication_required"
GENERIC = "generic_decline"
LATER_PARAMETERS = ("automatic_payment_methods", "description")


def tell(kind: str, subject: Any) -> None:
    """A webhook, a second from now."""
    schedule_webhook(Event(kind, subject))


def decline_code_of(method_id: str | None) -> str:
    """What a card's owner wrote into its metadata, or Stripe's word for nothing in particular."""
    if not method_id:
        return GENERIC
    return str(PaymentMethod._api_retrieve(method_id).metadata.get("decline_code") or GENERIC)


def fail_as_stripe_does(charge: Any) -> None:
    """402 with the PaymentIntent inside, as the library's CardError expects it."""
    body = {"code": charge.failure_code, "charge": charge.id, "type": "card_error"}
    body["decline_code"] = decline_code_of(charge.payment_method)
    if charge.payment_intent:
        body["payment_intent"] = PaymentIntent._api_retrieve(charge.payment_intent)._export()
    raise card_error(charge.failure_message, body)


def card_error(message: str, contents: dict[str, Any]) -> UserError:
    error = UserError(402, message, contents)
    error.body["error"]["type"] = "card_error"
    return error


def last_error(intent: Any) -> dict[str, Any] | None:
    if getattr(intent, "_refused_off_session", False):
        words = "The bank wants the customer to confirm this payment."
        return {"code": AUTHENTICATION, "decline_code": AUTHENTICATION, "message": words}
    told: dict[str, Any] | None = NATIVE_ERROR.fget(intent)
    if told and intent.latest_charge:
        told["decline_code"] = decline_code_of(intent.latest_charge.payment_method)
    return told


def start_intent(intent: Any, **said: Any) -> None:
    """Parameters Stripe knows since localstripe was written change nothing in a stand-in."""
    for name in LATER_PARAMETERS:
        said.pop(name, None)
    NATIVE_START(intent, **said)


def create_intent(confirm: Any = None, off_session: Any = None, **said: Any) -> Any:
    """As Stripe: off the session, a card that wants its owner is declined and told so."""
    is_away = str(off_session).lower() == "true"
    method = said.get("payment_method")
    if (
        not is_away
        or not method
        or not PaymentMethod._api_retrieve(method)._requires_authentication()
    ):
        return NATIVE_CREATE(confirm=confirm, off_session=off_session, **said)
    intent = PaymentIntent(**said)
    intent.payment_method = None
    intent._refused_off_session = True
    tell("payment_intent.payment_failed", intent)
    told = {**(last_error(intent) or {}), "payment_intent": intent._export()}
    raise card_error(told["message"], told)


def list_intents(url: str, customer: Any = None, created: Any = None, **said: Any) -> Any:
    """By customer and time of creation, newest first."""
    since = int((created or {}).get("gte", 0))
    found = NATIVE_LIST(url, **said)
    rows = [one for one in found._list if customer in (None, one.customer) and one.created >= since]
    found._list = sorted(rows, key=lambda one: one.created, reverse=True)
    return found


def attach(id: str, customer: Any = None, **said: Any) -> Any:
    method = NATIVE_ATTACH(id, customer=customer, **said)
    tell("payment_method.attached", method)
    return method


def detach(id: str, **said: Any) -> Any:
    method = NATIVE_DETACH(id, **said)
    tell("payment_method.detached", method)
    return method


def start_refund(refund: Any, **said: Any) -> None:
    NATIVE_REFUND(refund, **said)
    refund.payment_intent = (
        refund.payment_intent or Charge._api_retrieve(refund.charge).payment_intent
    )
    tell("refund.created", refund)


NATIVE_ERROR = PaymentIntent.last_payment_error
NATIVE_START: Callable[..., None] = PaymentIntent.__init__
NATIVE_CREATE: Callable[..., Any] = PaymentIntent._api_create
NATIVE_LIST: Callable[..., Any] = PaymentIntent._api_list_all
NATIVE_ATTACH: Callable[..., Any] = PaymentMethod._api_attach
NATIVE_DETACH: Callable[..., Any] = PaymentMethod._api_detach
NATIVE_REFUND: Callable[..., None] = Refund.__init__


def behave() -> None:
    """Teach this process's localstripe; call once, before its routes are made."""
    Charge._raise_failure = fail_as_stripe_does
    PaymentIntent.last_payment_error = property(last_error)
    PaymentIntent.__init__ = start_intent
    PaymentIntent._api_create = staticmethod(create_intent)
    PaymentIntent._api_list_all = staticmethod(list_intents)
    PaymentMethod._api_attach = staticmethod(attach)
    Refund.__init__ = start_refund
    taught = {NATIVE_ATTACH: attach, NATIVE_DETACH: detach}
    extra_apis[:] = [
        (method, url, taught.get(function, function)) for method, url, function in extra_apis
    ]
