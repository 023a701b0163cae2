"""What a batch of events reads of the ledger, each by a statement that is planned once a connection."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from billing.calc.seat_sums import SeatSum
from billing.calc.types import LedgerFact
from billing.models import LedgerHead, Subscription
from billing.records.prepared import run_prepared

SUBSCRIPTION = (
    "id", "customer_id", "external_id", "plan_id", "currency", "interval_unit", "interval_count",
    "starts_on", "ends_on", "anchor_day", "time_zone", "seat_limit_behavior", "seat_limits",
)  # fmt: skip
SUBSCRIPTIONS = f"""
SELECT {", ".join(SUBSCRIPTION)} FROM billing_subscription WHERE external_id = ANY($1::text[])
"""
LOCK = """
SELECT customer_id, position, digest FROM billing_ledgerhead
 WHERE customer_id = ANY($1::uuid[]) ORDER BY customer_id FOR UPDATE
"""
EVENTS = """
SELECT id, customer_id, subscription_id, source, source_event_id, kind, actor, effective_at,
       recorded_at, digest
  FROM billing_entitlementevent
 WHERE customer_id = ANY($1::uuid[]) AND source_event_id = ANY($2::text[])
"""
ENTRIES = """
SELECT entry.subscription_id, entry.seat_type_id, seat_type.plan_id, entry.price_id, entry.group_id,
       entry.id::text, entry.event_id::text, entry.position, entry.kind, seat_type.code,
       entry.effective_at, entry.recorded_at, nullif(entry.from_state, ''),
       nullif(entry.to_state, ''), entry.quantity, entry.set_to, entry.grantee_id::text,
       entry.corrects_id::text, entry.voids, entry.from_grantee_id::text
  FROM billing_seatledgerentry AS entry
  JOIN billing_seattype AS seat_type ON seat_type.id = entry.seat_type_id
 WHERE entry.subscription_id = ANY($1::uuid[]) ORDER BY entry.position
"""

SUMS = """
SELECT subscription_id, seat_type, from_state, to_state, sum(quantity),
       (array_agg(effective_at ORDER BY second DESC, position DESC))[1],
       (array_agg(position ORDER BY second DESC, position DESC))[1],
       bool_or(second < second_before), bool_or(set_to IS NOT NULL),
       bool_or(corrects_id IS NOT NULL OR kind = 'plan_changed')
  FROM (SELECT entry.*, seat_type.code AS seat_type, second, lag(second, 1, second) OVER ledger AS second_before
          FROM billing_seatledgerentry AS entry
          JOIN billing_seattype AS seat_type ON seat_type.id = entry.seat_type_id
         CROSS JOIN LATERAL date_trunc('second', entry.effective_at) AS second
         WHERE entry.subscription_id = ANY($1::uuid[])
        WINDOW ledger AS (PARTITION BY entry.subscription_id ORDER BY entry.position)) AS move
 GROUP BY subscription_id, seat_type, from_state, to_state
"""


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as it is stored; what its sender said in full is left out where it was read."""

    id: UUID
    customer_id: UUID
    subscription_id: UUID
    source: str
    source_event_id: str
    kind: str
    actor: str
    effective_at: datetime
    recorded_at: datetime
    digest: str
    corrects: "EventRow | None" = None
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """A ledger entry as calc reads it, and the keys of what it belongs to."""

    subscription_id: UUID
    seat_type_id: UUID
    plan_id: UUID
    price_id: UUID | None
    group_id: UUID | None
    fact: LedgerFact


def subscriptions_named(names: Collection[str]) -> dict[str, Subscription]:
    """By external id, with what events need of them; the rest is deferred."""
    rows = run_prepared(SUBSCRIPTIONS, [list(names)])
    found = [Subscription.from_db(connection.alias, SUBSCRIPTION, row) for row in rows]
    return {one.external_id: one for one in found}


def heads_locked(customer_ids: Collection[UUID]) -> dict[UUID, LedgerHead]:
    """The heads there are, locked in the order of the customers until the transaction ends."""
    return {
        customer_id: LedgerHead(customer_id=customer_id, position=position, digest=digest)
        for customer_id, position, digest in run_prepared(LOCK, [list(customer_ids)])
    }


def stored_events(
    customer_ids: Collection[UUID], source_event_ids: Collection[str]
) -> dict[tuple[UUID, str, str], EventRow]:
    """By customer, source and the source's id."""
    rows = run_prepared(EVENTS, [list(customer_ids), list(source_event_ids)])
    found = [EventRow(*row) for row in rows]
    return {(one.customer_id, one.source, one.source_event_id): one for one in found}


def stored_entries(subscription_ids: Collection[UUID]) -> list[StoredEntry]:
    """In the order of their chains."""
    return [
        StoredEntry(subscription_id, seat_type_id, plan_id, price_id, group_id, LedgerFact(*said))
        for subscription_id, seat_type_id, plan_id, price_id, group_id, *said in run_prepared(
            ENTRIES, [list(subscription_ids)]
        )
    ]


def seat_sums(subscription_ids: Collection[UUID]) -> dict[UUID, list[SeatSum]]:
    """Of each subscription; none of one without entries."""
    sums: dict[UUID, list[SeatSum]] = {one: [] for one in subscription_ids}
    for subscription_id, *columns in run_prepared(SUMS, [list(subscription_ids)]):
        sums[subscription_id].append(SeatSum(*columns))
    return sums
