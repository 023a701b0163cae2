"""Digests of records: one canonical form, so that whoever has the values finds the same digest."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def record_digest(values: Sequence[object]) -> str:
    """
    SHA-256 in hexadecimal over the values in their order.

    Canonical form: a JSON list without blanks, keys sorted; instants in UTC with microseconds.
    """
    return text_digest([canonical(value) for value in values])


def text_digest(value: object) -> str:
    """SHA-256 in hexadecimal of JSON types as text without blanks, keys sorted."""
    return hashlib.sha256(ENCODER.encode(value).encode()).hexdigest()


def canonical(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID | date):
        return str(value)
    return value
