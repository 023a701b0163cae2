"""What part of an interval remains, in the policy's unit and day count. Whole numbers only."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from billing.calc.local_time import SECONDS_A_DAY, midnight
from billing.calc.periods import BillingPeriod
from billing.calc.policy import PolicyTerms
from kernel.period import add_months

UNIT_MONTHS = {"month": 1, "quarter": 3}


class Share(NamedTuple):
    """
    `numer / denom` of one interval.

    In units of the policy that is `numer / scale` units of `denom / scale`: 2 1/2 of 12 months is 5/24 in halves.
    """

    numer: int
    denom: int
    scale: int = 1

    def __bool__(self) -> bool:
        return self.numer != 0

    @property
    def is_whole(self) -> bool:
        return self.numer == self.denom


NOTHING = Share(0, 1)


def less(share: Share, other: Share) -> Share:
    """The difference of two shares of the same interval and unit."""
    if not other.numer:
        return share
    if share.denom == other.denom and share.scale == other.scale:
        return Share(share.numer - other.numer, share.denom, share.scale)
    return Share(
        share.numer * other.denom - other.numer * share.denom,
        share.denom * other.denom,
        share.scale * other.denom,
    )


def smaller(share: Share, other: Share) -> Share:
    return share if share.numer * other.denom <= other.numer * share.denom else other


class ShareClock:
    """
    The remaining share of a period at any tick: a day ordinal, or a second or minute since 1970.

    At the first tick of a full period the share is whole, whatever the day count says.
    """

    __slots__ = ("after", "days", "first", "measure", "period", "policy", "tick_seconds", "zone")

    def __init__(self, period: BillingPeriod, policy: PolicyTerms, zone: str) -> None:
        self.period, self.policy, self.zone = period, policy, zone
        self.tick_seconds = 0
        if policy.counts_instants:
            self.tick_seconds = 60 if policy.proration_unit == "minute" else 1
        self.first, self.after = self.tick_of_day(period.first), self.tick_of_day(period.after)
        self.days = period.full_after - period.full_first
        self.measure = self._measure()

    def tick_of_day(self, day: int) -> int:
        if not self.tick_seconds:
            return day
        return midnight(day, self.zone) // self.tick_seconds

    def remaining(self, tick: int) -> Share:
        """The share of an interval from the tick to the period's end, at most a whole one."""
        if tick >= self.after:
            return NOTHING
        if tick <= self.first:
            tick = self.first
            if self.period.first == self.period.full_first:
                return self.whole
        share = self.measure(tick)
        return share if share.numer <= share.denom else self.whole

    @property
    def whole(self) -> Share:
        share = self.measure(self.first)
        return Share(share.denom, share.denom, share.scale)

    def between(self, tick: int, until: int) -> Share:
        """The share from a tick to another, not held to a whole: for use by the day."""
        share = self.measure(tick)
        return share if until >= self.after else less(share, self.measure(until))

    def next_subperiod(self, tick: int) -> int:
        """The first tick of the next sub-period, or the tick itself where one begins."""
        unit = self.policy.proration_unit
        months = UNIT_MONTHS.get(unit, 1 if self.period.interval.months > 1 else 0)
        if unit == "week":
            edges = list(range(self.period.first, self.period.after, 7))
        elif months:
            edges = self._edges(months)
        else:
            edges = []
        ticks = (self.tick_of_day(edge) for edge in edges)
        return next((edge for edge in ticks if edge >= tick), self.after)

    def _measure(self) -> Callable[[int], Share]:
        """The share left at a tick, in the unit and day count of the policy."""
        unit, period = shown_unit(self.policy), self.period
        if unit in UNIT_MONTHS and period.interval.months >= UNIT_MONTHS[unit]:
            return self._in_months(UNIT_MONTHS[unit])
        if unit == "week":
            return self._in_weeks()
        if unit == "working_day":
            return self._in_working_days()
        if self.policy.day_count == "fixed_30" and period.interval.unit == "month":
            return self._in_thirties()
        return self._in_ticks()

    def _in_thirties(self) -> Callable[[int], Share]:
        """Every month has 30 days."""
        after, denom = self.after, 30 * self.period.interval.count
        if self.tick_seconds:
            denom *= SECONDS_A_DAY // self.tick_seconds
            return lambda tick: Share(after - tick, denom)
        end = date.fromordinal(after)
        return lambda tick: Share(days_360(date.fromordinal(tick), end), denom)

    def _in_ticks(self) -> Callable[[int], Share]:
        """Days, minutes or seconds over those of the interval, of a daily price, or of a year."""
        after, count, scale = self.after, self.policy.day_count, 1
        per_day = SECONDS_A_DAY // self.tick_seconds if self.tick_seconds else 1
        if count == "fixed_daily_price":
            scale, denom = self._daily_days()
            denom *= per_day
        elif count == "annualised_365":
            scale, count_of = self.period.interval.per_year
            denom = 365 * count_of * per_day
        else:
            first = self.tick_of_day(self.period.full_first)
            denom = self.tick_of_day(self.period.full_after) - first
        return lambda tick: Share((after - tick) * scale, denom, scale)

    def _daily_days(self) -> tuple[int, int]:
        """Days of a price by day as scale and scaled days; without a setting, 30 for each month."""
        days = self.policy.daily_price_days
        if days is None:
            return 1, self.period.interval.nominal_days
        return days.denominator, days.numerator

    def _in_working_days(self) -> Callable[[int], Share]:
        after, period = self.after, self.period
        scale, denom = 1, working_days(period.full_first, period.full_after)
        if self.policy.day_count == "fixed_daily_price":
            scale, denom = self._daily_days()
        return lambda tick: Share(working_days(tick, after) * scale, denom, scale)

    def _in_weeks(self) -> Callable[[int], Share]:
        """Weeks counted from the start of the interval; a last week may be short."""
        origin, after, partial = self.period.full_first, self.after, self.policy.partial_unit
        scale, days = 7, self.days
        if self.policy.day_count == "fixed_daily_price":
            part, days = self._daily_days()
        else:
            part = 1

        def measure(tick: int) -> Share:
            into = (tick - origin) % 7
            left = after - tick
            if partial == "up":
                left += into
            elif partial == "skip_current" or (partial == "down" and into):
                left = max(0, left - (7 - into))
            return Share(left * part, days, scale * part)

        return measure

    def _edges(self, months: int) -> list[int]:
        """Where units of so many months begin, counted with the anchor day, to the interval's end."""
        first = date.fromordinal(self.period.full_first)
        anchor = self.period.anchor_day
        count = -(-self.period.interval.months // months)
        return [
            add_months(first, i * months, anchor_day=anchor).toordinal() for i in range(count)
        ] + [self.period.full_after]

    def _in_months(self, months: int) -> Callable[[int], Share]:
        """Months or quarters: whole ones left, and the current one by `partial_unit`."""
        edges, partial = self._edges(months), self.policy.partial_unit
        count = len(edges) - 1
        is_360 = self.policy.day_count == "fixed_30"

        def measure(tick: int) -> Share:
            unit = next((i for i in range(count) if tick < edges[i + 1]), count - 1)
            whole, begins, ends = count - unit - 1, edges[unit], edges[unit + 1]
            if partial == "skip_current":
                return Share(whole, count)
            if partial == "up" or tick == begins:
                return Share(whole + 1, count)
            if partial == "down":
                return Share(whole, count)
            left, size = ends - tick, ends - begins
            if is_360:
                size = 30 * months
                left = min(size, days_360(date.fromordinal(tick), date.fromordinal(ends)))
            return Share(whole * size + left, count * size, size)

        return measure


def shown_unit(policy: PolicyTerms) -> str:
    """The proration unit; counting months or quarters of the term makes those the unit."""
    if policy.day_count == "months_of_term" and policy.proration_unit != "quarter":
        return "month"
    if policy.day_count == "quarters_of_term":
        return "quarter"
    return policy.proration_unit


def unit_name(clock: ShareClock) -> str:
    """The unit shares are shown in."""
    unit = shown_unit(clock.policy)
    if unit in UNIT_MONTHS and clock.period.interval.months < UNIT_MONTHS[unit]:
        return "day"
    return unit


def working_days(first: int, after: int) -> int:
    """Mondays to Fridays from `first` to before `after`, as ordinals."""
    weeks, rest = divmod(after - first, 7)
    return 5 * weeks + sum((first + i - 1) % 7 < 5 for i in range(rest))


def days_360(first: date, after: date) -> int:
    """Days between two dates when every month has 30 (30E/360)."""
    return (
        360 * (after.year - first.year)
        + 30 * (after.month - first.month)
        + min(after.day, 30)
        - min(first.day, 30)
    )
