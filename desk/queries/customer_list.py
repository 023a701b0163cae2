"""The list of customers: search, filters, sorting, their seats and last invoice."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import BillingOwner, Customer
from accounts.queries.paging import Page, page_of
from billing.enums import InvoiceState
from billing.models import Invoice, Subscription
from desk.queries.seat_history import active_seats

SORTS = {
    "name": ("legal_name", "pk"),
    "-name": ("-legal_name", "-pk"),
    "country": ("country", "legal_name", "pk"),
    "-created": ("-created_at", "-pk"),
}


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """What was asked for; empty means any. `plan` is a plan's code."""

    search: str = ""
    country: str = ""
    plan: str = ""
    status: str = ""
    sort: str = "name"


@dataclass(frozen=True, slots=True)
class LastInvoice:
    id: UUID
    number: str
    cycle_date: date
    currency: str
    total_minor: int


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer with its active seats now and its last final invoice."""

    id: UUID
    legal_name: str
    external_id: str
    country: str
    currency: str
    status: str
    is_active: bool
    plans: str
    seats: int
    last_invoice: LastInvoice | None


def found_customers(asked: CustomerFilter) -> QuerySet[Customer]:
    rows = Customer.objects.all()
    if asked.search:
        owner = BillingOwner.objects.filter(customer=OuterRef("pk"), email__icontains=asked.search)
        rows = rows.filter(
            Q(legal_name__icontains=asked.search)
            | Q(external_id__icontains=asked.search)
            | Exists(owner)
        )
    if asked.country:
        rows = rows.filter(country=asked.country.upper())
    if asked.status:
        rows = rows.filter(status=asked.status)
    if asked.plan:
        bought = Subscription.objects.filter(customer=OuterRef("pk"), plan__code=asked.plan)
        rows = rows.filter(Exists(bought))
    return rows.order_by(*SORTS.get(asked.sort, SORTS["name"]))


def customer_list(asked: CustomerFilter, *, number: int, at: datetime) -> Page[CustomerRow]:
    """Four queries a page, however many customers there are."""
    page = page_of(found_customers(asked), number=number, to_row=lambda customer: customer)
    return Page(rows=customer_rows(page.rows, at=at), number=page.number, has_next=page.has_next)


def customer_rows(customers: Sequence[Customer], *, at: datetime) -> tuple[CustomerRow, ...]:
    """Three queries for a chunk of customers."""
    keys = [customer.pk for customer in customers]
    plans, invoices = plans_of(keys), last_invoices(keys)
    seats = active_seats(customer_ids=keys, at=at)
    return tuple(
        CustomerRow(
            id=customer.pk,
            legal_name=customer.legal_name,
            external_id=customer.external_id,
            country=customer.country,
            currency=customer.currency,
            status=customer.get_status_display(),
            is_active=customer.status == "active",
            plans=", ".join(sorted(plans[customer.pk])),
            seats=seats.get(customer.pk, 0),
            last_invoice=invoices.get(customer.pk),
        )
        for customer in customers
    )


def plans_of(keys: Sequence[UUID]) -> dict[UUID, set[str]]:
    names: dict[UUID, set[str]] = defaultdict(set)
    rows = Subscription.objects.filter(customer__in=keys).values_list("customer", "plan__name")
    for customer_id, name in rows:
        names[customer_id].add(name)
    return names


def last_invoices(keys: Sequence[UUID]) -> dict[UUID, LastInvoice]:
    rows = (
        Invoice.objects.filter(customer__in=keys, state=InvoiceState.FINALIZED)
        .order_by("customer_id", "-cycle_date", "-pk")
        .distinct("customer_id")
    )
    return {
        row.customer_id: LastInvoice(
            row.pk, row.number, row.cycle_date, row.currency, row.total_minor or 0
        )
        for row in rows
    }
