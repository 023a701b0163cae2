"""What happened to seats, as sentences a customer reads: what, who, when, by whom."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from accounts.models import Customer, Grantee, Group
from billing.enums import EventKind
from billing.models import SeatLedgerEntry, SeatType
from billing.queries.trace_records import EntryTrace

SENTENCES: Mapping[str, str] = {
    "subscription_started": "The subscription started with {seats}",
    "seat_added": "{seats} added",
    "seat_removed": "{seats} removed",
    "seat_suspended": "{seats} suspended",
    "seat_reactivated": "{seats} active again",
    "seat_moved": "{seats} became another type; the number of seats stayed the same",
    "seat_invited": "{seats} offered by invitation",
    "seat_accepted": "Invitation to {seats} accepted",
    "seat_used": "{seats} used",
    "seat_inactive": "{seats} counted as inactive, because nobody had used it",
    "quantity_set": "Number of seats set to {seats}",
    "price_changed": "Another price began to hold",
    "plan_changed": "The plan changed: {seats}",
    "correction": "An earlier report was corrected: {seats}",
}
SAME = "the number of seats stayed the same"
VOIDED = "An earlier report was taken back as if it had never been made"


@dataclass(frozen=True, slots=True)
class EventWords:
    """
    One event behind an amount. `at` is when it was true, `known_at` when it was reported.

    `by` is empty where the reader does not see people; `is_gone`: a later event corrected it.
    """

    sentence: str
    kind: str
    at: datetime
    known_at: datetime
    by: str
    source: str
    seats_after: int
    is_gone: bool


@dataclass(frozen=True, slots=True)
class Names:
    """
    What codes are called; of readers who see money and not people nobody is named.

    `givers`: by entry, whose seat was given away, by external id.
    """

    shows_people: bool
    seat_types: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    givers: Mapping[UUID, str] = field(default_factory=dict)

    def person(self, key: str, otherwise: str = "a person") -> str:
        return self.people.get(key, key) if self.shows_people else otherwise


def names_of(customer: Customer, entries: Iterable[EntryTrace], *, shows_people: bool) -> Names:
    """Names of what these entries speak of, within the customer. At most four queries."""
    found = list(entries)
    givers = givers_of([one.entry_id for one in found if one.kind == EventKind.SEAT_REASSIGNED])
    groups = {one.group for one in found if one.group}
    people = {one.grantee for one in found if one.grantee} | set(givers.values())
    codes = {one.seat_type for one in found}
    known = Group.objects.filter(customer=customer, external_id__in=groups) if groups else ()
    persons = (
        Grantee.objects.filter(memberships__customer=customer, external_id__in=people).distinct()
        if people and shows_people
        else ()
    )
    types = SeatType.objects.filter(plan__subscriptions__customer=customer, code__in=codes)
    return Names(
        shows_people=shows_people,
        seat_types=dict(types.values_list("code", "name")) if codes else {},
        groups={one.external_id: one.name for one in known},
        people={one.external_id: one.name or one.email or one.external_id for one in persons},
        givers=givers,
    )


def givers_of(entry_ids: Collection[UUID]) -> dict[UUID, str]:
    """External ids of who held the seats before, by entry; one query, or none without entries."""
    if not entry_ids:
        return {}
    rows = SeatLedgerEntry.objects.filter(pk__in=entry_ids, from_grantee__isnull=False)
    return dict(rows.values_list("pk", "from_grantee__external_id"))


def event_words(entry: EntryTrace, names: Names) -> EventWords:
    """The sentence of an entry, with the person and group it names."""
    return EventWords(
        sentence=sentence_of(entry, names),
        kind=entry.kind,
        at=entry.effective_at,
        known_at=entry.recorded_at,
        by=entry.event.actor if names.shows_people else "",
        source=entry.event.source,
        seats_after=entry.balance_after,
        is_gone=entry.voids or entry.corrected_by_position is not None,
    )


def sentence_of(entry: EntryTrace, names: Names) -> str:
    if entry.voids:
        return VOIDED
    count = entry.quantity if entry.set_to is None else entry.set_to
    name = names.seat_types.get(entry.seat_type, entry.seat_type)
    seats = f"{count} {name} seat" if count == 1 else f"{count} {name} seats"
    if entry.kind == EventKind.SEAT_REASSIGNED:
        return f"{given_words(entry, seats, names)}; {SAME}"
    said = SENTENCES.get(entry.kind, "{seats} changed").format(seats=seats)
    if entry.grantee and names.shows_people:
        said += f" for {names.person(entry.grantee)}"
    if entry.group:
        said += f" in {names.groups.get(entry.group, entry.group)}"
    return said


def given_words(entry: EntryTrace, seats: str, names: Names) -> str:
    """Who had the seat and who has it now; either may be nobody, both may be one person."""
    giver = names.givers.get(entry.entry_id, "")
    group = f" in {names.groups.get(entry.group, entry.group)}" if entry.group else ""
    if not entry.grantee:
        return f"{seats} of {names.person(giver)} became free{group}"
    if not giver:
        return f"{seats} that nobody held given to {names.person(entry.grantee)}{group}"
    if giver == entry.grantee:
        return f"{seats} of {names.person(giver)} moved to another group{group}"
    return f"{seats} went from {names.person(giver)} to {names.person(entry.grantee, 'another')}{group}"
