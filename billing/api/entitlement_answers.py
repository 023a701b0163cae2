"""The JSON of answers about entitlements. Every door that answers writes it by these functions."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from billing.calc.entitlement_words import Step
from billing.calc.entitlements import AdviceFact, Entitlement, FeatureAnswer, SeatAnswer

NO_ADVICE = {"level": "none", "reason_code": "", "words": "", "since": None}


def answer_bytes(answer: Entitlement) -> bytes:
    """As the API's renderer would write it."""
    return orjson.dumps(answer_body(answer))


def weak_etag(content: bytes) -> str:
    """Changes when the answer does. An answer names no instant of its own, so time alone changes none."""
    return f'W/"{hashlib.sha256(content).hexdigest()[:32]}"'


def answer_body(answer: Entitlement) -> dict[str, Any]:
    facts = answer.facts
    return {
        "customer": facts.customer,
        "grantee": facts.grantee,
        "feature": answer.feature or None,
        "allowed": answer.allowed,
        "entitled": answer.entitled,
        "reason": answer.reason or None,
        "sentence": answer.sentence,
        "what_can_be_done": steps_body(answer.what_can_be_done),
        "access_advice": advice_body(facts.advice),
        "subscriptions": [subscription_body(one) for one in answer.subscriptions],
    }


def advice_body(advice: AdviceFact | None) -> dict[str, Any]:
    if advice is None:
        return NO_ADVICE
    return {
        "level": advice.level,
        "reason_code": advice.reason_code,
        "words": advice.words,
        "since": instant(advice.since),
    }


def steps_body(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"by": one.by, "do": one.do, "where": one.where or None} for one in steps]


def subscription_body(answer: SeatAnswer) -> dict[str, Any]:
    seat = answer.seat
    return {
        "subscription": seat.subscription,
        "plan": seat.plan,
        "seat_type": seat.seat_type,
        "state": seat.state,
        "group": seat.group or None,
        "allowed": answer.allowed,
        "entitled": answer.entitled,
        "reason": answer.reason or None,
        "sentence": answer.sentence,
        "what_can_be_done": steps_body(answer.what_can_be_done),
        "why": {
            "since": instant(seat.since),
            "event_id": seat.event_id,
            "kind": seat.event_kind,
            "source": seat.source,
            "source_event_id": seat.source_event_id,
        },
        "features": [feature_body(one) for one in answer.features],
    }


def feature_body(one: FeatureAnswer) -> dict[str, Any]:
    return {
        "feature": one.feature,
        "name": one.name,
        "kind": one.kind,
        "allowed": one.allowed,
        "reason": one.reason or None,
        "unit": one.unit or None,
        "limit": one.limit,
        "limit_of": one.limit_of or None,
        "group": one.group or None,
        "used": one.used,
        "remaining": one.remaining,
        "resets_at": instant(one.resets_at) if one.resets_at else None,
    }


def instant(at: datetime) -> str:
    """In UTC, as everywhere in the API."""
    return at.isoformat().replace("+00:00", "Z")
