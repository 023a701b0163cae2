"""An entry before it is written, and the books it goes into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.calc.books.types import Leg, Role, Slice


@dataclass(frozen=True, slots=True)
class EntityBooks:
    """Where and under which numbers an entity's entries are written."""

    entity_id: UUID
    time_zone: str
    accounts: dict[Role, str]
    holds_gateway_account: bool

    def day_of(self, at: datetime) -> date:
        """The date of an instant in the zone of these books."""
        return at.astimezone(ZoneInfo(self.time_zone)).date()


@dataclass(frozen=True, slots=True)
class Booking:
    """
    One source as it will be posted. Legs in minor units of `currency`, positive is debit.

    `original_day` is set where its own day is closed: what was earned counts from there.
    """

    entity_id: UUID
    kind: str
    source_id: UUID
    currency: str
    day: date
    customer_id: UUID | None
    document: str
    text: str
    legs: Sequence[Leg]
    slices: Sequence[Slice] = ()
    original_day: date | None = None

    def is_earned(self, part: Slice) -> bool:
        """Whether a slice was over on the booking's own day."""
        return part.is_past(self.original_day or self.day)

    def on_an_open_day(self, closed: Mapping[UUID, date]) -> "Booking":
        """Itself, or dated on the first day after the entity's last closed one."""
        day = first_open_day(self.day, closed_through=closed.get(self.entity_id))
        return self if day == self.day else replace(self, day=day, original_day=self.day)


def first_open_day(day: date, *, closed_through: date | None) -> date:
    """The day itself while its month is open, else the first day that is."""
    if closed_through is None or day > closed_through:
        return day
    return closed_through + timedelta(days=1)
