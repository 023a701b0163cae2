"""A month so far against the one before, day by day: running sums for figures and charts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

Day = tuple[str, date, int]  # currency, day, minor units


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """
    One currency. `now` and `before` are running sums in minor units, an entry a day: this month up
    to today, the whole month before.
    """

    currency: str
    now: tuple[int, ...]
    before: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.now[-1]

    @property
    def same_day(self) -> int:
        """The month before by the same day; its last day where it is shorter."""
        return self.before[min(len(self.now), len(self.before)) - 1]

    @property
    def total_before(self) -> int:
        return self.before[-1]

    @property
    def change_percent(self) -> int | None:
        """Against the same day of the month before, whole percent toward zero; None from nothing."""
        if self.same_day <= 0:
            return None
        return int(100 * (self.total - self.same_day) / self.same_day)


def two_months(today: date) -> tuple[date, date]:
    """The first days of the month before and of this month."""
    first = today.replace(day=1)
    return (first - timedelta(days=1)).replace(day=1), first


def months_so_far(days: Iterable[Day], *, today: date) -> tuple[MonthSoFar, ...]:
    """By currency, the largest first; a day without a row adds nothing."""
    before, first = two_months(today)
    by_currency: dict[str, dict[date, int]] = {}
    for currency, day, minor in days:
        amounts = by_currency.setdefault(currency, {})
        amounts[day] = amounts.get(day, 0) + minor
    found = [
        MonthSoFar(
            currency=currency,
            now=running(amounts, days_of(first, today)),
            before=running(amounts, days_of(before, first - timedelta(days=1))),
        )
        for currency, amounts in by_currency.items()
    ]
    return tuple(sorted(found, key=lambda one: (-one.total_before - one.total, one.currency)))


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def running(amounts: Mapping[date, int], days: Sequence[date]) -> tuple[int, ...]:
    return tuple(accumulate(amounts.get(day, 0) for day in days))
