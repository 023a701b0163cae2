"""When a line's amount is earned: straight-line by day over its service, whole minor units each month."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache

from billing.calc.books.types import Service, Slice
from kernel.money import split_minor
from kernel.period import Period, add_months


def schedule(service: Service) -> tuple[Slice, ...]:
    """
    One slice for each calendar month the service touches; the slices add up to the line exactly.

    The odd minor units go to the largest remainders, earlier months first. A line without a span of
    its own is earned on its first day; a line of nothing has no slices.
    """
    if not service.minor:
        return ()
    months = months_of(service.first, service.after)
    parts = split_minor(service.minor, [month.days for month in months])
    return tuple(
        Slice(
            line=service.key,
            month=month.first.replace(day=1),
            ends_on=month.last,
            days=month.days,
            minor=part,
        )
        for month, part in zip(months, parts, strict=True)
    )


@lru_cache(maxsize=10_000)
def months_of(first: date, after: date) -> tuple[Period, ...]:
    """A service's dates cut at the firsts of months; at least one day."""
    after = max(after, first + timedelta(days=1))
    months = []
    while first < after:
        next_first = min(add_months(first.replace(day=1), 1), after)
        months.append(Period(first, next_first))
        first = next_first
    return tuple(months)


def earned(slices: Iterable[Slice], *, on: date) -> int:
    """Minor units of the slices whose last day is before a day: they are earned by then."""
    return sum(one.minor for one in slices if one.is_past(on))
