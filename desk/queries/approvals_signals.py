"""What the exceptions of the last months say, by team, package, seller and segment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.db.models import Count, QuerySet, Sum

from accounts.enums import ExceptionKind, ExceptionState
from accounts.models import ExceptionRequest
from desk.calc.approval_signals import (
    USUAL_WEEKS,
    Departure,
    PackagingSignal,
    Spike,
    packaging_signals,
    spikes,
)

WEEK = timedelta(days=7)
LOOKED_BACK = timedelta(days=180)
PRICE_KINDS = (ExceptionKind.DISCOUNT, ExceptionKind.FREE_SEATS, ExceptionKind.PRICE_OVERRIDE)
GRANTED = (ExceptionState.APPROVED, ExceptionState.REVOKED)
SEGMENTS = {
    "seller": ("Seller", "seller_code"),
    "country": ("Country", "customer__country"),
    "package": ("Package", "package"),
    "team": ("Team", "team"),
}


@dataclass(frozen=True, slots=True)
class Leakage:
    """
    What prices beside the list cost over their terms, in minor units of the currency.

    `list_minor` and `realized_minor` are of one interval, so they show how deep, not how much.
    """

    name: str
    currency: str
    requests: int
    customers: int
    list_minor: int
    realized_minor: int
    leakage_minor: int

    @property
    def percent_off(self) -> str:
        """How far below list, in percent with one decimal, exact and rounded once."""
        if not self.list_minor:
            return ""
        tenths = round(Fraction((self.list_minor - self.realized_minor) * 1000, self.list_minor))
        return f"{tenths / 10:.1f}"


def weeks_by(field: str, *, at: datetime) -> dict[str, list[int]]:
    """How many were asked in each of the last weeks, newest first, by team or package. One query."""
    since = at - WEEK * (USUAL_WEEKS + 1)
    rows = (
        ExceptionRequest.objects.filter(asked_at__gt=since, asked_at__lte=at)
        .exclude(**{field: ""})
        .order_by()
        .values_list(field, "asked_at")
    )
    weeks: dict[str, list[int]] = {}
    for name, asked_at in rows:
        counts = weeks.setdefault(name, [0] * (USUAL_WEEKS + 1))
        counts[(at - asked_at) // WEEK] += 1
    return weeks


def spikes_by(field: str, *, at: datetime) -> tuple[Spike, ...]:
    return spikes(weeks_by(field, at=at))


def departures(*, at: datetime) -> QuerySet[ExceptionRequest]:
    """Prices beside the list that were granted in the last half year."""
    return ExceptionRequest.objects.filter(
        kind__in=PRICE_KINDS, state__in=GRANTED, decided_at__gt=at - LOOKED_BACK, decided_at__lte=at
    )


def packages_discounted(*, at: datetime) -> tuple[PackagingSignal, ...]:
    """One query."""
    rows = departures(at=at).values_list("package", "customer_id", "list_minor", "realized_minor")
    return packaging_signals(
        Departure(
            package=package,
            customer=str(customer),
            percent_off=(
                Fraction((listed - realized) * 100, listed)
                if listed and realized is not None
                else None
            ),
        )
        for package, customer, listed, realized in rows
    )


def leakage_by(segment: str, *, at: datetime) -> Sequence[Leakage]:
    """The leakage of half a year by a segment and currency, deepest first. One query."""
    field = SEGMENTS[segment][1]
    rows = (
        departures(at=at)
        .order_by()
        .values_list(field, "currency")
        .annotate(
            Count("pk"),
            Count("customer", distinct=True),
            Sum("list_minor", default=0),
            Sum("realized_minor", default=0),
            Sum("leakage_minor", default=0),
        )
    )
    found = [Leakage(name or "none", *rest) for name, *rest in rows]
    return sorted(found, key=lambda one: (one.currency, -one.leakage_minor, one.name))
