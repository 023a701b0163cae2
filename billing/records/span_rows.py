"""Rated spans on their way to an invoice: only the columns a line needs, no model objects."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from billing.models import RatedSpan, Subscription


@dataclass(frozen=True, slots=True)
class SpanRow:
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


COLUMNS = (
    "id", "customer_id", "subscription__currency", "subscription__time_zone", "rating__as_of",
    "document_kind", "seat_policy__settings__credit_application", "kind", "seat_type__code",
    "seat_type__name", "seat_type__plan__name", "quantity", "seat_days", "unit_price_minor",
    "span_first", "span_after", "period_after", "amount_minor", "formula",
)  # fmt: skip


def spans_to_draft(waiting: Sequence[Subscription]) -> Iterator[SpanRow]:
    """Spans of ratings not drafted yet, in reading order."""
    spans = RatedSpan.objects.filter(
        rating__subscription__in=waiting,
        rating__number__gt=F("rating__subscription__drafted_count"),
    ).order_by(
        "customer_id", "subscription_id", "rating__number", "seat_type__display_order",
        "period_first", "span_first", "id",
    )  # fmt: skip
    return (SpanRow(*row) for row in spans.values_list(*COLUMNS))
