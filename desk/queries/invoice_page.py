"""An invoice as the desk shows it: lines, totals, parties, and its corrections both ways."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from billing.enums import InvoiceKind, InvoiceState, StageName
from billing.models import Invoice, InvoiceLine, RatedSpan, StageRefusal
from billing.queries.invoice_lines import LineGroup, line_groups


@dataclass(frozen=True, slots=True)
class QuotedPolicy:
    """A policy's text as the invoice quotes it, in the invoice's language."""

    title: str
    version: int
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelatedInvoice:
    """An invoice that this one corrects, or that corrects this one."""

    id: UUID
    label: str
    line_position: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """Everything the page needs. Amounts in minor units of `currency`; None while undetermined."""

    id: UUID
    label: str
    kind: str
    is_draft: bool
    is_credit_note: bool
    state_words: tuple[str, ...]
    refusals: tuple[StageRefusal, ...]
    customer_id: UUID
    customer_name: str
    currency: str
    time_zone: str
    cycle_date: date
    drafted_at: datetime
    finalize_after: datetime
    issued_at: datetime | None
    due_date: date | None
    subtotal_minor: int
    tax_minor: int | None
    tax_note: str
    total_minor: int | None
    credit_applied_minor: int
    amount_due_minor: int | None
    seller: dict[str, Any]
    buyer: dict[str, Any]
    policies: tuple[QuotedPolicy, ...]
    groups: tuple[LineGroup, ...]
    corrects: tuple[RelatedInvoice, ...]
    corrected_by: tuple[RelatedInvoice, ...]
    has_document: bool
    document_pages: int
    document_sha256: str
    has_data: bool


def invoice_page(key: str) -> InvoicePage | None:
    """Find an invoice by number or id; a fixed number of queries however long it is."""
    invoice = find_invoice(key)
    if invoice is None:
        return None
    lines = list(invoice.lines.select_related("rated_span").order_by("position"))
    document = getattr(invoice, "document", None)
    refusals = tuple(
        StageRefusal.objects.filter(subject_id=invoice.pk, resolved_at=None).exclude(
            stage__in=[StageName.RATE, StageName.DRAFT]
        )
    )
    is_draft = invoice.state == InvoiceState.DRAFT
    return InvoicePage(
        id=invoice.pk,
        label=invoice.number or "Draft",
        kind=invoice.get_kind_display(),
        is_draft=is_draft,
        is_credit_note=invoice.kind == InvoiceKind.CREDIT_NOTE,
        state_words=state_words(invoice, has_document=document is not None),
        refusals=refusals,
        customer_id=invoice.customer_id,
        customer_name=invoice.customer.legal_name,
        currency=invoice.currency,
        time_zone=invoice.time_zone,
        cycle_date=invoice.cycle_date,
        drafted_at=invoice.drafted_at,
        finalize_after=invoice.finalize_after,
        issued_at=invoice.issued_at,
        due_date=invoice.due_date,
        subtotal_minor=invoice.subtotal_minor,
        tax_minor=invoice.tax_minor,
        tax_note=invoice.tax_note,
        total_minor=invoice.total_minor,
        credit_applied_minor=invoice.credit_applied_minor,
        amount_due_minor=invoice.amount_due_minor,
        seller=invoice.seller or {"legal_name": invoice.billing_entity.legal_name},
        buyer=invoice.buyer or {"legal_name": invoice.customer.legal_name},
        policies=tuple(
            QuotedPolicy(quote["title"], quote["version"], tuple(quote["paragraphs"]))
            for quote in invoice.policies
        ),
        groups=line_groups(lines),
        corrects=corrected_by_these(lines),
        corrected_by=correcting_these(invoice, lines),
        has_document=document is not None,
        document_pages=document.pages if document else 0,
        document_sha256=document.sha256 if document else "",
        has_data=bool(document and document.xml_sha256),
    )


def find_invoice(key: str) -> Invoice | None:
    """By number, or by id for drafts and links of machines."""
    wanted = Q(number=key) if not is_uuid(key) else Q(pk=key)
    rows = Invoice.objects.select_related("customer", "billing_entity", "document")
    return rows.filter(wanted).exclude(number="", pk__isnull=True).first()


def is_uuid(key: str) -> bool:
    try:
        UUID(key)
    except ValueError:
        return False
    return True


def state_words(invoice: Invoice, *, has_document: bool) -> tuple[str, ...]:
    """Where the invoice stands, in sentences."""
    if invoice.state == InvoiceState.DRAFT:
        first = "It is a draft: events that arrive late for its cycle still join until its grace period ends."
        if invoice.tax_minor is None:
            return (
                first,
                "Its tax is not determined yet; the tax stage takes it with the next push.",
            )
        return (
            first,
            "Its tax is determined; after the grace period it gets a number and becomes final.",
        )
    final = "It is final: nothing in it can change; a correction is a line on a later invoice or a credit note."
    return (final,) if has_document else (final, "Its PDF waits at the render stage.")


def corrected_by_these(lines: Sequence[InvoiceLine]) -> tuple[RelatedInvoice, ...]:
    """Lines of earlier invoices that lines here adjust or credit."""
    span_ids = [
        span for line in lines if line.rated_span for span in line.rated_span.corrects_spans
    ]
    credited = [line.credited_line_id for line in lines if line.credited_line_id]
    if not span_ids and not credited:
        return ()
    return related(InvoiceLine.objects.filter(Q(rated_span__in=span_ids) | Q(pk__in=credited)))


def correcting_these(invoice: Invoice, lines: Sequence[InvoiceLine]) -> tuple[RelatedInvoice, ...]:
    """Lines of later invoices that adjust or credit lines here; looked up within the customer."""
    spans = [line.rated_span_id for line in lines if line.rated_span_id]
    correcting = RatedSpan.objects.filter(
        customer=invoice.customer_id, corrects_spans__overlap=spans
    )
    own = {line.pk for line in lines}
    rows = InvoiceLine.objects.filter(
        Q(rated_span__in=correcting) | Q(credited_line__in=own), customer=invoice.customer_id
    ).exclude(pk__in=own)
    return related(rows) if lines else ()


def related(rows: Any) -> tuple[RelatedInvoice, ...]:
    return tuple(
        RelatedInvoice(line.invoice_id, str(line.invoice), line.position, line.amount_minor)
        for line in rows.select_related("invoice").order_by("invoice__cycle_date", "position")[:200]
    )
