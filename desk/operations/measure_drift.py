"""Measure the drift: billed seats less active members, for every subscription that reported lately."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from billing.models import Subscription
from desk.calc.detect_seats import CountedSeats
from desk.calc.findings import DEFAULT_LIMITS
from desk.enums import DetectorCode
from desk.models import SeatDrift
from desk.operations.open_incident import BATCH
from desk.queries.detector_seats import counted_seats, unit_prices
from desk.queries.found_by import limits_in_force


@transaction.atomic
def measure_drift(*, at: datetime) -> int:
    """How many drift now. The table says after it what is so, and nothing of before."""
    default = DEFAULT_LIMITS[DetectorCode.SEAT_DRIFT]
    limits = limits_in_force().get(DetectorCode.SEAT_DRIFT, default)
    counted = counted_seats(since=at - timedelta(days=limits.window_days), at=at)
    drifting = [one for one in counted if one.drift]
    prices = unit_prices([one.subscription_id for one in drifting])
    currencies = currencies_of(one.subscription_id for one in drifting)
    SeatDrift.objects.all().delete()
    SeatDrift.objects.bulk_create(
        [
            drift_row(
                one,
                price=prices.get((one.subscription_id, one.seat_type)),
                currency=currencies[one.subscription_id],
                at=at,
            )
            for one in drifting
        ],
        batch_size=BATCH,
    )
    return len(drifting)


def currencies_of(subscription_ids: Iterable[UUID]) -> Mapping[UUID, str]:
    rows = Subscription.objects.filter(pk__in=set(subscription_ids))
    return dict(rows.values_list("pk", "currency"))


def drift_row(one: CountedSeats, *, price: int | None, currency: str, at: datetime) -> SeatDrift:
    return SeatDrift(
        customer_id=one.customer_id,
        subscription_id=one.subscription_id,
        seat_type=one.seat_type,
        billed=one.billed,
        active=one.active,
        drift=one.drift,
        gap=abs(one.drift),
        currency=currency,
        unit_price_minor=price,
        reported_at=one.reported_at,
        measured_at=at,
    )
