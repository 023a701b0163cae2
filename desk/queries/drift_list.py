"""The drift report: where billed seats and the product's own count differ, the largest gap first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet, Sum

from accounts.queries.paging import Page, page_of
from billing.models import MemberReport
from desk.models import SeatDrift

DIRECTIONS = {"more": "Billed, not used", "fewer": "Used, not billed"}


@dataclass(frozen=True, slots=True)
class DriftFilter:
    """What was asked for; empty means any. `direction` is "more" or "fewer" seats billed."""

    search: str = ""
    direction: str = ""
    at_least: int = 1


@dataclass(frozen=True, slots=True)
class DriftRow:
    """`worth_minor` is the gap at the last charged price for one interval, in minor units."""

    customer_id: UUID
    customer: str
    subscription: str
    seat_type: str
    billed: int
    active: int
    drift: int
    currency: str
    worth_minor: int | None
    reported_at: datetime


@dataclass(frozen=True, slots=True)
class DriftSums:
    """Over all rows: how many differ each way, and when it was measured and last reported."""

    more: int
    more_seats: int
    fewer: int
    fewer_seats: int
    measured_at: datetime | None
    reported_at: datetime | None


def found_drift(asked: DriftFilter) -> QuerySet[SeatDrift]:
    rows = SeatDrift.objects.filter(gap__gte=asked.at_least)
    if asked.search:
        rows = rows.filter(
            Q(customer__legal_name__icontains=asked.search)
            | Q(customer__external_id__iexact=asked.search)
            | Q(subscription__external_id__iexact=asked.search)
        )
    if asked.direction:
        rows = rows.filter(**({"drift__gt": 0} if asked.direction == "more" else {"drift__lt": 0}))
    return rows.select_related("customer", "subscription").order_by("-gap", "pk")


def drift_list(asked: DriftFilter, *, number: int) -> Page[DriftRow]:
    """One query a page."""
    return page_of(found_drift(asked), number=number, to_row=drift_row)


def drift_row(row: SeatDrift) -> DriftRow:
    price = row.unit_price_minor
    return DriftRow(
        customer_id=row.customer_id,
        customer=row.customer.legal_name,
        subscription=row.subscription.external_id,
        seat_type=row.seat_type,
        billed=row.billed,
        active=row.active,
        drift=row.drift,
        currency=row.currency,
        worth_minor=None if price is None else price * row.gap,
        reported_at=row.reported_at,
    )


def drift_sums() -> DriftSums:
    """Two queries."""
    more, fewer = Q(drift__gt=0), Q(drift__lt=0)
    sums = SeatDrift.objects.aggregate(
        more=Count("pk", filter=more),
        more_seats=Sum("gap", filter=more, default=0),
        fewer=Count("pk", filter=fewer),
        fewer_seats=Sum("gap", filter=fewer, default=0),
        measured_at=Max("measured_at"),
    )
    latest = MemberReport.objects.aggregate(reported_at=Max("reported_at"))
    return DriftSums(**sums, **latest)
