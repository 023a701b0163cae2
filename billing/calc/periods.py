"""Which billing periods a subscription has: anchored, cut short by resets, ended. Dates only."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from billing.calc.interval import Interval
from billing.calc.types import SubscriptionTerms
from kernel.period import Period, add_months


@dataclass(frozen=True, slots=True)
class BillingPeriod:
    """
    One billing period as day ordinals.

    `after` is where it would end; `cut` where it does (earlier on a reset or at the subscription's end).
    `full_first` to `full_after` is the whole interval it lies in: the same unless it is a stub.
    `turns`: a new cycle begins at its end, also where it was not cut short.
    """

    first: int
    after: int
    cut: int
    full_first: int
    full_after: int
    interval: Interval
    anchor_day: int
    is_reset: bool = False
    turns: bool = False
    is_last: bool = False

    @property
    def period(self) -> Period:
        return Period(date.fromordinal(self.first), date.fromordinal(self.after))


@dataclass(frozen=True, slots=True)
class Cycle:
    """Where periods begin: `base` plus whole intervals, and a stub before it when it starts earlier."""

    starts: date
    base: date
    interval: Interval
    anchor_day: int

    def bounds(self, number: int) -> tuple[date, date, date, date]:
        """First, after, full first and full after of period `number` (−1: the stub)."""
        step = self.interval.step
        first, after = (
            step(self.base, number, self.anchor_day),
            step(self.base, number + 1, self.anchor_day),
        )
        return (self.starts if number < 0 else first), after, first, after

    def number_before(self, day: int) -> int:
        """A period number that ends on or before the day, near it; not before the first."""
        lowest = -1 if self.starts < self.base else 0
        gap = day - self.base.toordinal()
        length = self.interval.count * {"day": 1, "week": 7, "month": 31}[self.interval.unit]
        return max(lowest, gap // length - 1) if gap > 0 else lowest


def cycle_from(starts: date, interval: Interval, *, anchor: str, anchor_day: int | None) -> Cycle:
    """The cycle that begins on a date under an anchor rule."""
    if anchor == "calendar":
        return _calendar_cycle(starts, interval)
    if interval.unit != "month" or anchor_day is None:
        return Cycle(starts, starts, interval, starts.day)
    base = add_months(starts, 0, anchor_day=anchor_day)
    if base < starts:
        base = add_months(starts, 1, anchor_day=anchor_day)
    return Cycle(starts, base, interval, anchor_day)


def _calendar_cycle(starts: date, interval: Interval) -> Cycle:
    """Months begin on the 1st and weeks on Monday; longer intervals count from the first such date."""
    if interval.unit == "month":
        base = starts if starts.day == 1 else add_months(starts, 1, anchor_day=1)
        return Cycle(starts, base, interval, 1)
    if interval.unit == "week":
        return Cycle(starts, starts + timedelta(days=-starts.weekday() % 7), interval, starts.day)
    return Cycle(starts, starts, interval, starts.day)


@dataclass(frozen=True, slots=True)
class Reset:
    """A day on which a new cycle begins, and its interval."""

    day: int
    interval: Interval


FindReset = Callable[[int, int], Reset | None]


def billing_periods(
    terms: SubscriptionTerms, *, anchor: str, find_reset: FindReset | None, from_day: int
) -> Iterator[BillingPeriod]:
    """
    Periods in order, beginning with one that ends on or before `from_day` or with the first.

    `find_reset` answers the first reset inside a span of days; one on the day after it only changes the
    interval from there on. Endless unless the subscription ends.
    """
    ends = terms.ends_on.toordinal() if terms.ends_on else 0
    cycle = cycle_from(terms.starts_on, terms.interval, anchor=anchor, anchor_day=terms.anchor_day)
    number = cycle.number_before(from_day if find_reset is None else 0)
    while True:
        first, after, full_first, full_after = (day.toordinal() for day in cycle.bounds(number))
        if ends and first >= ends:
            return
        reset = find_reset(first, after) if find_reset else None
        cut = reset.day if reset else after
        is_last = bool(ends) and ends <= cut
        yield BillingPeriod(
            first, after, ends if is_last else cut, full_first, full_after, cycle.interval,
            cycle.anchor_day, is_reset=cut < after and not is_last,
            turns=reset is not None and not is_last, is_last=is_last,
        )  # fmt: skip
        number += 1
        if reset:
            rule = "calendar" if anchor == "calendar" else "subscription"
            cycle = cycle_from(
                date.fromordinal(reset.day), reset.interval, anchor=rule, anchor_day=None
            )
            number = cycle.number_before(0)
