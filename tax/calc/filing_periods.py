"""The periods a registration files for, and the day each return is due."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kernel.period import Period, add_months

MONTHS = {
    "monthly": 1,
    "two_monthly": 2,
    "quarterly": 3,
    "four_monthly": 4,
    "half_yearly": 6,
    "annual": 12,
}


@dataclass(frozen=True, slots=True)
class Cadence:
    """
    How a registration files, from its first to its last day (both included).

    A return is due `months_after` whole months later on `due_day` (0: the last day), or
    `days_after` days after the period where a law counts days.
    """

    frequency: str
    months_after: int
    due_day: int
    days_after: int
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class FilingPeriod:
    """What one return declares, and the last day it may be filed."""

    period: Period
    due: date


def filing_periods(cadence: Cadence, *, since: date, until: date) -> Iterator[FilingPeriod]:
    """
    Calendar months, quarters, … the registration is valid in, from the one that holds `since`.

    `since` is when sales began to be recorded here: earlier returns were filed elsewhere.
    """
    months = MONTHS[cadence.frequency]
    last = min(until, cadence.valid_to) if cadence.valid_to else until
    first = first_of_period(max(since, cadence.valid_from), months)
    while first <= last:
        period = Period(first, add_months(first, months))
        yield FilingPeriod(period, due_on(cadence, period))
        first = period.after


def first_of_period(day: date, months: int) -> date:
    """Periods start with the calendar year."""
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def due_on(cadence: Cadence, period: Period) -> date:
    if cadence.days_after:
        return period.last + timedelta(days=cadence.days_after)
    month = add_months(period.last.replace(day=1), cadence.months_after)
    length = monthrange(month.year, month.month)[1]
    return month.replace(day=min(cadence.due_day or length, length))
