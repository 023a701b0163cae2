"""The hash chain of a customer's ledger: each entry's digest covers the entry and the one before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from uuid import UUID

CHAINED = (
    "id", "customer_id", "subscription_id", "position", "event_id", "seat_type_id", "kind",
    "from_state", "to_state", "quantity", "set_to", "balance_after", "group_id", "grantee_id",
    "price_id", "seat_policy_id", "billing_cycle_anchor", "effective_at", "recorded_at",
    "corrects_id", "voids",
)  # fmt: skip


def entry_digest(values: Mapping[str, object], *, previous_digest: str) -> str:
    """
    SHA-256 in hexadecimal over the entry's columns of `CHAINED` and the previous digest.

    Canonical form: a JSON list in the order of `CHAINED`; instants in UTC with microseconds.
    """
    record = [previous_digest, *(canonical(values[name]) for name in CHAINED)]
    text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def canonical(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, UUID | date):
        return str(value)
    return value
