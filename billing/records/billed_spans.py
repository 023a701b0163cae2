"""What was billed before, as facts of calc: only as far back as a rating can reach."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection

from billing.calc.types import BilledSpan
from billing.records.subscription_book import SubscriptionBook
from kernel.period import Period

BILLED = """
SELECT span.subscription_id, span.id, span.period_first, span.period_after, seat_type.code,
       span.kind, span.basis, span.amount_minor, span.charges, span.quantity
  FROM unnest(%s::uuid[], %s::date[]) AS bound(subscription_id, first)
  JOIN billing_ratedspan AS span
    ON span.subscription_id = bound.subscription_id AND span.period_after > bound.first
  JOIN billing_seattype AS seat_type ON seat_type.id = span.seat_type_id
 ORDER BY span.subscription_id, span.rating_id, span.period_first, span.basis
"""
DAYS = {"day": 1, "week": 7, "month": 31}
ALL = date(1, 1, 1)


def rating_bounds(books: Mapping[UUID, SubscriptionBook]) -> dict[UUID, date | None]:
    """
    The earliest local date a rating of each may change; None: from the start.

    Two intervals before the moment it is due covers the period that closes and the one before;
    a late event reaches further back.
    """
    return {key: rating_bound(book) for key, book in books.items()}


def rating_bound(book: SubscriptionBook) -> date | None:
    subscription = book.subscription
    if subscription.rating_count == 0 or subscription.rate_due_at is None:
        return None
    due_on = subscription.rate_due_at.astimezone(ZoneInfo(subscription.time_zone)).date()
    unit, count = max(book.cycles, key=lambda cycle: DAYS[cycle[0]] * cycle[1])
    reach = due_on - timedelta(days=2 * DAYS[unit] * count + 1)
    return min(reach, subscription.touched_from or reach)


def billed_spans(bounds: Mapping[UUID, date | None]) -> dict[UUID, list[BilledSpan]]:
    """Spans of earlier ratings by subscription, in one query."""
    spans: defaultdict[UUID, list[BilledSpan]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(BILLED, [list(bounds), [bound or ALL for bound in bounds.values()]])
        for row in cursor:
            spans[row[0]].append(billed_span(*row[1:]))
    return spans


def billed_span(
    span_id: UUID,
    period_first: date,
    period_after: date,
    seat_type: str,
    kind: str,
    basis: str,
    amount_minor: int,
    charges: str | None,
    quantity: int,
) -> BilledSpan:
    return BilledSpan(
        span_id=str(span_id),
        period=Period(first=period_first, after=period_after),
        seat_type=seat_type,
        charges=json.loads(charges) if charges else {basis: amount_minor},
        kind=kind,
    )
