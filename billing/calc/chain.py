"""Digests of events, and the hash chain of a customer's ledger: each entry's covers the one before it."""

from collections.abc import Mapping
from typing import Any

from kernel.chain import record_digest, text_digest

CHAINED = (
    "id", "customer_id", "subscription_id", "position", "event_id", "seat_type_id", "kind",
    "from_state", "to_state", "quantity", "set_to", "balance_after", "group_id", "grantee_id",
    "price_id", "seat_policy_id", "billing_cycle_anchor", "effective_at", "recorded_at",
    "corrects_id", "voids",
)  # fmt: skip
CHAINED_IF_SET = ("from_grantee_id",)  # columns younger than the first chains


def entry_digest(values: Mapping[str, object], *, previous_digest: str) -> str:
    """
    SHA-256 in hexadecimal over the previous digest and the entry's columns of `CHAINED`.

    Columns of `CHAINED_IF_SET` are covered where they say something, so that no older digest moved.
    """
    later = [values[name] for name in CHAINED_IF_SET if values.get(name) is not None]
    return record_digest([previous_digest, *(values[name] for name in CHAINED), *later])


def payload_digest(payload: Mapping[str, Any]) -> str:
    """SHA-256 in hexadecimal of an event's canonical JSON: tells a retry from a conflict."""
    return text_digest(payload)
