"""The hash chain of a customer's ledger: each entry's digest covers the entry and the one before it."""

from collections.abc import Mapping

from kernel.chain import record_digest

CHAINED = (
    "id", "customer_id", "subscription_id", "position", "event_id", "seat_type_id", "kind",
    "from_state", "to_state", "quantity", "set_to", "balance_after", "group_id", "grantee_id",
    "price_id", "seat_policy_id", "billing_cycle_anchor", "effective_at", "recorded_at",
    "corrects_id", "voids",
)  # fmt: skip


def entry_digest(values: Mapping[str, object], *, previous_digest: str) -> str:
    """SHA-256 in hexadecimal over the previous digest and the entry's columns of `CHAINED`."""
    return record_digest([previous_digest, *(values[name] for name in CHAINED)])
