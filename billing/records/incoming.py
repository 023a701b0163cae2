"""An entitlement event as a product service sends it, before anything is decided about it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from billing.enums import EventKind


@dataclass(frozen=True, slots=True)
class IncomingEvent:
    """
    One event in the words of the API; ids are the sender's, `effective_at` None means on arrival.

    `seats`: only to start a subscription. `price`: `{"mode", "tiers", …}` as stored on a price.
    `corrects` names the corrected event of the same source; `new_effective_at`, `new_quantity` or
    `void` say what was true instead.
    """

    source: str
    source_event_id: str
    kind: str
    subscription: str
    customer: str = ""
    seat_type: str = ""
    to_seat_type: str = ""
    quantity: int = 1
    seats: Mapping[str, int] | None = None
    grantee: str = ""
    to_grantee: str = ""
    group: str = ""
    effective_at: datetime | None = None
    actor: str = ""
    corrects: str = ""
    new_effective_at: datetime | None = None
    new_quantity: int | None = None
    void: bool = False
    price: Mapping[str, Any] | None = None
    plan: str = ""
    interval_unit: str = ""
    interval_count: int = 0

    @property
    def only_takes_out(self) -> bool:
        """Whether nobody comes into the group it names; a correction leaves seats where they were."""
        if self.kind == EventKind.SEAT_REASSIGNED:
            return not self.to_grantee
        return self.kind in (EventKind.SEAT_REMOVED, EventKind.CORRECTION)

    def payload(self) -> dict[str, Any]:
        """What was said, without what was left at its default, as JSON types."""
        said = ((name, getattr(self, name)) for name in NAMES)
        return {
            name: json_value(value)
            for name, value in said
            if value not in ("", None, False) and (name, value) != ("interval_count", 0)
        }


NAMES = tuple(one.name for one in fields(IncomingEvent))


def incoming_of(payload: Mapping[str, Any]) -> IncomingEvent:
    """
    The event whose `payload()` this is.

    :raises TypeError: if it names what an event does not have; ValueError for a time that is none
    """
    said = dict(payload)
    for name in ("effective_at", "new_effective_at"):
        if name in said:
            said[name] = datetime.fromisoformat(said[name])
    return IncomingEvent(**said)


def json_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return dict(value) if isinstance(value, Mapping) else value
