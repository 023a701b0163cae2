"""Why a line has its amount: line → rated span → ledger entries → events."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.models import InvoiceLine, SeatLedgerEntry
from desk.queries.entries import EntryRow, entry_row


@dataclass(frozen=True, slots=True)
class CorrectedLine:
    """A line on another invoice that this line adjusts."""

    invoice_id: UUID
    invoice_label: str
    position: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LineTrail:
    """A line with everything that explains it. Amounts in minor units of `currency`."""

    line_id: UUID
    formula: str
    currency: str
    time_zone: str
    amount_minor: int
    quantity: int
    seat_days: int
    unit_price_minor: int
    period_first: date
    period_after: date
    span_first: date
    span_after: date
    basis: str
    price_id: UUID
    price_version: int
    policy_id: UUID
    policy_version: int
    subscription: str
    rating_number: int
    rated_as_of: datetime
    known_position: int
    entries: tuple[EntryRow, ...]
    corrects: tuple[CorrectedLine, ...]


def line_trail(line_id: UUID) -> LineTrail | None:
    """Three queries, whatever the line."""
    line = (
        InvoiceLine.objects.select_related(
            "invoice",
            "rated_span__rating",
            "rated_span__price",
            "rated_span__seat_policy",
            "rated_span__subscription",
        )
        .filter(pk=line_id)
        .first()
    )
    if line is None:
        return None
    span = line.rated_span
    entries = SeatLedgerEntry.objects.filter(pk__in=span.entry_ids).select_related(
        "event", "seat_type", "corrects", "grantee", "group"
    )
    corrected = InvoiceLine.objects.filter(rated_span__in=span.corrects_spans).select_related(
        "invoice"
    )
    return LineTrail(
        line_id=line.pk,
        formula=line.formula,
        currency=line.invoice.currency,
        time_zone=line.invoice.time_zone,
        amount_minor=line.amount_minor,
        quantity=line.quantity,
        seat_days=line.seat_days,
        unit_price_minor=line.unit_price_minor,
        period_first=span.period_first,
        period_after=span.period_after,
        span_first=line.span_first,
        span_after=line.span_after,
        basis=span.basis,
        price_id=span.price_id,
        price_version=span.price.version,
        policy_id=span.seat_policy_id,
        policy_version=span.seat_policy.version,
        subscription=span.subscription.external_id,
        rating_number=span.rating.number,
        rated_as_of=span.rating.as_of,
        known_position=span.rating.known_position,
        entries=tuple(entry_row(entry) for entry in entries.order_by("effective_at", "position")),
        corrects=tuple(
            CorrectedLine(one.invoice_id, str(one.invoice), one.position, one.amount_minor)
            for one in corrected
        ),
    )
