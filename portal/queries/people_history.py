"""What happened to a person's seats, from the ledger, in words; newest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.queries.portal_rights import Rights
from billing.enums import EventKind
from billing.models import SeatLedgerEntry

SHOWN = 100
WORDS = {
    EventKind.SEAT_ADDED: "Got a {seat} seat",
    EventKind.SEAT_REMOVED: "Gave up the {seat} seat",
    EventKind.SEAT_SUSPENDED: "The {seat} seat was suspended",
    EventKind.SEAT_REACTIVATED: "The {seat} seat was active again",
    EventKind.SEAT_INVITED: "Was invited to a {seat} seat",
    EventKind.SEAT_ACCEPTED: "Accepted the {seat} seat",
    EventKind.SEAT_USED: "Used the {seat} seat for the first time",
    EventKind.SEAT_INACTIVE: "The {seat} seat was not in use",
}
CORRECTED = "A record was corrected: {seat} seat"
SOMEBODY = "somebody in another group"


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the ledger about a person; `group` is empty where it is none of the asker's."""

    at: datetime
    recorded_at: datetime
    words: str
    actor: str
    source: str
    group: str


def happenings(rights: Rights, *, grantee_id: UUID) -> Sequence[Happening]:
    """One query; at most the newest hundred."""
    rows = (
        SeatLedgerEntry.objects.filter(
            Q(grantee=grantee_id) | Q(from_grantee=grantee_id), customer=rights.customer_id
        )
        .select_related("event", "seat_type", "group", "grantee", "from_grantee")
        .order_by("-effective_at", "-position")[:SHOWN]
    )
    return [
        Happening(
            at=row.effective_at,
            recorded_at=row.recorded_at,
            words=words_of(row, grantee_id, names_others=is_seen(row, rights)),
            actor=row.event.actor,
            source=row.event.source,
            group=row.group.name if row.group and is_seen(row, rights) else "",
        )
        for row in rows
        if row.kind != EventKind.SEAT_MOVED or row.to_state  # a move is told once, by where it led
    ]


def is_seen(row: SeatLedgerEntry, rights: Rights) -> bool:
    """Whether it happened in a group of the asker's."""
    return rights.is_owner or row.group_id in rights.group_ids


def words_of(row: SeatLedgerEntry, grantee_id: UUID, *, names_others: bool) -> str:
    seat = row.seat_type.name
    if row.corrects_id:
        return CORRECTED.format(seat=seat)
    if row.kind == EventKind.SEAT_MOVED:
        return f"Changed to a {seat} seat"
    if row.kind == EventKind.SEAT_REASSIGNED:
        return reassigned(row, grantee_id, names_others=names_others)
    return WORDS.get(EventKind(row.kind), str(EventKind(row.kind).label)).format(seat=seat)


def reassigned(row: SeatLedgerEntry, grantee_id: UUID, *, names_others: bool) -> str:
    """From this person, to them, or with them to another group."""
    seat = row.seat_type.name
    if row.grantee_id == row.from_grantee_id:
        return f"Took the {seat} seat along to another group"
    if row.grantee_id == grantee_id:
        giver = row.from_grantee if names_others else SOMEBODY
        return f"Got the {seat} seat" + (f" of {giver}" if row.from_grantee else "")
    if row.grantee is None:
        return f"Gave up the {seat} seat; it stays bought and is free"
    return f"Handed the {seat} seat over to {row.grantee if names_others else SOMEBODY}"
