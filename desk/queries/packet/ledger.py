"""Events and ledger entries of a packet, each with the proof that it is what was written."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import UUID

from django.db.models import Max, Min

from billing.calc.chain import CHAINED, CHAINED_IF_SET, entry_digest, payload_digest
from billing.models import EntitlementEvent, LedgerHead, SeatLedgerEntry
from desk.queries.entries import change_words
from kernel.chain import canonical

SEGMENT_AT_MOST = 1_000
SHARED = ("seat_type", "group", "grantee")
UNREAD = ("corrects__effective_at", "corrects__recorded_at")


@dataclass(frozen=True, slots=True)
class PacketEvent:
    """What a source reported. `fits`: its payload still has the digest it was stored with."""

    id: UUID
    source: str
    source_event_id: str
    kind: str
    actor: str
    effective_at: datetime
    recorded_at: datetime
    subscription: str
    time_zone: str
    corrects_event_id: UUID | None
    payload: dict[str, Any]
    digest: str
    fits: bool


@dataclass(frozen=True, slots=True)
class PacketEntry:
    """
    A ledger entry of the chain. `hashed` holds the columns its digest covers, as it covers them.

    `is_named`: a line or the question names it; the others stand here so that the chain has no gap.
    """

    id: UUID
    position: int
    event_id: UUID
    kind: str
    seat_type: str
    seat_type_name: str
    change: str
    quantity: int
    set_to: int | None
    balance_after: int
    effective_at: datetime
    recorded_at: datetime
    corrects_position: int | None
    corrected_by_position: int | None
    voids: bool
    group: str
    grantee: str
    is_named: bool
    hashed: dict[str, Any]
    previous_digest: str
    digest: str
    recomputed: str

    @property
    def fits(self) -> bool:
        return self.digest == self.recomputed


@dataclass(frozen=True, slots=True)
class PacketLedger:
    """
    A piece of the customer's chain. `is_whole`: every entry from the first to the last is here.

    `links`: each entry carries the digest of the one before it, where that one is here.
    """

    is_whole: bool
    links: bool
    head_position: int
    head_digest: str
    entries: tuple[PacketEntry, ...]

    @property
    def fits(self) -> bool:
        return self.links and all(one.fits for one in self.entries)

    @property
    def named(self) -> tuple[PacketEntry, ...]:
        return tuple(one for one in self.entries if one.is_named)


def packet_ledger(*, customer_id: UUID, entry_ids: Collection[UUID]) -> PacketLedger:
    """
    The entries asked for, and all between them unless those are more than `SEGMENT_AT_MOST`.

    Six queries.
    """
    own = SeatLedgerEntry.objects.filter(customer=customer_id)
    head = LedgerHead.objects.filter(pk=customer_id).first()
    ends = own.filter(pk__in=entry_ids).aggregate(first=Min("position"), last=Max("position"))
    first, last = ends["first"] or 1, ends["last"] or 0
    is_whole = last - first < SEGMENT_AT_MOST
    wanted = own.filter(position__range=(first, last))
    rows = list(
        (wanted if is_whole else wanted.filter(pk__in=entry_ids))
        .select_related("corrects")
        .prefetch_related(*SHARED)
        .defer(*UNREAD)
        .order_by("position")
    )
    corrected_by = {row.corrects_id: row.position for row in rows if row.corrects_id}
    named = set(entry_ids)
    entries = tuple(
        packet_entry(row, is_named=row.pk in named, corrected_by=corrected_by.get(row.pk))
        for row in rows
    )
    return PacketLedger(
        is_whole=is_whole,
        links=all(are_linked(one, other) for one, other in pairwise(entries)),
        head_position=head.position if head else 0,
        head_digest=head.digest if head else "",
        entries=entries,
    )


def are_linked(one: PacketEntry, other: PacketEntry) -> bool:
    return other.position != one.position + 1 or other.previous_digest == one.digest


def packet_entry(row: SeatLedgerEntry, *, is_named: bool, corrected_by: int | None) -> PacketEntry:
    """Needs seat type, group, grantee and the corrected entry loaded with it."""
    hashed = {name: canonical(getattr(row, name)) for name in (*CHAINED, *CHAINED_IF_SET)}
    return PacketEntry(
        id=row.pk,
        position=row.position,
        event_id=row.event_id,
        kind=row.kind,
        seat_type=row.seat_type.code,
        seat_type_name=row.seat_type.name,
        change=change_words(row),
        quantity=row.quantity,
        set_to=row.set_to,
        balance_after=row.balance_after,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        corrects_position=row.corrects.position if row.corrects else None,
        corrected_by_position=corrected_by,
        voids=row.voids,
        group=str(row.group or ""),
        grantee=str(row.grantee or ""),
        is_named=is_named,
        hashed=hashed,
        previous_digest=row.previous_digest,
        digest=row.digest,
        recomputed=entry_digest(hashed, previous_digest=row.previous_digest),
    )


def with_corrections(*, customer_id: UUID, entry_ids: Collection[UUID]) -> frozenset[UUID]:
    """These entries, those they correct, and those that corrected them since; one query."""
    rows = SeatLedgerEntry.objects.filter(customer=customer_id)
    near = rows.filter(pk__in=entry_ids) | rows.filter(corrects__in=entry_ids)
    found = set(entry_ids)
    for key, corrects in near.values_list("pk", "corrects"):
        found |= {key, corrects} if corrects else {key}
    return frozenset(found)


def packet_events(entries: Sequence[PacketEntry]) -> tuple[PacketEvent, ...]:
    """The events that made the named entries, in the order they were true; one query."""
    rows = EntitlementEvent.objects.filter(
        pk__in={one.event_id for one in entries if one.is_named}
    ).select_related("subscription")
    return tuple(packet_event(row) for row in rows.order_by("effective_at", "recorded_at", "pk"))


def packet_event(row: EntitlementEvent) -> PacketEvent:
    return PacketEvent(
        id=row.pk,
        source=row.source,
        source_event_id=row.source_event_id,
        kind=row.kind,
        actor=row.actor,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        subscription=row.subscription.external_id,
        time_zone=row.subscription.time_zone,
        corrects_event_id=row.corrects_id,
        payload=row.payload,
        digest=row.digest,
        fits=payload_digest(row.payload) == row.digest,
    )
