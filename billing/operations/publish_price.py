"""Publish a version of a price. Versions never change; a new one counts from its date on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from billing.calc.pricing import check_price
from billing.models import Price, SeatType, Subscription
from billing.records.catalog_book import price_terms
from kernel.refusal import Refusal


class EffectiveInThePast(Refusal):
    code = "effective_in_the_past"


@transaction.atomic
def publish_price(
    *,
    seat_type: SeatType,
    currency: str,
    interval_unit: str,
    interval_count: int,
    mode: str,
    tiers: Sequence[Mapping[str, Any]],
    included: int = 0,
    ratio_of: str = "",
    ratio_each: int = 0,
    billable: bool = True,
    effective_from: date,
    at: datetime,
    by: User | None = None,
    subscription: Subscription | None = None,
) -> Price:
    """
    The next version of the seat type's price for a currency and interval.

    `tiers` are `{"up_to": seats or None, "price_minor": minor units}`. With a `subscription` the
    price is that subscription's own and takes effect by its event.

    :raises EffectiveInThePast: if a later version would count from a date already gone
    :raises PriceInvalid: if tiers do not ascend or the last has an end it must not have
    """
    SeatType.objects.select_for_update(no_key=True).get(pk=seat_type.pk)
    price = next_price(
        seat_type=seat_type,
        currency=currency,
        interval_unit=interval_unit,
        interval_count=interval_count,
        mode=mode,
        tiers=tiers,
        included=included,
        ratio_of=ratio_of,
        ratio_each=ratio_each,
        billable=billable,
        effective_from=effective_from,
        at=at,
        by=by,
        subscription=subscription,
    )
    price.save(force_insert=True)
    return price


def next_price(
    *,
    seat_type: SeatType,
    currency: str,
    interval_unit: str,
    interval_count: int,
    mode: str,
    tiers: Sequence[Mapping[str, Any]],
    included: int = 0,
    ratio_of: str = "",
    ratio_each: int = 0,
    billable: bool = True,
    effective_from: date,
    at: datetime,
    by: User | None = None,
    subscription: Subscription | None = None,
) -> Price:
    """The version `publish_price` would save, checked alike."""
    versions = Price.objects.filter(
        seat_type=seat_type, currency=currency, interval_unit=interval_unit,
        interval_count=interval_count, subscription=subscription,
    )  # fmt: skip
    newest = versions.order_by("-version").first()
    if newest and not subscription and effective_from < at.date():
        raise EffectiveInThePast(past_message(effective_from, at))
    price = Price(
        seat_type=seat_type, subscription=subscription, currency=currency,
        interval_unit=interval_unit, interval_count=interval_count,
        version=newest.version + 1 if newest else 1, mode=mode, tiers=list(tiers),
        included=included, ratio_of=ratio_of, ratio_each=ratio_each, billable=billable,
        effective_from=effective_from, published_at=at, published_by=by,
    )  # fmt: skip
    check_price(price_terms(price))
    return price


def past_message(effective_from: date, at: datetime) -> str:
    return (
        f"A new version cannot count from {effective_from}, which has passed: periods since then "
        f"may be billed. Choose {at.date()} or later."
    )
