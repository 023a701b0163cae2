"""The invoices and credit notes of one customer: search, filters, pages, and rows for CSV."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.db.models.functions import ExtractYear

from accounts.models import Customer
from accounts.queries.paging import Page, page_of
from billing.enums import InvoiceKind, InvoiceState
from billing.models import Invoice, Receivable

STATES = {"open": "To pay", "overdue": "Overdue", "settled": "Settled"}
KINDS = {"invoice": "Invoices", "credit_note": "Credit notes"}
PAPERS_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class PaperFilter:
    """What was asked for; empty means any. `year` is of issue; `today` tells open from overdue."""

    number: str = ""
    year: int | None = None
    state: str = ""
    kind: str = ""
    today: date | None = None


@dataclass(frozen=True, slots=True)
class PaperRow:
    """An issued document. Amounts in minor units of `currency`; a credit note owes nothing."""

    id: UUID
    number: str
    kind: str
    is_credit_note: bool
    currency: str
    issued_at: datetime
    time_zone: str
    due_date: date
    total_minor: int
    open_minor: int
    state: str
    has_pdf: bool

    @property
    def is_open(self) -> bool:
        return self.open_minor > 0

    @property
    def issued_on(self) -> date:
        """The date of issue where the customer was billed."""
        return self.issued_at.astimezone(ZoneInfo(self.time_zone)).date()


def issued_papers(customer: Customer) -> QuerySet[Invoice]:
    """What the customer may see: finalized documents of its own; drafts never."""
    return Invoice.objects.filter(customer=customer, state=InvoiceState.FINALIZED)


def found_papers(customer: Customer, asked: PaperFilter) -> QuerySet[Invoice]:
    """The newest first."""
    rows = issued_papers(customer).select_related("receivable", "document")
    if asked.number:
        rows = rows.filter(number__icontains=asked.number)
    if asked.state == "settled":
        rows = rows.filter(Q(receivable__open_minor=0) | Q(kind=InvoiceKind.CREDIT_NOTE))
    elif asked.state:
        rows = rows.filter(receivable__open_minor__gt=0)
    if asked.state == "overdue" and asked.today:
        rows = rows.filter(receivable__due_date__lt=asked.today)
    exact: dict[str, Any] = {"issued_at__year": asked.year, "kind": asked.kind}
    return rows.filter(**{name: value for name, value in exact.items() if value}).order_by(
        "-issued_at", "-pk"
    )


def paper_list(
    customer: Customer, asked: PaperFilter, *, number: int, today: date
) -> Page[PaperRow]:
    """One query a page."""
    return page_of(
        found_papers(customer, asked),
        number=number,
        to_row=lambda invoice: paper_row(invoice, today=today),
        size=PAPERS_A_PAGE,
    )


def years_of(customer: Customer) -> list[int]:
    """In which something was issued, the newest first. One query."""
    years = issued_papers(customer).order_by().annotate(year=ExtractYear("issued_at"))
    return sorted(set(years.values_list("year", flat=True)), reverse=True)


def paper_row(invoice: Invoice, *, today: date) -> PaperRow:
    """Needs receivable and document loaded with it."""
    assert invoice.issued_at is not None, "finalized"
    assert invoice.due_date is not None, "finalized"
    receivable: Receivable | None = getattr(invoice, "receivable", None)
    open_minor = receivable.open_minor if receivable else 0
    return PaperRow(
        id=invoice.pk,
        number=invoice.number,
        kind=invoice.get_kind_display(),
        is_credit_note=invoice.kind == InvoiceKind.CREDIT_NOTE,
        currency=invoice.currency,
        issued_at=invoice.issued_at,
        time_zone=invoice.time_zone,
        due_date=invoice.due_date,
        total_minor=invoice.total_minor or 0,
        open_minor=open_minor,
        state=state_of(invoice, open_minor=open_minor, today=today),
        has_pdf=hasattr(invoice, "document"),
    )


def state_of(invoice: Invoice, *, open_minor: int, today: date) -> str:
    """credit, overdue, open or settled."""
    if invoice.kind == InvoiceKind.CREDIT_NOTE:
        return "credit"
    if not open_minor:
        return "settled"
    return "overdue" if invoice.due_date and invoice.due_date < today else "open"
