"""Read an entitlement event from JSON: every field at fault is named. By hand, for speed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from billing.api.errors import BodyInvalid, FieldError
from billing.enums import EventKind, PriceMode
from billing.records.incoming import IncomingEvent

TEXTS = {
    "source": 50, "source_event_id": 100, "kind": 24, "subscription": 100, "customer": 100,
    "seat_type": 50, "to_seat_type": 50, "grantee": 100, "to_grantee": 100, "group": 100,
    "actor": 200, "corrects": 100, "plan": 80, "interval_unit": 5,
}  # fmt: skip
NUMBERS = {"quantity": 0, "new_quantity": 0, "interval_count": 1}
INSTANTS = ("effective_at", "new_effective_at")
REQUIRED = ("source", "source_event_id", "kind", "subscription")
KNOWN = {*TEXTS, *NUMBERS, *INSTANTS, "void", "price"}
SENDABLE_CHOICES = [one for one in EventKind.choices if one[0] != EventKind.SUBSCRIPTION_STARTED]
SENDABLE = {value for value, _ in SENDABLE_CHOICES}
NEEDS: Mapping[str, tuple[str, ...]] = {
    EventKind.SEAT_MOVED: ("seat_type", "to_seat_type"),
    EventKind.SEAT_USED: ("seat_type", "grantee"),
    EventKind.PRICE_CHANGED: ("seat_type", "price"),
    EventKind.PLAN_CHANGED: ("plan",),
    EventKind.CORRECTION: ("corrects",),
}
LARGEST = 1_000_000


def read_event(body: Any, *, required: tuple[str, ...] = REQUIRED) -> IncomingEvent:
    """
    The event, with nothing about it decided.

    :raises BodyInvalid: naming each field that is missing, unknown or not of its kind
    """
    if not isinstance(body, dict):
        raise BodyInvalid([FieldError("", "not_an_object", "An event is a JSON object.")])
    errors = [
        FieldError(name, "unknown_field", "There is no such field.")
        for name in body
        if name not in KNOWN
    ]
    errors += [
        FieldError(name, "required", "This field is required.")
        for name in (*required, *needed(body.get("kind")))
        if body.get(name) in (None, "")
    ]
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name in KNOWN and value is not None:
            problem = read_field(name, value, values)
            if problem:
                errors.append(problem)
    if errors:
        raise BodyInvalid(errors)
    return IncomingEvent(**{**{name: "" for name in REQUIRED}, **values})


def needed(kind: object) -> tuple[str, ...]:
    return NEEDS.get(kind, ("seat_type",)) if isinstance(kind, str) and kind in SENDABLE else ()


def read_field(name: str, value: Any, values: dict[str, Any]) -> FieldError | None:
    """Put a readable value among the others, or say what is wrong with it."""
    if name in TEXTS:
        return read_text(name, value, values)
    if name in NUMBERS:
        return read_number(name, value, values)
    if name in INSTANTS:
        return read_instant(name, value, values)
    if name == "price":
        return read_price(value, values)
    if not isinstance(value, bool):
        return FieldError(name, "not_a_boolean", "Send true or false.")
    values[name] = value
    return None


def read_number(name: str, value: Any, values: dict[str, Any]) -> FieldError | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return FieldError(name, "not_a_number", "Send a whole number.")
    if not NUMBERS[name] <= value <= LARGEST:
        return FieldError(name, "out_of_range", f"Between {NUMBERS[name]} and {LARGEST}.")
    values[name] = value
    return None


def read_text(name: str, value: Any, values: dict[str, Any]) -> FieldError | None:
    if not isinstance(value, str):
        return FieldError(name, "not_a_text", "Send a text.")
    if len(value) > TEXTS[name] or "\x00" in value:
        return FieldError(name, "too_long", f"At most {TEXTS[name]} characters, no NUL.")
    if name == "kind" and value not in SENDABLE:
        return FieldError(name, "unknown_kind", f"One of {', '.join(sorted(SENDABLE))}.")
    values[name] = value
    return None


def read_instant(name: str, value: Any, values: dict[str, Any]) -> FieldError | None:
    try:
        instant = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        instant = None
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        return FieldError(
            name, "not_an_instant", "Send ISO 8601 with a zone, such as 2026-02-04T09:30:00Z."
        )
    values[name] = instant
    return None


def read_price(value: Any, values: dict[str, Any]) -> FieldError | None:
    """`{"mode": …, "tiers": [{"up_to": seats or null, "price_minor": minor units}]}` or `{"list": true}`."""
    if value == {"list": True}:
        values["price"] = value
        return None
    tiers = value.get("tiers") if isinstance(value, dict) else None
    mode = value.get("mode", PriceMode.PER_UNIT) if isinstance(value, dict) else None
    is_readable = (
        isinstance(tiers, list)
        and tiers
        and mode in PriceMode.values
        and all(is_tier(one) for one in tiers)
    )
    if not is_readable:
        return FieldError(
            "price", "not_a_price",
            'Send {"tiers": [{"up_to": null, "price_minor": 900}]}, amounts in minor units, or '
            '{"list": true} to go back to the list price.',
        )  # fmt: skip
    values["price"] = {"mode": mode, "tiers": tiers}
    return None


def is_tier(tier: Any) -> bool:
    return (
        isinstance(tier, dict)
        and set(tier) == {"up_to", "price_minor"}
        and isinstance(tier["price_minor"], int)
        and (tier["up_to"] is None or isinstance(tier["up_to"], int))
    )
