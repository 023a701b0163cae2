"""Rated spans on their way to an invoice: only the columns a line needs, no model objects."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from billing.records.prepared import run_prepared


class SpanRow(NamedTuple):
    """A rated span with the words around it. Amounts in minor units of `currency`."""

    id: UUID
    customer_id: UUID
    currency: str
    time_zone: str
    as_of: datetime
    document_kind: str
    credit_application: str | None
    kind: str
    seat_type_code: str
    seat_type_name: str
    plan_name: str
    quantity: int
    seat_days: int
    unit_price_minor: int
    span_first: date
    span_after: date
    period_after: date
    amount_minor: int
    formula: dict[str, Any]


TO_DRAFT = """
SELECT span.id, span.customer_id, subscription.currency, subscription.time_zone, rating.as_of,
       span.document_kind, policy.settings ->> 'credit_application', span.kind, seat_type.code,
       seat_type.name, plan.name, span.quantity, span.seat_days, span.unit_price_minor,
       span.span_first, span.span_after, span.period_after, span.amount_minor, span.formula
  FROM billing_subscription AS subscription
  JOIN billing_rating AS rating
    ON rating.subscription_id = subscription.id AND rating.number > subscription.drafted_count
  JOIN billing_ratedspan AS span ON span.rating_id = rating.id
  JOIN billing_seatpolicy AS policy ON policy.id = span.seat_policy_id
  JOIN billing_seattype AS seat_type ON seat_type.id = span.seat_type_id
  JOIN billing_plan AS plan ON plan.id = seat_type.plan_id
 WHERE subscription.id = ANY($1::uuid[])
 ORDER BY span.customer_id, span.subscription_id, rating.number, seat_type.display_order,
          span.period_first, span.span_first, span.id
"""


def spans_to_draft(subscription_ids: Sequence[UUID]) -> Iterator[SpanRow]:
    """Spans of ratings not drafted yet, in reading order; one query."""
    return map(SpanRow._make, run_prepared(TO_DRAFT, [subscription_ids]))
