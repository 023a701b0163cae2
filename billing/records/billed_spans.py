"""What was billed before, as facts of calc: only as far back as a rating can reach."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.db import connection

from billing.calc.types import BilledSpan
from kernel.period import Period

BILLED = """
SELECT span.subscription_id, span.id, span.period_first, span.period_after, seat_type.code,
       span.kind, span.basis, span.amount_minor, span.charges, span.quantity, span.entry_ids, span.price_id,
       span.unit_price_minor
  FROM unnest(%s::uuid[], %s::date[]) AS bound(subscription_id, first)
  JOIN billing_ratedspan AS span
    ON span.subscription_id = bound.subscription_id AND span.period_after > bound.first
  JOIN billing_seattype AS seat_type ON seat_type.id = span.seat_type_id
 WHERE NOT EXISTS (
       SELECT FROM billing_voidedspans AS voided
         JOIN billing_invoiceline AS line ON line.invoice_id = voided.void_id
        WHERE voided.subscription_id = span.subscription_id AND line.rated_span_id = span.id)
 ORDER BY span.subscription_id, span.rating_id, span.period_first, span.basis COLLATE "C"
"""


def billed_spans(windows: Mapping[UUID, date]) -> dict[UUID, list[BilledSpan]]:
    """
    Spans rated before, of periods that end after each subscription's window, in one query.

    Those of voided invoices were taken back and count as never billed.
    """
    spans: defaultdict[UUID, list[BilledSpan]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(BILLED, [list(windows), list(windows.values())])
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
    entry_ids: list[UUID],
    price_id: UUID,
    unit_price_minor: int,
) -> BilledSpan:
    return BilledSpan(
        span_id=str(span_id),
        period=Period(first=period_first, after=period_after),
        seat_type=seat_type,
        charges=json.loads(charges) if charges else {basis: amount_minor},
        kind=kind,
        entry_ids=tuple(map(str, entry_ids)),
        quantity=quantity,
        price_key=str(price_id),
        unit_price_minor=unit_price_minor,
    )
