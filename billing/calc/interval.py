"""Billing intervals: days, weeks or months; a quarter is three months and a year twelve."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kernel.period import add_months
from kernel.refusal import Refusal

IntervalUnitName = Literal["day", "week", "month"]


class IntervalInvalid(Refusal):
    code = "interval_invalid"


@dataclass(frozen=True, slots=True)
class Interval:
    """So many days, weeks or months."""

    unit: IntervalUnitName
    count: int = 1

    def step(self, base: date, times: int, anchor_day: int) -> date:
        """`times` intervals after `base`; months land on the anchor day where they have it."""
        if self.unit == "month":
            return add_months(base, times * self.count, anchor_day=anchor_day)
        return base + timedelta(days=times * self.count * (7 if self.unit == "week" else 1))

    @property
    def months(self) -> int:
        """Whole months; 0 for days and weeks."""
        return self.count if self.unit == "month" else 0

    @property
    def per_year(self) -> tuple[int, int]:
        """How many make a year, as numerator and denominator: a month 12/1, two weeks 52/2."""
        return {"day": 365, "week": 52, "month": 12}[self.unit], self.count

    @property
    def nominal_days(self) -> int:
        """Months count 30 days."""
        return self.count * {"day": 1, "week": 7, "month": 30}[self.unit]


MONTH = Interval("month", 1)
QUARTER = Interval("month", 3)
INTERVAL_WORDS: Mapping[str, Interval] = {
    "day": Interval("day"),
    "week": Interval("week"),
    "month": MONTH,
    "quarter": QUARTER,
    "year": Interval("month", 12),
}
COUNTED_WORDS: Mapping[str, Interval] = {
    "days": Interval("day"),
    "weeks": Interval("week"),
    "months": MONTH,
    "quarters": QUARTER,
    "years": Interval("month", 12),
}


def parse_interval(value: object) -> Interval:
    """
    A word (day, week, month, quarter, year) or one counted, such as {months: 6}.

    :raises IntervalInvalid: for anything else
    """
    if isinstance(value, str) and value in INTERVAL_WORDS:
        return INTERVAL_WORDS[value]
    if isinstance(value, Mapping) and len(value) == 1:
        ((word, count),) = value.items()
        if word in COUNTED_WORDS and type(count) is int and count > 0:
            one = COUNTED_WORDS[word]
            return Interval(one.unit, one.count * count)
    raise IntervalInvalid(
        f"“{value}” is not an interval. Use {', '.join(INTERVAL_WORDS)} or, for example, "
        "{months: 6}."
    )


def interval_words(interval: Interval) -> str | dict[str, int]:
    """The canonical spelling that `parse_interval` reads."""
    for word, known in INTERVAL_WORDS.items():
        if known == interval:
            return word
    return {f"{interval.unit}s": interval.count}
