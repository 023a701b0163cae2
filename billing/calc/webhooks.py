"""Webhooks before anybody trusts them: how old the signature is, and what the body must be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from billing.calc.gateway_answer import instant
from kernel.refusal import Refusal

TOLERANCE_SECONDS = 300


class WebhookUnreadable(Refusal):
    code = "webhook_unreadable"


class WebhookNotSigned(Refusal):
    code = "webhook_not_signed"


class WebhookOutsideTolerance(Refusal):
    code = "webhook_outside_tolerance"


@dataclass(frozen=True, slots=True)
class Told:
    """An event as told: `data` is the object it tells about, at that moment."""

    event_id: str
    kind: str
    created_at: datetime
    object_id: str
    data: Mapping[str, Any]


def check_age(*, header: str, now: datetime, tolerance_seconds: int = TOLERANCE_SECONDS) -> None:
    """
    Both ways: a signature from the future is as forged as one replayed from the past.

    :raises WebhookNotSigned: if the header has no time
    :raises WebhookOutsideTolerance: if its time is further from now than the tolerance
    """
    times = [part[2:] for part in header.split(",") if part.startswith("t=")]
    if len(times) != 1 or not times[0].isdecimal():
        raise WebhookNotSigned("The Stripe-Signature header carries no time.")
    if abs(now.timestamp() - int(times[0])) > tolerance_seconds:
        raise WebhookOutsideTolerance(
            f"The signature's time is more than {tolerance_seconds} seconds from now."
        )


def read_event(body: str) -> Told:
    """:raises WebhookUnreadable: if it is not an event of Stripe's with id, type, time and object"""
    try:
        event = json.loads(body)
        data = event["data"]["object"]
        if event["object"] != "event" or not isinstance(data, dict):
            raise WebhookUnreadable("The body is JSON, but not an event.")
        told = Told(
            event_id=text(event["id"]),
            kind=text(event["type"]),
            created_at=instant(event["created"]),
            object_id=str(data.get("id") or ""),
            data=data,
        )
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError) as error:
        raise WebhookUnreadable(
            f"The body is not an event: {type(error).__name__} {error}"
        ) from error
    return told


def text(value: object) -> str:
    """:raises ValueError: for what is no short text"""
    if not isinstance(value, str) or not 0 < len(value) <= 100:
        raise ValueError(f"{str(value)[:40]!r} is no short text")
    return value
