"""An event with everything it caused: entries, every line they explain, and its corrections both ways."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from billing.models import EntitlementEvent, InvoiceLine
from desk.queries.entries import EntryRow, entry_row

LINES_SHOWN = 300


@dataclass(frozen=True, slots=True)
class CausedLine:
    """A line that an entry of the event explains; amount in minor units of `currency`."""

    invoice_id: UUID
    invoice_label: str
    position: int
    description: str
    amount_minor: int
    currency: str
    entry_positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EventLink:
    id: UUID
    label: str
    kind: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class EventPage:
    id: UUID
    label: str
    kind: str
    source: str
    actor: str
    client: str
    customer_id: UUID
    customer_name: str
    time_zone: str
    subscription: str
    effective_at: datetime
    recorded_at: datetime
    payload: tuple[tuple[str, Any], ...]
    digest: str
    corrects: EventLink | None
    corrections: tuple[EventLink, ...]
    entries: tuple[EntryRow, ...]
    lines: tuple[CausedLine, ...]


def event_page(event_id: UUID) -> EventPage | None:
    """Four queries."""
    event = (
        EntitlementEvent.objects.select_related("customer", "subscription", "client", "corrects")
        .filter(pk=event_id)
        .first()
    )
    if event is None:
        return None
    entries = list(
        event.entries.select_related("event", "seat_type", "corrects", "grantee", "group").order_by(
            "position"
        )
    )
    return EventPage(
        id=event.pk,
        label=event.source_event_id,
        kind=event.get_kind_display(),
        source=event.source,
        actor=event.actor,
        client=str(event.client or ""),
        customer_id=event.customer_id,
        customer_name=event.customer.legal_name,
        time_zone=event.subscription.time_zone,
        subscription=event.subscription.external_id,
        effective_at=event.effective_at,
        recorded_at=event.recorded_at,
        payload=tuple(sorted(event.payload.items())),
        digest=event.digest,
        corrects=event_link(event.corrects) if event.corrects else None,
        corrections=tuple(event_link(one) for one in event.corrections.order_by("recorded_at")),
        entries=tuple(entry_row(entry) for entry in entries),
        lines=caused_lines(event, {entry.pk: entry.position for entry in entries}),
    )


def event_link(event: EntitlementEvent) -> EventLink:
    return EventLink(event.pk, event.source_event_id, event.get_kind_display(), event.recorded_at)


def caused_lines(event: EntitlementEvent, positions: dict[UUID, int]) -> tuple[CausedLine, ...]:
    """Lines of the customer whose spans name an entry of the event."""
    lines = (
        InvoiceLine.objects.filter(
            customer=event.customer_id, rated_span__entry_ids__overlap=list(positions)
        )
        .select_related("invoice", "rated_span")
        .order_by("invoice__cycle_date", "invoice_id", "position")[:LINES_SHOWN]
    )
    return tuple(
        CausedLine(
            invoice_id=line.invoice_id,
            invoice_label=line.invoice.number or "Draft",
            position=line.position,
            description=line.description,
            amount_minor=line.amount_minor,
            currency=line.invoice.currency,
            entry_positions=tuple(
                sorted(positions[key] for key in line.rated_span.entry_ids if key in positions)
            ),
        )
        for line in lines
    )
