"""The next invoice run: when, how many subscriptions are due by then, and about how much they come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import current_app
from django.db import connection

from billing.queries.work import subscriptions_due

DAILY_RUN = "billing.tasks.start_daily_run"
SAMPLE = 400
BYTES = 256

LAST_INVOICES = """
WITH due AS (
    SELECT DISTINCT s.customer_id, s.currency
      FROM billing_subscription s
     WHERE s.rate_due_at <= %(at)s AND get_byte(uuid_send(s.id), 15) < %(bytes)s
       AND NOT EXISTS (SELECT 1 FROM billing_stagerefusal r
                        WHERE r.stage = 'rate' AND r.subject_id = s.id AND r.resolved_at IS NULL)
     LIMIT %(most)s
)
SELECT d.currency, count(*), count(i.subtotal_minor), coalesce(sum(i.subtotal_minor), 0)
  FROM due d LEFT JOIN LATERAL (
    SELECT i.subtotal_minor
      FROM billing_invoice i
     WHERE i.customer_id = d.customer_id AND i.currency = d.currency AND i.kind = 'invoice'
       AND i.state = 'finalized'
       AND EXISTS (SELECT 1 FROM billing_invoiceline l
                    WHERE l.invoice_id = i.id AND l.kind = 'recurring')
     ORDER BY i.cycle_date DESC LIMIT 1
  ) AS i ON true
 GROUP BY 1 ORDER BY 4 DESC
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """About how much of one currency, before tax, in minor units."""

    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class NextRun:
    """
    `sampled` customers were looked at, `known` of them have an invoice to go by; `is_whole` if
    that is everybody who is due.
    """

    starts_at: datetime
    due: int
    expected: tuple[Expected, ...]
    sampled: int
    known: int
    is_whole: bool


def next_run(*, at: datetime) -> NextRun:
    """
    Two queries: a count of who is due by then, and the last regular invoices of some of them.

    Above 400 the customers are drawn by the random end of their subscription's key, and the sum of
    their last invoices is scaled up.
    """
    starts_at = next_start(at)
    due = subscriptions_due(starts_at).count()
    share = min(BYTES, max(1, BYTES * SAMPLE // due)) if due else BYTES
    rows = last_invoices(at=starts_at, share=share)
    sampled, known = sum(row[1] for row in rows), sum(row[2] for row in rows)
    return NextRun(
        starts_at=starts_at,
        due=due,
        expected=tuple(
            Expected(currency, int(minor) * BYTES // share)
            for currency, _, _, minor in rows
            if minor
        ),
        sampled=sampled,
        known=known,
        is_whole=share == BYTES,
    )


def last_invoices(*, at: datetime, share: int) -> Sequence[Any]:
    """Rows of currency, customers, those with an invoice, and the sum before tax in minor units."""
    with connection.cursor() as cursor:
        cursor.execute(LAST_INVOICES, {"at": at, "bytes": share, "most": SAMPLE * 4})
        rows: list[Any] = cursor.fetchall()
        return rows


def next_start(at: datetime) -> datetime:
    """When Celery's clock starts the daily run next; the schedule is in UTC."""
    schedule: Any = next(  # a crontab; its stubs leave its fields out
        one["schedule"]
        for one in current_app.conf.beat_schedule.values()
        if one["task"] == DAILY_RUN
    )
    now = at.astimezone(UTC).replace(second=0, microsecond=0)
    today = now.replace(hour=min(schedule.hour), minute=min(schedule.minute))
    return today if today > at else today + timedelta(days=1)
