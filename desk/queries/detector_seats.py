"""The rows detectors of seats decide on: one set-based query each, over a window of days."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from desk.calc.detect_seats import BilledLine, CountedSeats, Removal, TwoLines

CREDITED = """
(SELECT coalesce(-sum(credit.amount_minor), 0) FROM billing_invoiceline AS credit
  WHERE credit.credited_line_id = {line}.id)
"""
LINE = """
{line}.id, {span}.id, {invoice}.id, coalesce(nullif({invoice}.number, ''), 'a draft'),
{line}.span_first, {line}.span_after, {line}.quantity, {line}.amount_minor, {credited},
{span}.entry_ids, {span}.corrects_spans
"""
SAME_BASIS = f"""
SELECT later.customer_id, later_span.subscription_id, later.seat_type_code, later_span.basis,
       later_invoice.currency,
       {LINE.format(line="earlier", span="span", invoice="invoice", credited=CREDITED.format(line="earlier"))},
       {LINE.format(line="later", span="later_span", invoice="later_invoice", credited=CREDITED.format(line="later"))}
  FROM billing_invoice AS later_invoice
  JOIN billing_invoiceline AS later ON later.invoice_id = later_invoice.id
  JOIN billing_ratedspan AS later_span ON later_span.id = later.rated_span_id
  JOIN billing_rating AS later_rating ON later_rating.id = later_span.rating_id
  JOIN billing_ratedspan AS span
    ON span.subscription_id = later_span.subscription_id
   AND span.period_first = later_span.period_first AND span.basis = later_span.basis
   AND span.id <> later_span.id
  JOIN billing_rating AS rating
    ON rating.id = span.rating_id AND rating.number < later_rating.number
  JOIN billing_invoiceline AS earlier ON earlier.rated_span_id = span.id
  JOIN billing_invoice AS invoice ON invoice.id = earlier.invoice_id
 WHERE later_invoice.cycle_date >= %s AND later_invoice.drafted_at <= %s
   AND later.amount_minor > 0 AND earlier.amount_minor > 0 AND later.kind <> 'adjustment'
   AND NOT EXISTS (SELECT FROM billing_invoicevoid AS void
                    WHERE void.invoice_id IN (invoice.id, later_invoice.id))
 ORDER BY later.id, earlier.id
"""
REMOVED = """
SELECT entry.id, entry.customer_id, entry.subscription_id, subscription.external_id, seat_type.code,
       entry.quantity, entry.effective_at, entry.recorded_at, covering.invoice_id
  FROM billing_entitlementevent AS event
  JOIN billing_seatledgerentry AS entry ON entry.event_id = event.id
  JOIN billing_subscription AS subscription ON subscription.id = entry.subscription_id
  JOIN billing_seattype AS seat_type ON seat_type.id = entry.seat_type_id
  LEFT JOIN LATERAL (
       SELECT line.invoice_id FROM billing_ratedspan AS span
         JOIN billing_invoiceline AS line ON line.rated_span_id = span.id
        WHERE span.subscription_id = entry.subscription_id
          AND span.seat_type_id = entry.seat_type_id AND span.amount_minor > 0
          AND span.span_first <= (entry.effective_at AT TIME ZONE subscription.time_zone)::date
          AND span.span_after > (entry.effective_at AT TIME ZONE subscription.time_zone)::date
        ORDER BY span.period_first DESC, span.id LIMIT 1) AS covering ON true
 WHERE event.recorded_at >= %s AND event.recorded_at <= %s
   AND entry.from_state = 'active' AND entry.to_state = 'removed' AND NOT entry.voids
   AND entry.kind <> 'seat_moved' AND entry.recorded_at > entry.effective_at
 ORDER BY entry.id
"""
COUNTED = """
WITH latest AS (
    SELECT DISTINCT ON (report.subscription_id) report.*
      FROM billing_memberreport AS report
     WHERE report.reported_at >= %s AND report.reported_at <= %s
     ORDER BY report.subscription_id, report.reported_at DESC
), counted AS (
    SELECT latest.customer_id, latest.subscription_id, latest.reported_at, said.key AS code,
           said.value::int AS active
      FROM latest CROSS JOIN LATERAL jsonb_each_text(latest.counts) AS said
), held AS (
    SELECT counted.subscription_id, counted.code, entry.set_to, entry.effective_at, entry.position,
           CASE WHEN entry.to_state = 'active' THEN entry.quantity ELSE 0 END
         - CASE WHEN entry.from_state = 'active' THEN entry.quantity ELSE 0 END AS change,
           max(CASE WHEN entry.set_to IS NOT NULL THEN ARRAY[
                   extract(epoch FROM entry.effective_at), entry.position] END)
               OVER (PARTITION BY counted.subscription_id, counted.code) AS base
      FROM counted
      JOIN billing_seattype AS seat_type ON seat_type.code = counted.code
      JOIN billing_seatledgerentry AS entry
        ON entry.subscription_id = counted.subscription_id AND entry.seat_type_id = seat_type.id
       AND entry.effective_at <= counted.reported_at AND NOT entry.voids
     WHERE NOT EXISTS (SELECT FROM billing_seatledgerentry AS correction
                        WHERE correction.corrects_id = entry.id)
), seats AS (
    SELECT subscription_id, code,
           sum(CASE WHEN base IS NULL OR place > base THEN change
                    WHEN place = base THEN set_to ELSE 0 END)::int AS billed
      FROM (SELECT held.*, ARRAY[extract(epoch FROM effective_at), position] AS place
              FROM held) AS placed
     GROUP BY subscription_id, code
)
SELECT counted.customer_id, counted.subscription_id, subscription.external_id, counted.code,
       coalesce(seats.billed, 0), counted.active, counted.reported_at
  FROM counted
  JOIN billing_subscription AS subscription ON subscription.id = counted.subscription_id
  LEFT JOIN seats
    ON seats.subscription_id = counted.subscription_id AND seats.code = counted.code
"""

UNIT_PRICES = """
SELECT DISTINCT ON (span.subscription_id, seat_type.code)
       span.subscription_id, seat_type.code, span.unit_price_minor
  FROM billing_ratedspan AS span
  JOIN billing_seattype AS seat_type ON seat_type.id = span.seat_type_id
 WHERE span.subscription_id = ANY(%s) AND span.kind = 'recurring'
 ORDER BY span.subscription_id, seat_type.code, span.period_first DESC, span.id DESC
"""


def rows_of(statement: str, values: list[Any] | dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        yield from cursor.fetchall()


def lines_of_same_basis(*, since: datetime, at: datetime) -> list[TwoLines]:
    """Pairs of charging lines for one period and basis, the later on an invoice of the window."""
    return [two_lines(row) for row in rows_of(SAME_BASIS, [since.date(), at])]


def two_lines(row: tuple[Any, ...]) -> TwoLines:
    customer_id, subscription_id, seat_type, basis, currency = row[:5]
    return TwoLines(
        customer_id, subscription_id, seat_type, basis, currency,
        earlier=billed_line(*row[5:16]), later=billed_line(*row[16:]),
    )  # fmt: skip


def billed_line(
    line_id: UUID,
    span_id: UUID,
    invoice_id: UUID,
    invoice: str,
    first: date,
    after: date,
    quantity: int,
    amount_minor: int,
    credited_minor: int,
    entry_ids: list[UUID],
    corrects: list[UUID],
) -> BilledLine:
    return BilledLine(
        line_id, span_id, invoice_id, invoice, first, after, quantity, amount_minor,
        int(credited_minor), frozenset(entry_ids), frozenset(corrects),
    )  # fmt: skip


def removals(*, since: datetime, at: datetime) -> list[Removal]:
    """Removals recorded in the window, with the invoice that billed the day they took effect."""
    return [Removal(*row) for row in rows_of(REMOVED, [since, at])]


def counted_seats(*, since: datetime, at: datetime) -> list[CountedSeats]:
    """The latest report of each subscription in the window beside the ledger's seats at its instant."""
    return [CountedSeats(*row) for row in rows_of(COUNTED, [since, at])]


def unit_prices(subscription_ids: Sequence[UUID]) -> dict[tuple[UUID, str], int]:
    """What a seat was last charged at, minor units for one interval, by subscription and seat type."""
    rows = rows_of(UNIT_PRICES, [list(subscription_ids)])
    return {(key, code): minor for key, code, minor in rows}
