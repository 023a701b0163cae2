"""How close sales are to the amount from which a seller must register, and when they will cross it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from tax.calc.types import Place

State = Literal["registered", "below", "near", "crossed"]

NEAR_PERCENT = 80
PACE_DAYS = 90
LOOK_AHEAD_DAYS = 730
MONTHS_IN_A_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Threshold:
    """Minor units of `currency`; `period` and `counts` as in the table of facts."""

    jurisdiction: str
    amount_minor: int
    currency: str
    transactions: int | None
    both_needed: bool
    period: str
    counts: str


@dataclass(frozen=True, slots=True)
class DaySales:
    """What one seller sold to one place on a day: minor units of the threshold's currency, net of tax."""

    day: date
    place: Place
    is_confirmed_business: bool
    amount_minor: int
    transactions: int


@dataclass(frozen=True, slots=True)
class Position:
    """Sales against a threshold; `percent` is whole, `crosses_on` None where no date is in sight."""

    sales_minor: int
    transactions: int
    percent: int
    state: State
    crosses_on: date | None


def measure(
    threshold: Threshold, sales: Sequence[DaySales], *, today: date, is_registered: bool
) -> Position:
    """Of the windows the law names, the fullest one; `sales` are those that count."""
    windows = [within(sales, first, after) for first, after in windows_of(threshold, today)]
    amount, transactions = max(windows)
    percent = percent_of(threshold, amount, transactions)
    return Position(
        sales_minor=amount,
        transactions=transactions,
        percent=percent,
        state=state_of(percent, amount, is_registered=is_registered),
        crosses_on=crossing_date(threshold, sales, amount, today=today) if percent < 100 else None,
    )


def windows_of(threshold: Threshold, today: date) -> list[tuple[date, date]]:
    """Half-open: this and the last calendar year, the last 12 months, or the last four quarters."""
    tomorrow = today + timedelta(days=1)
    if threshold.period == "calendar":
        this_year = date(today.year, 1, 1)
        return [(this_year, tomorrow), (date(today.year - 1, 1, 1), this_year)]
    if threshold.period == "rolling_12":
        return [(year_before(tomorrow), tomorrow)]
    quarter = date(today.year, today.month - (today.month - 1) % MONTHS_IN_A_QUARTER, 1)
    return [(year_before(quarter), quarter)]


def year_before(day: date) -> date:
    """29 February has 28 February a year before."""
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


def within(sales: Iterable[DaySales], first: date, after: date) -> tuple[int, int]:
    counted = [one for one in sales if first <= one.day < after]
    return sum(one.amount_minor for one in counted), sum(one.transactions for one in counted)


def percent_of(threshold: Threshold, amount: int, transactions: int) -> int:
    """Whole percent, rounded down; where both conditions are needed, the smaller one."""
    shares = [share(amount, threshold.amount_minor)]
    if threshold.transactions:
        shares.append(share(transactions, threshold.transactions))
    return min(shares) if threshold.both_needed else max(shares)


def share(part: int, whole: int) -> int:
    if whole == 0:
        return 100 if part > 0 else 0
    return max(0, part * 100 // whole)


def state_of(percent: int, amount: int, *, is_registered: bool) -> State:
    if is_registered:
        return "registered"
    if percent >= 100 and amount > 0:
        return "crossed"
    return "near" if percent >= NEAR_PERCENT else "below"


def crossing_date(
    threshold: Threshold, sales: Sequence[DaySales], amount: int, *, today: date
) -> date | None:
    """At the pace of the last 90 days; an estimate that knows nothing of seasons."""
    tomorrow = today + timedelta(days=1)
    recent, _ = within(sales, tomorrow - timedelta(days=PACE_DAYS), tomorrow)
    missing = threshold.amount_minor - amount
    if recent <= 0 or missing <= 0:
        return None
    days = -(-missing * PACE_DAYS // recent)
    return today + timedelta(days=days) if days <= LOOK_AHEAD_DAYS else None


def counting(
    threshold: Threshold, sales: Sequence[DaySales], *, home: str, union: frozenset[str]
) -> list[DaySales]:
    """
    The sales a threshold looks at; `home` is the seller's country, `union` the EU's.

    Worldwide turnover counts once there is a sale to anybody but a confirmed business there: sales
    to businesses alone fall under acquisition tax (MWSTG art. 10(2)(b)).
    """
    there = [one for one in sales if is_in(one.place, threshold.jurisdiction, home, union)]
    if threshold.counts == "all":
        return there
    others = [one for one in there if not one.is_confirmed_business]
    if threshold.counts == "consumers":
        return others
    return list(sales) if others else []


def is_in(place: Place, jurisdiction: str, home: str, union: frozenset[str]) -> bool:
    if jurisdiction == "EU":
        return place.country in union and place.country != home
    country, _, region = jurisdiction.partition("-")
    return place.country == country and (not region or place.region == region)
