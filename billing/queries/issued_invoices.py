"""Finalized invoices as the API shows them; a list is read page by page by key, never by offset."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from billing.enums import InvoiceState
from billing.models import Invoice, InvoiceDocument, InvoiceLine
from billing.queries.tax_trace import TaxTrace, taxes_by_invoice
from kernel.refusal import Refusal


class CursorUnreadable(Refusal):
    code = "cursor_unreadable"


@dataclass(frozen=True, slots=True)
class IssuedInvoice:
    """
    An invoice's head. Amounts in minor units of `currency`; a credit note's are negative.

    `credits` is the number of the invoice that a person credited with it.
    """

    id: UUID
    number: str
    kind: str
    customer: str
    billing_entity: str
    currency: str
    cycle_date: date
    issued_at: datetime
    due_date: date
    subtotal_minor: int
    tax_minor: int
    tax_note: str
    total_minor: int
    credit_applied_minor: int
    amount_due_minor: int
    settlement: str
    credits: str


@dataclass(frozen=True, slots=True)
class IssuedLine:
    """A line as it stands on paper. Half-open local dates; amounts in minor units."""

    id: UUID
    position: int
    kind: str
    plan_name: str
    seat_type_code: str
    seat_type_name: str
    description: str
    quantity: int
    seat_days: int
    unit_price_minor: int
    span_first: date
    span_after: date
    amount_minor: int
    formula: str


@dataclass(frozen=True, slots=True)
class StoredDocument:
    sha256: str
    xml_sha256: str
    size: int
    pages: int
    rendered_at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceOnPaper:
    """All of an invoice: head, both parties as of issue, lines, quoted policies, its document."""

    invoice: IssuedInvoice
    seller: dict[str, Any]
    buyer: dict[str, Any]
    policies: list[dict[str, Any]]
    lines: tuple[IssuedLine, ...]
    taxes: tuple[TaxTrace, ...]
    document: StoredDocument | None


@dataclass(frozen=True, slots=True)
class InvoicePage:
    invoices: tuple[IssuedInvoice, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class InvoiceQuestion:
    """What is asked for; empty means any. Issued from (included) until (excluded)."""

    customer: str = ""
    kind: str = ""
    issued_from: datetime | None = None
    issued_until: datetime | None = None
    cursor: str = ""
    limit: int = 50


def issued_page(asked: InvoiceQuestion) -> InvoicePage:
    """
    The newest first; one query.

    :raises CursorUnreadable: if the cursor is none of ours
    """
    rows = Invoice.objects.filter(state=InvoiceState.FINALIZED)
    if asked.customer:
        rows = rows.filter(customer__external_id=asked.customer)
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.issued_from:
        rows = rows.filter(issued_at__gte=asked.issued_from)
    if asked.issued_until:
        rows = rows.filter(issued_at__lt=asked.issued_until)
    if asked.cursor:
        issued_at, key = read_cursor(asked.cursor)
        after = Q(issued_at__lt=issued_at) | Q(issued_at=issued_at, pk__lt=key)
        rows = rows.filter(after, issued_at__lte=issued_at)
    ordered = rows.select_related("customer", "billing_entity", "credits").order_by(
        "-issued_at", "-pk"
    )
    found = [issued_invoice(one) for one in ordered[: asked.limit + 1]]
    shown = tuple(found[: asked.limit])
    return InvoicePage(shown, cursor_after(shown[-1]) if len(found) > asked.limit else None)


def cursor_after(invoice: IssuedInvoice) -> str:
    return urlsafe_b64encode(f"{invoice.issued_at.isoformat()} {invoice.id}".encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        issued_at, key = urlsafe_b64decode(cursor.encode()).decode().split(" ")
        moment, key_read = datetime.fromisoformat(issued_at), UUID(key)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise CursorUnreadable("This cursor is none of ours. Start again without one.")
    return moment, key_read


def invoice_on_paper(number: str) -> InvoiceOnPaper | None:
    """A finalized invoice by its number; three queries."""
    invoice = (
        Invoice.objects.select_related("customer", "billing_entity", "document", "credits")
        .exclude(number="")
        .filter(number=number)
        .first()
    )
    if invoice is None:
        return None
    document = getattr(invoice, "document", None)
    return InvoiceOnPaper(
        invoice=issued_invoice(invoice),
        seller=invoice.seller,
        buyer=invoice.buyer,
        policies=invoice.policies,
        lines=tuple(issued_line(one) for one in invoice.lines.order_by("position")),
        taxes=taxes_by_invoice([invoice.pk])[invoice.pk],
        document=stored_document(document) if document else None,
    )


def issued_invoice(invoice: Invoice) -> IssuedInvoice:
    assert invoice.issued_at is not None, "finalized invoices have their moment"
    assert invoice.due_date is not None
    return IssuedInvoice(
        id=invoice.pk,
        number=invoice.number,
        kind=invoice.kind,
        customer=invoice.customer.external_id,
        billing_entity=invoice.billing_entity.code,
        currency=invoice.currency,
        cycle_date=invoice.cycle_date,
        issued_at=invoice.issued_at,
        due_date=invoice.due_date,
        subtotal_minor=invoice.subtotal_minor,
        tax_minor=invoice.tax_minor or 0,
        tax_note=invoice.tax_note,
        total_minor=invoice.total_minor or 0,
        credit_applied_minor=invoice.credit_applied_minor,
        amount_due_minor=invoice.amount_due_minor or 0,
        settlement=invoice.settlement,
        credits=invoice.credits.number if invoice.credits else "",
    )


def issued_line(line: InvoiceLine) -> IssuedLine:
    return IssuedLine(
        id=line.pk,
        position=line.position,
        kind=line.kind,
        plan_name=line.plan_name,
        seat_type_code=line.seat_type_code,
        seat_type_name=line.seat_type_name,
        description=line.description,
        quantity=line.quantity,
        seat_days=line.seat_days,
        unit_price_minor=line.unit_price_minor,
        span_first=line.span_first,
        span_after=line.span_after,
        amount_minor=line.amount_minor,
        formula=line.formula,
    )


def stored_document(document: InvoiceDocument) -> StoredDocument:
    return StoredDocument(
        sha256=document.sha256,
        xml_sha256=document.xml_sha256,
        size=document.size,
        pages=document.pages,
        rendered_at=document.rendered_at,
    )
