"""An entry before it is written, and the books it goes into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
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
    """One source as it will be posted. Legs in minor units of `currency`, positive is debit."""

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
