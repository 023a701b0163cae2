"""What is open by how long it is overdue, by customer and currency. Two queries, whatever the size."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import (
    Count,
    DateField,
    DateTimeField,
    F,
    Func,
    IntegerField,
    Min,
    Q,
    QuerySet,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from billing.models.receivables import Receivable

BUCKETS = {
    "not_due": Q(days__lte=0),
    "days_1_30": Q(days__gte=1, days__lte=30),
    "days_31_60": Q(days__gte=31, days__lte=60),
    "days_61_90": Q(days__gte=61, days__lte=90),
    "days_over_90": Q(days__gt=90),
}


@dataclass(frozen=True, slots=True)
class AgingFilter:
    """Empty means any."""

    search: str = ""
    currency: str = ""
    entity: str = ""


@dataclass(frozen=True, slots=True)
class AgingRow:
    """Minor units of the currency. Days count from the due date where the customer is."""

    customer_id: UUID | None
    customer_name: str
    currency: str
    invoices: int
    not_due: int
    days_1_30: int
    days_31_60: int
    days_61_90: int
    days_over_90: int
    oldest_due: date

    @property
    def total(self) -> int:
        overdue = self.days_1_30 + self.days_31_60 + self.days_61_90 + self.days_over_90
        return self.not_due + overdue


def open_by_age(at: datetime, asked: AgingFilter) -> QuerySet[Receivable]:
    local_time = Func(
        F("customer__time_zone"), Value(at), function="timezone", output_field=DateTimeField()
    )
    days = Func(
        Cast(local_time, DateField()),
        F("due_date"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    rows = Receivable.objects.filter(open_minor__gt=0).alias(days=days)
    if asked.search:
        rows = rows.filter(customer__legal_name__icontains=asked.search)
    if asked.currency:
        rows = rows.filter(currency=asked.currency)
    if asked.entity:
        rows = rows.filter(billing_entity__code=asked.entity)
    return rows.order_by()


def summed() -> dict[str, Coalesce]:
    return {
        name: Coalesce(Sum("open_minor", filter=bucket), Value(0))
        for name, bucket in BUCKETS.items()
    }


def aging_rows(
    *, at: datetime, asked: AgingFilter, offset: int = 0, limit: int = 50
) -> list[AgingRow]:
    """Customers by what is longest overdue; one query."""
    rows = (
        open_by_age(at, asked)
        .values("customer_id", "customer__legal_name", "currency")
        .annotate(invoices=Count("pk"), oldest=Min("due_date"), **summed())
        .order_by("oldest", "customer__legal_name", "currency")
    )
    return [aging_row(dict(row)) for row in rows[offset : offset + limit]]


def aging_totals(*, at: datetime, asked: AgingFilter) -> list[AgingRow]:
    """A row a currency; one query."""
    rows = (
        open_by_age(at, asked)
        .values("currency")
        .annotate(invoices=Count("pk"), oldest=Min("due_date"), **summed())
        .order_by("currency")
    )
    return [aging_row(dict(row)) for row in rows]


def aging_row(row: Mapping[str, Any]) -> AgingRow:
    return AgingRow(
        customer_id=row.get("customer_id"),
        customer_name=row.get("customer__legal_name", ""),
        currency=row["currency"],
        invoices=row["invoices"],
        oldest_due=row["oldest"],
        **{name: row[name] for name in BUCKETS},
    )
