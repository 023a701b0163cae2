"""A ledger entry with its event, as people read it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.models import SeatLedgerEntry
from billing.queries.trace_records import EntryTrace


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One effect of an event on one seat type. `change` says it in words."""

    id: UUID
    position: int
    kind: str
    seat_type: str
    change: str
    balance_after: int
    group: str
    grantee: str
    effective_at: datetime
    recorded_at: datetime
    voids: bool
    corrects_position: int | None
    event_id: UUID
    event_label: str
    event_kind: str
    source: str
    actor: str


def entry_row(entry: SeatLedgerEntry) -> EntryRow:
    """Needs event, seat_type, corrects, grantee and group loaded with it."""
    return EntryRow(
        id=entry.pk,
        position=entry.position,
        kind=entry.get_kind_display(),
        seat_type=entry.seat_type.name,
        change=change_words(entry),
        balance_after=entry.balance_after,
        group=str(entry.group or ""),
        grantee=str(entry.grantee or ""),
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        voids=entry.voids,
        corrects_position=entry.corrects.position if entry.corrects else None,
        event_id=entry.event_id,
        event_label=entry.event.source_event_id,
        event_kind=entry.event.get_kind_display(),
        source=entry.event.source,
        actor=entry.event.actor,
    )


def change_words(entry: SeatLedgerEntry | EntryTrace) -> str:
    """ "2 seats: active → removed", "set to 30 seats"."""
    if entry.voids:
        return "makes the corrected entry void"
    if entry.set_to is not None:
        return f"set to {seats(entry.set_to)}"
    if not entry.quantity:
        return "no seat changes"
    states = " → ".join(state for state in (entry.from_state, entry.to_state) if state)
    return f"{seats(entry.quantity)}: {states}" if states else seats(entry.quantity)


def seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count} seats"
