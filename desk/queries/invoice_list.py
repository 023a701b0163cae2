"""The list of invoices: search, filters, sums by currency, and rows for CSV."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import Customer
from accounts.queries.paging import Page, page_of
from billing.enums import InvoiceState
from billing.models import Invoice, Receivable

CUSTOMERS_AT_MOST = 500
PAID = {"open": "Open", "overdue": "Overdue", "settled": "Settled"}


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """
    What was asked for; empty means any. Dates are cycle dates, both included.

    `paid` is a key of PAID; `today` tells open from overdue.
    """

    search: str = ""
    state: str = ""
    kind: str = ""
    entity: str = ""
    currency: str = ""
    paid: str = ""
    today: date | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """Amounts in minor units of `currency`; None until determined, or where nobody owes."""

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
    open_minor: int | None


@dataclass(frozen=True, slots=True)
class InvoiceSum:
    """What the found invoices of a currency come to. Drafts count by their subtotal."""

    currency: str
    count: int
    final_minor: int
    draft_minor: int


def customers_named(search: str) -> list[UUID]:
    """Keys of customers whose name contains it or whose external id is it; the invoices follow by key."""
    named = Customer.objects.filter(Q(legal_name__icontains=search) | Q(external_id__iexact=search))
    return list(named.values_list("pk", flat=True)[:CUSTOMERS_AT_MOST])


def found_invoices(asked: InvoiceFilter) -> QuerySet[Invoice]:
    rows = Invoice.objects.select_related("customer", "billing_entity", "receivable")
    if asked.search:
        rows = rows.filter(
            Q(number=asked.search.upper()) | Q(customer__in=customers_named(asked.search))
        )
    if asked.paid == "settled":
        rows = rows.filter(receivable__open_minor=0)
    elif asked.paid:
        rows = rows.filter(receivable__open_minor__gt=0)
    if asked.paid == "overdue" and asked.today:
        rows = rows.filter(receivable__due_date__lt=asked.today)
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
        .select_related(None)
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
    receivable: Receivable | None = getattr(invoice, "receivable", None)
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
        open_minor=receivable.open_minor if receivable else None,
    )
