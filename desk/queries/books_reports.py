"""Reports of the books: a month's trial balance, what months earn, and one document's schedule."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from billing.enums import AccountRole
from billing.models import Invoice, InvoiceLine, JournalPosting, RecognitionSlice
from kernel.period import Period


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account over a month in minor units; balances are debit when positive."""

    account: str
    role: str
    role_words: str
    opening_minor: int
    debit_minor: int
    credit_minor: int

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.debit_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts in one currency; the sums of both sides must agree."""

    currency: str
    rows: tuple[AccountRow, ...]

    @property
    def debit_minor(self) -> int:
        return sum(row.debit_minor for row in self.rows)

    @property
    def credit_minor(self) -> int:
        return sum(row.credit_minor for row in self.rows)

    @property
    def closing_minor(self) -> int:
        return sum(row.closing_minor for row in self.rows)


def trial_balances(*, entity_id: UUID, month: Period) -> tuple[TrialBalance, ...]:
    """One for each currency. One query."""
    inside = Q(entry__day__gte=month.first)
    found = (
        JournalPosting.objects.filter(entry__billing_entity=entity_id, entry__day__lt=month.after)
        .values("entry__currency", "account", "role")
        .annotate(
            opening=Coalesce(Sum("amount_minor", filter=~inside), 0),
            debit=Coalesce(Sum("amount_minor", filter=inside & Q(amount_minor__gt=0)), 0),
            credit=Coalesce(Sum("amount_minor", filter=inside & Q(amount_minor__lt=0)), 0),
        )
        .order_by("entry__currency", "account", "role")
    )
    return tuple(
        TrialBalance(currency=currency, rows=tuple(account_row(row) for row in rows))
        for currency, rows in groupby(found, key=lambda row: str(row["entry__currency"]))
    )


def account_row(row: Mapping[str, Any]) -> AccountRow:
    return AccountRow(
        account=row["account"],
        role=row["role"],
        role_words=str(AccountRole(row["role"]).label),
        opening_minor=row["opening"],
        debit_minor=row["debit"],
        credit_minor=-row["credit"],
    )


@dataclass(frozen=True, slots=True)
class MonthRow:
    """What a month of service earns; `deferred_after_minor` is left for all later months."""

    month: date
    earned_minor: int
    deferred_minor: int
    deferred_after_minor: int
    share: int

    @property
    def total_minor(self) -> int:
        return self.earned_minor + self.deferred_minor


@dataclass(frozen=True, slots=True)
class Waterfall:
    """Revenue by month of service in one currency, in minor units."""

    currency: str
    months: tuple[MonthRow, ...]
    deferred_minor: int


def waterfalls(*, entity_id: UUID) -> tuple[Waterfall, ...]:
    """One for each currency: what months earned and will earn. One query."""
    found = (
        RecognitionSlice.objects.filter(billing_entity=entity_id)
        .values("currency", "month")
        .annotate(
            earned=Coalesce(Sum("amount_minor", filter=Q(entry__isnull=False)), 0),
            deferred=Coalesce(Sum("amount_minor", filter=Q(entry=None)), 0),
        )
        .order_by("currency", "month")
    )
    return tuple(
        waterfall(currency, list(rows))
        for currency, rows in groupby(found, key=lambda row: str(row["currency"]))
    )


def waterfall(currency: str, rows: Sequence[Mapping[str, Any]]) -> Waterfall:
    deferred = sum(row["deferred"] for row in rows)
    most = max((abs(row["earned"] + row["deferred"]) for row in rows), default=0) or 1
    left = deferred
    months = []
    for row in rows:
        left -= row["deferred"]
        months.append(
            MonthRow(
                month=row["month"],
                earned_minor=row["earned"],
                deferred_minor=row["deferred"],
                deferred_after_minor=left,
                share=max(0, 100 * (row["earned"] + row["deferred"]) // most),
            )
        )
    return Waterfall(currency=currency, months=tuple(months), deferred_minor=deferred)


@dataclass(frozen=True, slots=True)
class SliceRow:
    """A month of a line; `booked_on` is the day it became revenue, None while deferred."""

    month: date
    days: int
    amount_minor: int
    booked_on: date | None


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line with the months it earns, in minor units of the document's currency."""

    position: int
    description: str
    first: date
    last: date
    amount_minor: int
    months: tuple[SliceRow, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the lines of a document are earned."""

    invoice_id: UUID
    number: str
    currency: str
    customer_name: str
    lines: tuple[LineRow, ...]


def schedule_of(number: str) -> Schedule | None:
    """A document's schedule by its number; None if there is no such document. Three queries."""
    found = Invoice.objects.select_related("customer").filter(number__iexact=number).first()
    if found is None or not number:
        return None
    lines = found.lines.order_by("position").prefetch_related("slices__entry")
    return Schedule(
        invoice_id=found.pk,
        number=found.number,
        currency=found.currency,
        customer_name=found.customer.legal_name,
        lines=tuple(line_row(line) for line in lines),
    )


def line_row(line: InvoiceLine) -> LineRow:
    is_day = line.span_after <= line.span_first
    return LineRow(
        position=line.position,
        description=line.description,
        first=line.span_first,
        last=line.span_first if is_day else Period(line.span_first, line.span_after).last,
        amount_minor=line.amount_minor,
        months=tuple(
            SliceRow(
                month=one.month,
                days=one.days,
                amount_minor=one.amount_minor,
                booked_on=one.entry.day if one.entry else None,
            )
            for one in line.slices.all()
        ),
    )
