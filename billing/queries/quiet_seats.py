"""Named seats whose use is reported but has stopped: the work list of the age stage."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

NEWEST = """
WITH newest AS (
    SELECT DISTINCT ON (entry.subscription_id, entry.grantee_id, entry.seat_type_id) entry.*
      FROM billing_seatledgerentry AS entry
     WHERE entry.grantee_id IS NOT NULL
       AND entry.subscription_id IN (
           SELECT subscription_id FROM billing_seatledgerentry WHERE kind = 'seat_used')
     ORDER BY entry.subscription_id, entry.grantee_id, entry.seat_type_id,
              entry.effective_at DESC, entry.position DESC
), quiet AS (
    SELECT newest.*,
           CASE WHEN jsonb_typeof(policy.settings -> 'inactivity_days') = 'number'
                THEN newest.effective_at
                     + make_interval(days => (policy.settings ->> 'inactivity_days')::int)
           END AS inactive_at
      FROM newest JOIN billing_seatpolicy AS policy ON policy.id = newest.seat_policy_id
     WHERE newest.to_state = 'active'
       AND NOT EXISTS (SELECT 1 FROM billing_stagerefusal AS refusal
                        WHERE refusal.stage = 'age' AND refusal.subject_id = newest.id
                          AND refusal.resolved_at IS NULL)
)
"""
WAITING = NEWEST + "SELECT id FROM quiet WHERE inactive_at <= %s ORDER BY inactive_at LIMIT %s"
COUNT = NEWEST + "SELECT count(*), min(inactive_at) FROM quiet WHERE inactive_at <= %s"
SEATS = (
    NEWEST
    + """
SELECT quiet.id, quiet.inactive_at, subscription.external_id, seat_type.code, grantee.external_id
  FROM quiet
  JOIN billing_subscription AS subscription ON subscription.id = quiet.subscription_id
  JOIN billing_seattype AS seat_type ON seat_type.id = quiet.seat_type_id
  JOIN accounts_grantee AS grantee ON grantee.id = quiet.grantee_id
 WHERE quiet.id = ANY(%s)
"""
)


@dataclass(frozen=True, slots=True)
class QuietSeat:
    """A seat and the instant from which it counts as inactive."""

    entry_id: UUID
    inactive_at: datetime
    subscription: str
    seat_type: str
    grantee: str


def to_age(*, at: datetime, limit: int) -> Sequence[UUID]:
    """The newest ledger entries of seats gone quiet, longest first."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [at, limit])
        return [row[0] for row in cursor]


def count_to_age(*, at: datetime) -> tuple[int, datetime | None]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [at])
        waiting, oldest = cursor.fetchone()
    return waiting, oldest


def quiet_seats(entry_ids: Sequence[UUID]) -> list[QuietSeat]:
    with connection.cursor() as cursor:
        cursor.execute(SEATS, [list(entry_ids)])
        return [QuietSeat(*row) for row in cursor]
