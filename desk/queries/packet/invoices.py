"""The documents of a packet: invoices and credit notes with lines, arithmetic, taxes and digests."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from billing.models import Invoice, InvoiceDelivery, InvoiceLine, RatedSpan, TaxHold
from billing.queries.tax_trace import TaxTrace, taxes_by_invoice
from billing.queries.trace import traced
from billing.queries.trace_records import LineRef, LineTrace


@dataclass(frozen=True, slots=True)
class PacketLine:
    """
    A line, the rated span behind it and the places of its entries in the ledger. Minor units.

    `record` is the arithmetic as data, `formula` the same in the invoice's language. The span of a
    credit line is that of the line it credits, and its record is empty.
    """

    id: UUID
    position: int
    kind: str
    plan: str
    seat_type: str
    seat_type_name: str
    description: str
    quantity: int
    seat_days: int
    unit_price_minor: int
    span_first: date
    span_after: date
    amount_minor: int
    formula: str
    record: dict[str, Any]
    span_id: UUID
    subscription: str
    subscription_id: UUID
    period_first: date
    period_after: date
    basis: str
    rating_number: int
    rated_as_of: datetime
    known_position: int
    price_id: UUID
    price_version: int
    policy_id: UUID
    policy_version: int
    entries: tuple[int, ...]
    corrects: tuple[LineRef, ...]
    corrected_by: tuple[LineRef, ...]


@dataclass(frozen=True, slots=True)
class PacketDocument:
    """The PDF as issued, and the digest of the invoice as data inside it. Size in bytes."""

    sha256: str
    xml_sha256: str
    size: int
    pages: int
    rendered_at: datetime


@dataclass(frozen=True, slots=True)
class PacketDelivery:
    """An e-mail the document went out with, and what became of it."""

    number: int
    to: tuple[str, ...]
    state: str
    queued_at: datetime
    sent_at: datetime | None
    problem: str


@dataclass(frozen=True, slots=True)
class PacketHold:
    """Why a document waited for its tax, and until when."""

    code: str
    message: str
    market: str
    since: datetime
    released_at: datetime | None


@dataclass(frozen=True, slots=True)
class PacketInvoice:
    """
    An invoice or credit note whole. Minor units of `currency`; None while undetermined.

    `open_minor` is what it still asks for; None where nobody owes it. `credits_id` is the invoice
    a person credited with it.
    """

    id: UUID
    number: str
    kind: str
    state: str
    settlement: str
    credits_id: UUID | None
    currency: str
    cycle_date: date
    drafted_at: datetime
    issued_at: datetime | None
    due_date: date | None
    subtotal_minor: int
    tax_minor: int | None
    total_minor: int | None
    credit_applied_minor: int
    amount_due_minor: int | None
    open_minor: int | None
    language: str
    time_zone: str
    paper: str
    billing_entity: str
    seller: dict[str, Any]
    buyer: dict[str, Any]
    policies: tuple[dict[str, Any], ...]
    lines: tuple[PacketLine, ...]
    taxes: tuple[TaxTrace, ...]
    holds: tuple[PacketHold, ...]
    document: PacketDocument | None
    deliveries: tuple[PacketDelivery, ...]

    @property
    def is_credit_note(self) -> bool:
        return self.kind == "credit_note"

    @property
    def label(self) -> str:
        return self.number or "Draft"


@dataclass(frozen=True, slots=True)
class TracedInvoices:
    """The documents, and the ids of the ledger entries their lines name."""

    invoices: tuple[PacketInvoice, ...]
    entry_ids: frozenset[UUID]


def packet_invoices(invoice_ids: Sequence[UUID]) -> TracedInvoices:
    """In the order they were drafted. Eleven queries, however many and however long."""
    rows = list(
        Invoice.objects.filter(pk__in=invoice_ids)
        .select_related("billing_entity", "document", "receivable")
        .order_by("drafted_at", "pk")
    )
    if not rows:
        return TracedInvoices((), frozenset())
    traces = traced(InvoiceLine.objects.filter(invoice__in=invoice_ids))
    facts = span_facts({one.span.span_id for one in traces})
    plans = dict(InvoiceLine.objects.filter(invoice__in=invoice_ids).values_list("pk", "plan_name"))
    lines: defaultdict[UUID, list[PacketLine]] = defaultdict(list)
    for one in traces:
        lines[one.line.invoice_id].append(packet_line(one, facts, plans[one.line.line_id]))
    taxes = taxes_by_invoice(invoice_ids)
    holds = holds_by_invoice(invoice_ids)
    deliveries = deliveries_by_invoice(invoice_ids)
    return TracedInvoices(
        tuple(
            packet_invoice(row, lines[row.pk], taxes[row.pk], holds[row.pk], deliveries[row.pk])
            for row in rows
        ),
        frozenset(entry.entry_id for one in traces for entry in one.entries),
    )


def span_facts(span_ids: Collection[UUID]) -> dict[UUID, tuple[dict[str, Any], str, UUID]]:
    """Arithmetic, name of the seat type and subscription of each span; one query."""
    rows = RatedSpan.objects.filter(pk__in=span_ids).values_list(
        "pk", "formula", "seat_type__name", "subscription"
    )
    return {key: (record, name, subscription) for key, record, name, subscription in rows}


def packet_line(
    trace: LineTrace, facts: Mapping[UUID, tuple[dict[str, Any], str, UUID]], plan: str
) -> PacketLine:
    line, span = trace.line, trace.span
    record, seat_type_name, subscription_id = facts[span.span_id]
    return PacketLine(
        id=line.line_id,
        position=line.position,
        kind=line.kind,
        plan=plan,
        seat_type=trace.seat_type,
        seat_type_name=seat_type_name,
        description=line.description,
        quantity=trace.quantity,
        seat_days=trace.seat_days,
        unit_price_minor=trace.unit_price_minor,
        span_first=trace.span_first,
        span_after=trace.span_after,
        amount_minor=line.amount_minor,
        formula=trace.formula,
        record={} if line.kind == "given_back" else record,
        span_id=span.span_id,
        subscription=trace.subscription,
        subscription_id=subscription_id,
        period_first=span.period_first,
        period_after=span.period_after,
        basis=span.basis,
        rating_number=span.rating_number,
        rated_as_of=span.rated_as_of,
        known_position=span.known_position,
        price_id=span.price_key,
        price_version=span.price_version,
        policy_id=span.policy_key,
        policy_version=span.policy_version,
        entries=tuple(entry.position for entry in trace.entries),
        corrects=trace.corrects,
        corrected_by=trace.corrected_by,
    )


def holds_by_invoice(invoice_ids: Sequence[UUID]) -> defaultdict[UUID, tuple[PacketHold, ...]]:
    found: defaultdict[UUID, tuple[PacketHold, ...]] = defaultdict(tuple)
    for row in TaxHold.objects.filter(invoice__in=invoice_ids).order_by("since", "pk"):
        hold = PacketHold(row.code, row.message, row.market, row.since, row.released_at)
        found[row.invoice_id] += (hold,)
    return found


def deliveries_by_invoice(
    invoice_ids: Sequence[UUID],
) -> defaultdict[UUID, tuple[PacketDelivery, ...]]:
    found: defaultdict[UUID, tuple[PacketDelivery, ...]] = defaultdict(tuple)
    for row in InvoiceDelivery.objects.filter(invoice__in=invoice_ids).order_by("number"):
        one = PacketDelivery(
            row.number, tuple(row.to), row.state, row.queued_at, row.sent_at, row.problem
        )
        found[row.invoice_id] += (one,)
    return found


def packet_invoice(
    row: Invoice,
    lines: Sequence[PacketLine],
    taxes: tuple[TaxTrace, ...],
    holds: tuple[PacketHold, ...],
    deliveries: tuple[PacketDelivery, ...],
) -> PacketInvoice:
    """Needs billing entity, document and receivable loaded with it."""
    receivable = getattr(row, "receivable", None)
    return PacketInvoice(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        state=row.state,
        settlement=row.settlement,
        credits_id=row.credits_id,
        currency=row.currency,
        cycle_date=row.cycle_date,
        drafted_at=row.drafted_at,
        issued_at=row.issued_at,
        due_date=row.due_date,
        subtotal_minor=row.subtotal_minor,
        tax_minor=row.tax_minor,
        total_minor=row.total_minor,
        credit_applied_minor=row.credit_applied_minor,
        amount_due_minor=row.amount_due_minor,
        open_minor=receivable.open_minor if receivable else None,
        language=row.language,
        time_zone=row.time_zone,
        paper=row.paper,
        billing_entity=row.billing_entity.code,
        seller=row.seller or {"legal_name": row.billing_entity.legal_name},
        buyer=row.buyer,
        policies=tuple(row.policies),
        lines=tuple(lines),
        taxes=taxes,
        holds=holds,
        document=packet_document(row),
        deliveries=deliveries,
    )


def packet_document(row: Invoice) -> PacketDocument | None:
    document = getattr(row, "document", None)
    if document is None:
        return None
    return PacketDocument(
        sha256=document.sha256,
        xml_sha256=document.xml_sha256,
        size=document.size,
        pages=document.pages,
        rendered_at=document.rendered_at,
    )
