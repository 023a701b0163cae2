"""The journal as a list: search, filters, sums by currency, and postings for CSV."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from accounts.models import Customer
from accounts.queries.paging import Page, page_of
from billing.enums import AccountRole, JournalKind
from billing.models import Invoice, JournalEntry, JournalPosting
from kernel.period import add_months

SORTS = {"newest": ("-day", "-pk"), "oldest": ("day", "pk")}
CUSTOMERS_AT_MOST = 500
OF_INVOICES = (JournalKind.INVOICE, JournalKind.CREDIT_NOTE)
OF_PAYMENTS = (
    JournalKind.RECEIVED, JournalKind.REFUND, JournalKind.WITHDRAWAL, JournalKind.REINSTATED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JournalFilter:
    """What was asked for; empty means any. `account` is a role or a number, `month` its first day."""

    search: str = ""
    entity: str = ""
    month: date | None = None
    kind: str = ""
    account: str = ""
    sort: str = ""


@dataclass(frozen=True, slots=True)
class LegRow:
    """One posting; one of debit and credit is empty. Minor units of the entry's currency."""

    account: str
    role: str
    debit_minor: int | None
    credit_minor: int | None
    invoice_id: UUID | None
    invoice_number: str
    text: str


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry with its postings, and the page of what it books."""

    id: UUID
    day: date
    original_day: date | None
    kind: str
    words: str
    document: str
    text: str
    entity: str
    currency: str
    customer_id: UUID | None
    address: str
    has_schedule: bool
    posted_at: datetime
    legs: tuple[LegRow, ...]


def found_entries(asked: JournalFilter) -> "QuerySet[JournalEntry]":
    """Entries by what people know of them."""
    rows = JournalEntry.objects.all()
    if asked.search:
        rows = rows.filter(searched(asked.search))
    if asked.entity:
        rows = rows.filter(billing_entity__code=asked.entity)
    if asked.month:
        rows = rows.filter(day__gte=asked.month, day__lt=add_months(asked.month, 1))
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.account:
        legs = JournalPosting.objects.filter(
            Q(role=asked.account) | Q(account=asked.account), entry=OuterRef("pk")
        )
        rows = rows.filter(Exists(legs))
    return rows.order_by(*SORTS.get(asked.sort, SORTS["newest"]))


def searched(search: str) -> Q:
    """A document's number, an invoice an entry settles, or a customer by name or id."""
    customers = Customer.objects.filter(
        Q(legal_name__icontains=search) | Q(external_id__iexact=search)
    ).values_list("pk", flat=True)[:CUSTOMERS_AT_MOST]
    settles = JournalPosting.objects.filter(
        invoice__in=Invoice.objects.filter(number__iexact=search).values("pk"),
        entry=OuterRef("pk"),
    )
    return Q(document__iexact=search) | Q(customer__in=list(customers)) | Q(Exists(settles))


def journal(asked: JournalFilter, *, number: int) -> Page[EntryRow]:
    """A page of entries with their postings. Two queries, and one for a customer's name."""
    rows = (
        found_entries(asked).select_related("billing_entity").prefetch_related("postings__invoice")
    )
    return page_of(rows, number=number, to_row=entry_row)


def entry_row(entry: JournalEntry) -> EntryRow:
    return EntryRow(
        id=entry.pk,
        day=entry.day,
        original_day=entry.original_day,
        kind=entry.kind,
        words=str(JournalKind(entry.kind).label),
        document=entry.document,
        text=entry.text,
        entity=entry.billing_entity.code,
        currency=entry.currency,
        customer_id=entry.customer_id,
        address=address_of(entry),
        has_schedule=entry.kind in OF_INVOICES,
        posted_at=entry.posted_at,
        legs=tuple(leg_row(leg) for leg in entry.postings.all()),
    )


def address_of(entry: JournalEntry) -> str:
    """The page of the source, where there is one."""
    if entry.kind in OF_INVOICES:
        return reverse("desk:invoice", args=[entry.source_id])
    if entry.kind in OF_PAYMENTS:
        return reverse("desk:money_payment", args=[entry.source_id])
    return ""


def leg_row(leg: JournalPosting) -> LegRow:
    is_debit = leg.amount_minor >= 0
    return LegRow(
        account=leg.account,
        role=str(AccountRole(leg.role).label),
        debit_minor=leg.amount_minor if is_debit else None,
        credit_minor=None if is_debit else -leg.amount_minor,
        invoice_id=leg.invoice_id,
        invoice_number=leg.invoice.number if leg.invoice else "",
        text=leg.text,
    )


def found_postings(asked: JournalFilter) -> "QuerySet[JournalPosting]":
    """Every posting of the found entries, in their order, for CSV."""
    order = [
        f"{'-' if name.startswith('-') else ''}entry__{name.lstrip('-')}"
        for name in SORTS.get(asked.sort, SORTS["newest"])
    ]
    return (
        JournalPosting.objects.filter(entry__in=found_entries(asked).order_by().values("pk"))
        .select_related("entry__billing_entity", "entry__customer", "invoice")
        .order_by(*order, "position")
    )


def account_choices() -> Sequence[tuple[str, str]]:
    """Roles, for the filter; a number may be typed into the address too."""
    return list(AccountRole.choices)


def month_of(text: Any) -> date | None:
    """The first day of a month written 2026-10; None of anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
