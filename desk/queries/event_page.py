"""An event with everything it caused: entries, every line they explain, and its corrections both ways."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.enums import EventKind
from billing.models import EntitlementEvent
from billing.queries.closed_periods import ClosedMonth, closed_before
from billing.queries.trace import trace_event
from billing.queries.trace_records import EventReach
from desk.queries.entries import change_words
from desk.queries.line_trail import EntryWords


@dataclass(frozen=True, slots=True)
class EventPage:
    """
    What was said, and its reach; times are shown on the clock of `time_zone`.

    `closed` is the month that was closed over it when it came.
    """

    label: str
    kind: str
    client: str
    customer_id: UUID
    customer_name: str
    time_zone: str
    payload: tuple[tuple[str, Any], ...]
    reach: EventReach
    entries: tuple[EntryWords, ...]
    closed: ClosedMonth | None


def event_page(event_id: UUID) -> EventPage | None:
    """Six queries."""
    reach = trace_event(event_id)
    if reach is None:
        return None
    event = EntitlementEvent.objects.select_related("customer", "subscription", "client").get(
        pk=event_id
    )
    return EventPage(
        label=event.source_event_id,
        kind=EventKind(event.kind).label,
        client=str(event.client or ""),
        customer_id=event.customer_id,
        customer_name=event.customer.legal_name,
        time_zone=event.subscription.time_zone,
        payload=tuple(sorted(event.payload.items())),
        reach=reach,
        entries=tuple(EntryWords(entry, change_words(entry)) for entry in reach.entries),
        closed=closed_before(
            event.customer_id,
            on=event.effective_at.astimezone(ZoneInfo(event.subscription.time_zone)).date(),
            at=event.recorded_at,
        ),
    )
