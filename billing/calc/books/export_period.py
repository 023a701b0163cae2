"""Which days an export holds: a month, a quarter, a year, or from a day to a day."""

import re
from datetime import date, timedelta

from kernel.period import Period, add_months
from kernel.refusal import Refusal

MONTHS = re.compile(r"(\d{4})(?:-(?:(\d{2})|[Qq]([1-4])))?")
WAYS = "Write 2026-10, 2026-Q3, 2026 or 2026-10-01..2026-10-31."


class PeriodUnreadable(Refusal):
    code = "period_unreadable"


def read_period(text: str) -> Period:
    """
    The days of a period as people write it; of two days both are included.

    :raises PeriodUnreadable: if it is none of these
    """
    try:
        if ".." in text:
            first, last = (date.fromisoformat(part.strip()) for part in text.split("..", 1))
            return Period(first, last + timedelta(days=1))
        return read_months(text.strip())
    except (ValueError, OverflowError):
        raise PeriodUnreadable(f"“{text[:40]}” is no period. {WAYS}") from None


def read_months(text: str) -> Period:
    """:raises ValueError: if it names no months"""
    found = MONTHS.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, quarter = found.groups()
    if month:
        first, months = date(int(year), int(month), 1), 1
    elif quarter:
        first, months = date(int(year), 3 * int(quarter) - 2, 1), 3
    else:
        first, months = date(int(year), 1, 1), 12
    return Period(first, add_months(first, months))


def fiscal_year(day: date, *, first_month: int) -> Period:
    """The fiscal year a day is in; it begins on the first of a month."""
    year = day.year if day.month >= first_month else day.year - 1
    first = date(year, first_month, 1)
    return Period(first, add_months(first, 12))
