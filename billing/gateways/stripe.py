"""The one door to Stripe. Whoever calls it holds no transaction and has stored what it asks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar, cast

import stripe
from stripe.params import (
    CustomerCreateParams,
    PaymentIntentCreateParams,
    RefundCreateParams,
    SetupIntentCreateParams,
)
from stripe.params.checkout import SessionCreateParams

from billing.calc.gateway_answer import ChargeAnswer, read_charge

Found = TypeVar("Found")
WITH_FEE = ["latest_charge.balance_transaction"]
PAGE = 100


class GatewayUnreachable(Exception):
    """No usable answer came: what was asked may or may not have been done. Look it up, then ask."""


class GatewayRefused(Exception):
    """Stripe understood and said no for good; `code` is its own."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Gateway:
    """Where Stripe is and who we are there. Read from the settings by whoever calls an operation."""

    api_key: str
    api_base: str = ""
    timeout_seconds: float = 20.0

    @property
    def client(self) -> stripe.StripeClient:
        return stripe.StripeClient(
            self.api_key,
            base_addresses={"api": self.api_base} if self.api_base else {},
            max_network_retries=0,  # a repeat is ours to decide: the attempt is looked up first
            http_client=stripe.RequestsClient(timeout=self.timeout_seconds),
        )


def ask(call: Callable[[], Found]) -> Found:
    """
    One call, its errors told apart.

    :raises GatewayRefused: for requests that would be refused again
    :raises GatewayUnreachable: for lost connections, time-outs, 409, 429, 5xx and bad keys
    """
    try:
        return call()
    except stripe.CardError:
        raise
    except (stripe.IdempotencyError, stripe.RateLimitError) as error:
        raise GatewayUnreachable(words_of(error)) from error
    except stripe.InvalidRequestError as error:
        raise GatewayRefused(words_of(error), error.code or "invalid_request") from error
    except stripe.StripeError as error:
        raise GatewayUnreachable(words_of(error)) from error


def words_of(error: stripe.StripeError) -> str:
    return f"{type(error).__name__}: {error.user_message or error}"[:300]


def create_customer(
    gateway: Gateway, *, name: str, email: str, metadata: Mapping[str, str], key: str
) -> str:
    """The id (cus_…) Stripe knows a customer by; the same key makes one."""
    params: CustomerCreateParams = {"name": name, "metadata": dict(metadata)}
    if email:
        params["email"] = email
    found = ask(
        lambda: gateway.client.v1.customers.create(params, options={"idempotency_key": key})
    )
    return found.id


def charge(gateway: Gateway, *, params: PaymentIntentCreateParams, key: str) -> ChargeAnswer:
    """
    Create and confirm a PaymentIntent; a decline is an answer like another.

    :raises GatewayUnreachable: if it is not known what happened
    :raises GatewayRefused: if Stripe cannot serve the request
    """
    try:
        found = ask(
            lambda: gateway.client.v1.payment_intents.create(
                params, options={"idempotency_key": key}
            )
        )
    except stripe.CardError as error:
        return read_decline(error)
    return read_charge(found.to_dict())


def read_decline(error: stripe.CardError) -> ChargeAnswer:
    """The PaymentIntent a decline carries, or what the error itself tells."""
    body = cast("dict[str, Any]", error.json_body or {}).get("error", {})
    intent = body.get("payment_intent")
    told = {"code": body.get("code"), "decline_code": body.get("decline_code")}
    told["message"] = body.get("message")
    if intent:
        return read_charge({"last_payment_error": told, **intent})
    return read_charge({"id": "", "status": "requires_payment_method", "last_payment_error": told})


def retrieve_charge(gateway: Gateway, *, gateway_id: str) -> ChargeAnswer:
    """A PaymentIntent as it stands, with its fee."""
    found = ask(
        lambda: gateway.client.v1.payment_intents.retrieve(gateway_id, {"expand": WITH_FEE})
    )
    return read_charge(found.to_dict())


def find_charge(
    gateway: Gateway, *, gateway_customer: str, attempt: str, since: datetime
) -> ChargeAnswer | None:
    """The PaymentIntent an attempt made although its answer was lost; None if it never arrived."""
    pages = ask(
        lambda: gateway.client.v1.payment_intents.list(
            {
                "customer": gateway_customer,
                "created": {"gte": int(since.timestamp()) - 60},
                "limit": PAGE,
            }
        )
    )
    for intent in ask(lambda: list(pages.auto_paging_iter())):
        if noted(intent, "attempt") == attempt:
            return read_charge(intent.to_dict())
    return None


def cancel_charge(gateway: Gateway, *, gateway_id: str) -> ChargeAnswer:
    """Cancel a PaymentIntent that waits for its customer; one that went through stays so."""
    try:
        found = ask(lambda: gateway.client.v1.payment_intents.cancel(gateway_id))
    except GatewayRefused:
        return retrieve_charge(gateway, gateway_id=gateway_id)
    return read_charge(found.to_dict())


@dataclass(frozen=True, slots=True)
class RefundAnswer:
    """What became of a refund."""

    gateway_id: str
    state: str
    problem: str


def create_refund(gateway: Gateway, *, params: RefundCreateParams, key: str) -> RefundAnswer:
    """Give back (part of) a PaymentIntent."""
    found = ask(lambda: gateway.client.v1.refunds.create(params, options={"idempotency_key": key}))
    return read_refund(found)


def find_refund(gateway: Gateway, *, payment_intent: str, refund: str) -> RefundAnswer | None:
    """A refund whose answer was lost; None if it never arrived."""
    pages = ask(
        lambda: gateway.client.v1.refunds.list({"payment_intent": payment_intent, "limit": PAGE})
    )
    for one in ask(lambda: list(pages.auto_paging_iter())):
        if noted(one, "refund") == refund:
            return read_refund(one)
    return None


def noted(found: stripe.PaymentIntent | stripe.Refund, name: str) -> str:
    """What we wrote into an object's metadata; Stripe's objects are no dictionaries."""
    metadata: dict[str, str] = found.to_dict().get("metadata") or {}
    return metadata.get(name, "")


def read_refund(found: stripe.Refund) -> RefundAnswer:
    plain = found.to_dict()
    return RefundAnswer(
        gateway_id=found.id,
        state=str(plain.get("status") or "pending"),
        problem=str(plain.get("failure_reason") or ""),
    )


def create_setup(gateway: Gateway, *, params: SetupIntentCreateParams, key: str) -> tuple[str, str]:
    """A SetupIntent: its id and the secret with which the customer's browser finishes it."""
    found = ask(
        lambda: gateway.client.v1.setup_intents.create(params, options={"idempotency_key": key})
    )
    return found.id, found.client_secret or ""


def detach_method(gateway: Gateway, *, gateway_id: str) -> None:
    """The gateway forgets a payment method; one it no longer knows is forgotten already."""
    try:
        ask(lambda: gateway.client.v1.payment_methods.detach(gateway_id))
    except GatewayRefused:
        return


def create_session(gateway: Gateway, *, params: SessionCreateParams, key: str) -> tuple[str, str]:
    """A Checkout session: its id and the address to send the customer to."""
    found = ask(
        lambda: gateway.client.v1.checkout.sessions.create(params, options={"idempotency_key": key})
    )
    return found.id, found.url or ""


def is_signed(*, body: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Whether a webhook carries our signature under any of the secrets; its age is not judged here."""
    for secret in secrets:
        try:
            stripe.WebhookSignature.verify_header(body, header, secret, tolerance=None)
        except (stripe.SignatureVerificationError, UnicodeDecodeError):
            continue
        return True
    return False
