"""The list of invoices: search, filters, sums by currency, and rows for CSV."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from billing.enums import InvoiceState
from billing.models import Invoice
from desk.queries.paging import Page, page_of


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What was asked for; empty means any. Dates are cycle dates, both included."""

    search: str = ""
    state: str = ""
    kind: str = ""
    entity: str = ""
    currency: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """Amounts in minor units of `currency`; None until determined."""

    id: UUID
    label: str
    kind: str
    is_draft: bool
    customer_id: UUID
    customer_name: str
    entity: str
    currency: str
    cycle_date: date
    issued_at: datetime | None
    time_zone: str
    due_date: date | None
    total_minor: int | None
    amount_due_minor: int | None
    subtotal_minor: int


@dataclass(frozen=True, slots=True)
class InvoiceSum:
    """What the found invoices of a currency come to. Drafts count by their subtotal."""

    currency: str
    count: int
    final_minor: int
    draft_minor: int


def found_invoices(asked: InvoiceFilter) -> QuerySet[Invoice]:
    rows = Invoice.objects.select_related("customer", "billing_entity")
    if asked.search:
        rows = rows.filter(
            Q(number__istartswith=asked.search)
            | Q(customer__legal_name__icontains=asked.search)
            | Q(customer__external_id__iexact=asked.search)
        )
    exact: dict[str, Any] = {
        "state": asked.state,
        "kind": asked.kind,
        "billing_entity__code": asked.entity,
        "currency": asked.currency,
        "cycle_date__gte": asked.first,
        "cycle_date__lte": asked.last,
    }
    return rows.filter(**{name: value for name, value in exact.items() if value}).order_by(
        "-cycle_date", "-pk"
    )


def invoice_list(asked: InvoiceFilter, *, number: int) -> Page[InvoiceRow]:
    return page_of(found_invoices(asked), number=number, to_row=invoice_row)


def invoice_sums(asked: InvoiceFilter) -> tuple[InvoiceSum, ...]:
    rows = (
        found_invoices(asked)
        .order_by()
        .values("currency")
        .annotate(
            count=Count("pk"),
            final=Sum("total_minor", filter=Q(state=InvoiceState.FINALIZED), default=0),
            draft=Sum("subtotal_minor", filter=Q(state=InvoiceState.DRAFT), default=0),
        )
    )
    sums = [InvoiceSum(row["currency"], row["count"], row["final"], row["draft"]) for row in rows]
    return tuple(sorted(sums, key=lambda one: one.currency))


def invoice_row(invoice: Invoice) -> InvoiceRow:
    return InvoiceRow(
        id=invoice.pk,
        label=invoice.number or "Draft",
        kind=invoice.get_kind_display(),
        is_draft=invoice.state == InvoiceState.DRAFT,
        customer_id=invoice.customer_id,
        customer_name=invoice.customer.legal_name,
        entity=invoice.billing_entity.code,
        currency=invoice.currency,
        cycle_date=invoice.cycle_date,
        issued_at=invoice.issued_at,
        time_zone=invoice.time_zone,
        due_date=invoice.due_date,
        total_minor=invoice.total_minor,
        amount_due_minor=invoice.amount_due_minor,
        subtotal_minor=invoice.subtotal_minor,
    )
