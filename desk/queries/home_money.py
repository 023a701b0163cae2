"""Money of this month against last for the home page: billed, collected, recovered, and what is overdue."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import TruncDate

from billing.documents.staff_text import money_decimal
from billing.enums import InvoiceState
from billing.models import Invoice, Payment, Receivable
from desk.calc.months import Day, MonthSoFar, months_so_far, two_months
from dunning.queries.recovered_days import recovered_by_day

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is counted, in every currency that has any; `says` tells what is in it."""

    key: str
    name: str
    says: str
    months: tuple[MonthSoFar, ...]
    chart: dict[str, Any] | None

    @property
    def chart_id(self) -> str:
        """Key of the chart's data in the page."""
        return f"chart-{self.key}"


@dataclass(frozen=True, slots=True)
class Overdue:
    """Open past its due date, in minor units; `newly_minor` of it since the month began."""

    currency: str
    count: int
    amount_minor: int
    newly_minor: int
    oldest: date


def home_measures(*, at: datetime, may: Callable[[str], bool]) -> tuple[Measure, ...]:
    """Days and months in UTC. A query for each measure somebody may see."""
    kinds = (
        ("billed", "Billed", "issued, less credit notes", "billing.view_invoice", billed_days),
        (
            "collected", "Collected", "received, less refunds and disputes", "billing.view_payment",
            collected_days,
        ),
        (
            "recovered", "Recovered", "paid while in recovery", "dunning.view_dunningcase",
            recovered_days,
        ),
    )  # fmt: skip
    today = at.astimezone(UTC).date()
    since = datetime.combine(two_months(today)[0], time(), tzinfo=UTC)
    return tuple(
        measure(key, name, says, months_so_far(days(since, at + SECOND), today=today))
        for key, name, says, permission, days in kinds
        if may(permission)
    )


def measure(key: str, name: str, says: str, months: tuple[MonthSoFar, ...]) -> Measure:
    return Measure(key, name, says, months, chart_of(months[0]) if months else None)


def chart_of(month: MonthSoFar) -> dict[str, Any]:
    """Running sums in major units, an entry a day of the month."""
    return {
        "currency": month.currency,
        "labels": list(range(1, max(len(month.now), len(month.before)) + 1)),
        "now": [float(money_decimal(one, month.currency)) for one in month.now],
        "before": [float(money_decimal(one, month.currency)) for one in month.before],
    }


def billed_days(since: datetime, until: datetime) -> list[Day]:
    rows = Invoice.objects.filter(
        state=InvoiceState.FINALIZED, issued_at__gte=since, issued_at__lt=until
    )
    return by_day(rows, "issued_at", "total_minor")


def collected_days(since: datetime, until: datetime) -> list[Day]:
    rows = Payment.objects.filter(recorded_at__gte=since, recorded_at__lt=until)
    return by_day(rows, "recorded_at", "amount_minor")


def by_day(rows: Any, moment: str, amount: str) -> list[Day]:
    days = rows.order_by().values_list("currency", TruncDate(moment, tzinfo=UTC))
    return [(currency, day, int(minor)) for currency, day, minor in days.annotate(Sum(amount))]


def recovered_days(since: datetime, until: datetime) -> list[Day]:
    found = recovered_by_day(since=since, until=until)
    return [(one.currency, one.day, one.amount_minor) for one in found]


def overdue(*, today: date) -> tuple[Overdue, ...]:
    """By currency, the largest first. One query on open receivables alone."""
    newly = Q(due_date__gte=today.replace(day=1) - timedelta(days=1))
    rows = (
        Receivable.objects.filter(open_minor__gt=0, due_date__lt=today)
        .order_by()
        .values_list("currency")
        .annotate(
            Count("pk"), Sum("open_minor"), Min("due_date"), new=Sum("open_minor", filter=newly)
        )
    )
    found = [
        Overdue(currency, count, int(minor), int(new or 0), oldest)
        for currency, count, minor, oldest, new in rows
    ]
    return tuple(sorted(found, key=lambda one: -one.amount_minor))
