"""From an agreed exception to prices: what holds from which day, and what it costs against the list."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from billing.calc.interval import Interval
from billing.calc.pricing import PriceTerms, Tier


@dataclass(frozen=True, slots=True)
class PriceStep:
    """From `day` on this price holds; None: the list price again."""

    day: date
    price: PriceTerms | None


def price_steps(
    kind: str,
    terms: Mapping[str, Any],
    *,
    starts_on: date,
    ends_on: date | None,
    list_price: PriceTerms,
) -> tuple[PriceStep, ...]:
    """
    The prices an exception brings, day by day; the last step goes back to the list.

    A ramp's steps outside the time asked for are cut off; a step of 0 percent is the list price.
    """
    changes = [
        (max(starts_on, day), price)
        for day, price in asked_prices(kind, terms, starts_on=starts_on, list_price=list_price)
        if ends_on is None or day < ends_on
    ]
    steps: dict[date, PriceTerms | None] = dict(sorted(changes, key=lambda one: one[0]))
    if ends_on:
        steps[ends_on] = None
    return tuple(PriceStep(day, price) for day, price in steps.items())


def asked_prices(
    kind: str, terms: Mapping[str, Any], *, starts_on: date, list_price: PriceTerms
) -> list[tuple[date, PriceTerms | None]]:
    """Each price with the day it was asked for."""
    if "ramp" in terms:
        ramp = sorted(terms["ramp"], key=lambda one: str(one["from"]))
        return [
            (
                date.fromisoformat(one["from"]),
                percent_off(list_price, one["percent"]) if one["percent"] else None,
            )
            for one in ramp
        ]
    return [(starts_on, price_asked(kind, terms, list_price))]


def price_asked(kind: str, terms: Mapping[str, Any], list_price: PriceTerms) -> PriceTerms:
    """The one price a request without a ramp asks for."""
    if kind == "free_seats":
        return replace(list_price, included=list_price.included + terms["seats"])
    if kind == "price_override":
        return replace(list_price, mode="per_unit", tiers=(Tier(None, terms["price_minor"]),))
    if "percent" in terms:
        return percent_off(list_price, terms["percent"])
    return each_tier(list_price, lambda minor: max(0, minor - terms["amount_minor"]))


def percent_off(price: PriceTerms, percent: int) -> PriceTerms:
    """Every row reduced, rounded half up to whole minor units."""
    return each_tier(price, lambda minor: (2 * minor * (100 - percent) + 100) // 200)


def each_tier(price: PriceTerms, change: Callable[[int], int]) -> PriceTerms:
    return replace(
        price, tiers=tuple(Tier(tier.up_to, change(tier.price_minor)) for tier in price.tiers)
    )


def price_said(price: PriceTerms | None) -> dict[str, Any]:
    """A price in the words of the price_changed event."""
    if price is None:
        return {"list": True}
    said: dict[str, Any] = {
        "mode": price.mode,
        "tiers": [{"up_to": tier.up_to, "price_minor": tier.price_minor} for tier in price.tiers],
    }
    if price.included:
        said["included"] = price.included
    if price.ratio_of:
        said |= {"ratio_of": price.ratio_of, "ratio_each": price.ratio_each}
    return said


def charge_of(price: PriceTerms, *, seats: int, ratio_seats: int = 0) -> int:
    """Minor units for so many seats for one interval."""
    return price.charge(price.billable_seats(seats, ratio_seats))


def leakage_minor(
    steps: Sequence[PriceStep],
    *,
    list_price: PriceTerms,
    seats: int,
    ratio_seats: int = 0,
    interval: Interval,
) -> int:
    """
    List less realized price over the term for the seats of today, in minor units.

    Intervals are counted from the first step; one that begins under a step is charged by it.
    """
    end = next((step.day for step in reversed(steps) if step.price is None), None)
    if not steps or end is None:
        return 0
    listed = charge_of(list_price, seats=seats, ratio_seats=ratio_seats)
    lost, number, day = 0, 0, steps[0].day
    while day < end:
        standing = [step for step in steps if step.day <= day][-1].price
        if standing is not None:
            lost += listed - charge_of(standing, seats=seats, ratio_seats=ratio_seats)
        number += 1
        day = interval.step(steps[0].day, number, steps[0].day.day)
    return lost
