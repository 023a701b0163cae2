"""What explains an amount, as plain records: line, rated span, ledger entries, events, corrections."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.models import EntitlementEvent, InvoiceLine, RatedSpan, SeatLedgerEntry
from billing.queries.tax_trace import TaxTrace


@dataclass(frozen=True, slots=True)
class LineRef:
    """A line named from elsewhere. `invoice_number` is empty on a draft; amount in minor units."""

    line_id: UUID
    invoice_id: UUID
    invoice_number: str
    position: int
    kind: str
    description: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class EventTrace:
    """What a source reported: true at `effective_at`, known at `recorded_at`."""

    event_id: UUID
    source: str
    source_event_id: str
    kind: str
    actor: str
    effective_at: datetime
    recorded_at: datetime
    digest: str
    corrects_event_id: UUID | None


@dataclass(frozen=True, slots=True)
class EntryTrace:
    """An event's effect on one seat type. `position` and `digest` place it in the hash chain."""

    entry_id: UUID
    position: int
    digest: str
    kind: str
    seat_type: str
    from_state: str
    to_state: str
    quantity: int
    set_to: int | None
    balance_after: int
    group: str
    grantee: str
    effective_at: datetime
    recorded_at: datetime
    voids: bool
    corrects_position: int | None
    corrected_by_position: int | None
    event: EventTrace


@dataclass(frozen=True, slots=True)
class SpanTrace:
    """The rated span behind a line, and the rating that priced it. Half-open local dates."""

    span_id: UUID
    period_first: date
    period_after: date
    basis: str
    rating_number: int
    rated_as_of: datetime
    known_position: int
    policy_key: UUID
    policy_version: int
    price_key: UUID
    price_version: int


@dataclass(frozen=True, slots=True)
class LineTrace:
    """
    An invoice line with everything that explains it. Amounts in minor units of `currency`.

    `corrects`: lines of earlier invoices this one adjusts or credits; `corrected_by`: later lines
    that do so to it. The span and entries of a credit line are those of the line it credits.
    """

    line: LineRef
    subscription: str
    seat_type: str
    quantity: int
    seat_days: int
    unit_price_minor: int
    span_first: date
    span_after: date
    formula: str
    span: SpanTrace
    taxes: tuple[TaxTrace, ...]
    entries: tuple[EntryTrace, ...]
    corrects: tuple[LineRef, ...]
    corrected_by: tuple[LineRef, ...]


@dataclass(frozen=True, slots=True)
class EventReach:
    """
    An event with all it caused: its entries, every line they explain, its corrections both ways.

    `lines` holds the lines of corrections and of what it corrects too, in order of issue.
    """

    customer: str
    subscription: str
    event: EventTrace
    corrects: tuple[EventTrace, ...]
    corrections: tuple[EventTrace, ...]
    entries: tuple[EntryTrace, ...]
    lines: tuple[LineRef, ...]


def line_ref(line: InvoiceLine) -> LineRef:
    """Needs the invoice loaded with it."""
    return LineRef(
        line_id=line.pk,
        invoice_id=line.invoice_id,
        invoice_number=line.invoice.number,
        position=line.position,
        kind=line.kind,
        description=line.description,
        amount_minor=line.amount_minor,
        currency=line.invoice.currency,
    )


def event_trace(event: EntitlementEvent) -> EventTrace:
    return EventTrace(
        event_id=event.pk,
        source=event.source,
        source_event_id=event.source_event_id,
        kind=event.kind,
        actor=event.actor,
        effective_at=event.effective_at,
        recorded_at=event.recorded_at,
        digest=event.digest,
        corrects_event_id=event.corrects_id,
    )


def entry_trace(entry: SeatLedgerEntry, *, corrected_by_position: int | None) -> EntryTrace:
    """Needs event, seat type, group, grantee and the corrected entry loaded with it."""
    return EntryTrace(
        entry_id=entry.pk,
        position=entry.position,
        digest=entry.digest,
        kind=entry.kind,
        seat_type=entry.seat_type.code,
        from_state=entry.from_state,
        to_state=entry.to_state,
        quantity=entry.quantity,
        set_to=entry.set_to,
        balance_after=entry.balance_after,
        group=entry.group.external_id if entry.group else "",
        grantee=entry.grantee.external_id if entry.grantee else "",
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        voids=entry.voids,
        corrects_position=entry.corrects.position if entry.corrects else None,
        corrected_by_position=corrected_by_position,
        event=event_trace(entry.event),
    )


def line_trace(
    line: InvoiceLine,
    *,
    span: RatedSpan,
    taxes: tuple[TaxTrace, ...],
    entries: tuple[EntryTrace, ...],
    corrects: tuple[LineRef, ...],
    corrected_by: tuple[LineRef, ...],
) -> LineTrace:
    """Needs the invoice, and of the span rating, price, policy and subscription, loaded with it."""
    return LineTrace(
        line=line_ref(line),
        subscription=span.subscription.external_id,
        seat_type=line.seat_type_code,
        quantity=line.quantity,
        seat_days=line.seat_days,
        unit_price_minor=line.unit_price_minor,
        span_first=line.span_first,
        span_after=line.span_after,
        formula=line.formula,
        span=SpanTrace(
            span_id=span.pk,
            period_first=span.period_first,
            period_after=span.period_after,
            basis=span.basis,
            rating_number=span.rating.number,
            rated_as_of=span.rating.as_of,
            known_position=span.rating.known_position,
            policy_key=span.seat_policy_id,
            policy_version=span.seat_policy.version,
            price_key=span.price_id,
            price_version=span.price.version,
        ),
        taxes=taxes,
        entries=entries,
        corrects=corrects,
        corrected_by=corrected_by,
    )
