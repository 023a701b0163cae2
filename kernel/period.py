"""Half-open spans of local dates, and months that remember their anchor day."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From `first` (included) to `after` (excluded); local dates, no zone. Never empty."""

    first: date
    after: date

    def __post_init__(self) -> None:
        if self.after <= self.first:
            raise ValueError(f"A period must end after it begins: {self.first} to {self.after}")

    @property
    def days(self) -> int:
        return self.after.toordinal() - self.first.toordinal()

    @property
    def last(self) -> date:
        """The last date inside."""
        return self.after - timedelta(days=1)

    def __contains__(self, day: date) -> bool:
        return self.first <= day < self.after

    def overlap(self, other: "Period") -> "Period | None":
        """The dates both hold, or None."""
        first, after = max(self.first, other.first), min(self.after, other.after)
        return Period(first, after) if first < after else None


def add_months(day: date, months: int, *, anchor_day: int | None = None) -> date:
    """
    The date so many months later, on the anchor day where the month has it, else on its last day.

    Without an anchor day, the day of `day` is the anchor: 31 January plus one month is the end of February.
    """
    month_index = day.year * 12 + day.month - 1 + months
    year, month = divmod(month_index, 12)
    wanted = anchor_day or day.day
    if wanted > 28:
        wanted = min(wanted, monthrange(year, month + 1)[1])
    return date(year, month + 1, wanted)
