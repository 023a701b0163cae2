"""What Stripe's objects mean to us. Reads plain dictionaries; asks nobody."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

ChargeState = Literal["processing", "needs_customer", "succeeded", "failed", "canceled"]

STATES: Mapping[str, ChargeState] = {
    "succeeded": "succeeded",
    "processing": "processing",
    "requires_capture": "processing",
    "requires_action": "needs_customer",
    "requires_confirmation": "needs_customer",
    "requires_payment_method": "failed",
    "canceled": "canceled",
}
AUTHENTICATION_REQUIRED = "authentication_required"
WORDS = {
    AUTHENTICATION_REQUIRED: "The bank wants the customer to confirm the payment.",
    "insufficient_funds": "There was not enough money on the account.",
    "expired_card": "The card has expired.",
}


@dataclass(frozen=True, slots=True)
class ChargeAnswer:
    """What became of a charge. `fee_minor` is in minor units of the charge's currency."""

    state: ChargeState
    gateway_id: str
    decline_code: str = ""
    problem: str = ""
    client_secret: str = ""
    fee_minor: int = 0


def read_charge(intent: Mapping[str, Any]) -> ChargeAnswer:
    """A PaymentIntent, with or without its latest charge and balance transaction expanded."""
    error = intent.get("last_payment_error") or {}
    state = STATES.get(str(intent.get("status")), "processing")
    code = str(error.get("decline_code") or error.get("code") or "")
    is_declined = state == "failed" and bool(error)
    if state == "failed" and (not error or code == AUTHENTICATION_REQUIRED):
        state = "needs_customer"
    return ChargeAnswer(
        state=state,
        gateway_id=str(intent["id"]),
        decline_code=code if is_declined else "",
        problem=(WORDS.get(code) or str(error.get("message") or "")) if is_declined else "",
        client_secret=str(intent.get("client_secret") or ""),
        fee_minor=fee_of(intent),
    )


def fee_of(intent: Mapping[str, Any]) -> int:
    """The gateway's fee in minor units, where the answer carries it and in the same currency."""
    charge = intent.get("latest_charge")
    booked = charge.get("balance_transaction") if isinstance(charge, Mapping) else None
    if not isinstance(booked, Mapping) or booked.get("currency") != intent.get("currency"):
        return 0
    return int(booked.get("fee") or 0)


@dataclass(frozen=True, slots=True)
class MethodFacts:
    """A payment method as its owner would recognize it."""

    gateway_id: str
    gateway_customer: str
    kind: str
    brand: str
    last4: str
    expires_on: date | None


def read_method(method: Mapping[str, Any]) -> MethodFacts:
    """A PaymentMethod of any type; what a type does not have stays empty."""
    kind = str(method.get("type") or "card")
    details = method.get(kind) or {}
    return MethodFacts(
        gateway_id=str(method["id"]),
        gateway_customer=str(method.get("customer") or ""),
        kind=kind,
        brand=str(details.get("brand") or details.get("bank_code") or "")[:30],
        last4=str(details.get("last4") or "")[:4],
        expires_on=last_day_of(details.get("exp_year"), details.get("exp_month")),
    )


def last_day_of(year: object, month: object) -> date | None:
    """A card is valid to the end of its month."""
    if not isinstance(year, int) or not isinstance(month, int):
        return None
    after = date(year + month // 12, month % 12 + 1, 1)
    return date.fromordinal(after.toordinal() - 1)


def instant(seconds: object) -> datetime:
    """:raises ValueError: for what is no Unix time in seconds"""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds < 0:
        raise ValueError(f"{seconds!r} is no time in seconds")
    return datetime.fromtimestamp(seconds, UTC)
