"""One invoice of a customer: lines, taxes, what is open, and what settled it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.models import Customer
from billing.enums import AllocationSource, InvoiceKind
from billing.models import Allocation, Invoice, Receivable
from billing.queries.invoice_lines import LineGroup, line_groups
from billing.queries.tax_trace import TaxTrace, taxes_by_invoice
from portal.queries.billing_invoices import PaperRow, issued_papers, paper_row

SETTLED_BY = {
    AllocationSource.PAYMENT: "Payment",
    AllocationSource.CREDIT: "Your credit",
    AllocationSource.WRITE_OFF: "No longer claimed",
}


@dataclass(frozen=True, slots=True)
class SettledRow:
    """What settled a part of it; negative: taken back. Minor units."""

    at: datetime
    words: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RelatedPaper:
    """A document that credits this one, or that this one credits. Minor units."""

    id: UUID
    number: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class Paper:
    """An issued document in whole. Amounts in minor units of `head.currency`."""

    head: PaperRow
    seller: str
    buyer: str
    purchase_order: str
    subtotal_minor: int
    taxes: tuple[TaxTrace, ...]
    tax_minor: int
    tax_note: str
    credit_applied_minor: int
    due_minor: int
    groups: tuple[LineGroup, ...]
    settled: tuple[SettledRow, ...]
    credits: RelatedPaper | None
    credit_notes: tuple[RelatedPaper, ...]
    next_attempt_at: datetime | None
    has_data: bool


def paper_of(customer: Customer, invoice_id: UUID, *, today: date) -> Paper | None:
    """None for another customer's, and for drafts. Five queries however long it is."""
    rows = issued_papers(customer).select_related("receivable", "document", "credits")
    invoice = rows.filter(pk=invoice_id).first()
    if invoice is None:
        return None
    receivable: Receivable | None = getattr(invoice, "receivable", None)
    document = getattr(invoice, "document", None)
    return Paper(
        head=paper_row(invoice, today=today),
        seller=invoice.seller.get("legal_name", ""),
        buyer=invoice.buyer.get("legal_name", ""),
        purchase_order=invoice.buyer.get("purchase_order", ""),
        subtotal_minor=invoice.subtotal_minor,
        taxes=taxes_by_invoice([invoice.pk])[invoice.pk],
        tax_minor=invoice.tax_minor or 0,
        tax_note=invoice.tax_note,
        credit_applied_minor=invoice.credit_applied_minor,
        due_minor=invoice.amount_due_minor or 0,
        groups=line_groups(invoice.lines.order_by("position")),
        settled=settled_rows(invoice.pk),
        credits=related(invoice.credits) if invoice.credits else None,
        credit_notes=tuple(related(one) for one in credit_notes_of(customer, invoice)),
        next_attempt_at=receivable.next_attempt_at if receivable else None,
        has_data=bool(document and document.xml_sha256),
    )


def settled_rows(invoice_id: UUID) -> tuple[SettledRow, ...]:
    rows = Allocation.objects.filter(receivable=invoice_id).select_related("payment")
    return tuple(
        SettledRow(one.recorded_at, settled_words(one), one.amount_minor)
        for one in rows.order_by("recorded_at", "pk")
    )


def settled_words(one: Allocation) -> str:
    words = SETTLED_BY[AllocationSource(one.source)]
    if one.payment:
        words += f" by {one.payment.get_method_display().lower()}"
        if one.payment.reference:
            words += f" ({one.payment.reference})"
    return f"{words}, taken back" if one.undoes_id else words


def credit_notes_of(customer: Customer, invoice: Invoice) -> Iterable[Invoice]:
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return ()
    return issued_papers(customer).filter(credits=invoice).order_by("issued_at", "pk")


def related(invoice: Invoice) -> RelatedPaper:
    return RelatedPaper(invoice.pk, invoice.number, invoice.total_minor or 0)
