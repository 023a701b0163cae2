"""Accept: what an entitlement event does to the seat ledger, or a refusal that says what to do instead."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from billing.calc import refusals as no
from billing.calc.timeline import apply_fact, read_ledger
from billing.calc.types import LedgerFact

FARTHEST = timedelta(days=400)
REMOVAL_ORDER = ("active", "accepted", "invited", "assigned", "suspended", "inactive")
NEW_SEATS = {"seat_added": "active", "seat_invited": "invited"}
REASSIGNABLE = ("active", "accepted", "suspended", "inactive", "invited", "assigned")
TRANSITIONS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "seat_accepted": (("invited", "assigned"), "accepted"),
    "seat_used": (("accepted", "invited", "assigned", "inactive", "active"), "active"),
    "seat_inactive": (("active",), "inactive"),
    "seat_suspended": (("active", "accepted", "inactive"), "suspended"),
    "seat_reactivated": (("suspended", "inactive"), "active"),
    "seat_removed": (REMOVAL_ORDER, "removed"),
}


@dataclass(frozen=True, slots=True)
class EventDraft:
    """
    An entitlement event as received.

    A reassigned seat goes from `grantee` (None: a seat nobody has yet) to `to_grantee` (None: to nobody).
    `quantity`: seats, or for quantity_set the number to hold. `seats`: for subscription_started, seats by
    type. `seat_types`: for plan_changed, the new plan's. For a correction `corrects` names the event, and
    `new_effective_at`, `new_quantity` or `void` say what was true instead.
    """

    event_id: str
    kind: str
    effective_at: datetime
    recorded_at: datetime
    seat_type: str = ""
    to_seat_type: str = ""
    quantity: int = 1
    grantee: str | None = None
    to_grantee: str | None = None
    seats: Mapping[str, int] = field(default_factory=dict)
    seat_types: tuple[str, ...] = ()
    corrects: str | None = None
    new_effective_at: datetime | None = None
    new_quantity: int | None = None
    void: bool = False


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """A ledger entry to be written; `balance_after` is active seats of the type right after it."""

    kind: str
    seat_type: str
    from_state: str | None
    to_state: str | None
    quantity: int
    effective_at: datetime
    recorded_at: datetime
    set_to: int | None = None
    grantee: str | None = None
    from_grantee: str | None = None
    corrects: str | None = None
    void: bool = False
    balance_after: int = 0

    def as_fact(self, *, entry_id: str, event_id: str, position: int) -> LedgerFact:
        """The entry as rating reads it, once it has its place."""
        return LedgerFact(
            entry_id, event_id, position, self.kind, self.seat_type, self.effective_at,
            self.recorded_at, self.from_state, self.to_state, self.quantity, self.set_to,
            self.grantee, self.corrects, self.void, self.from_grantee,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeatBalances:
    """
    Seats by type and state after everything known, and the latest instant among it.

    `people`: the state of the seat a named person holds, by (seat type, person); `named`: how many of
    those are active, by seat type.
    """

    seats: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    latest_at: datetime | None = None
    people: Mapping[tuple[str, str], str] = field(default_factory=dict)
    named: Mapping[str, int] = field(default_factory=dict)

    def after(self, fact: LedgerFact) -> "SeatBalances":
        """With one fact more, which must not be earlier than the latest, nor a correction."""
        if (self.latest_at is not None and fact.effective_at < self.latest_at) or fact.corrects:
            raise ValueError("Balances go forward only. Fold the ledger again with balances_of.")
        states = dict(self.seats.get(fact.seat_type, {}))
        apply_fact(states, fact)
        people, named = self.people, self.named
        if fact.grantee is not None or fact.from_grantee is not None:
            people, named = dict(people), dict(named)
            _place(people, named, fact)
        seats = {**self.seats, fact.seat_type: states}
        return SeatBalances(seats, fact.effective_at, people, named)

    def active(self, seat_type: str) -> int:
        return self.seats.get(seat_type, {}).get("active", 0)

    def free(self, seat_type: str) -> int:
        """Active seats that are nobody's; below zero where more people were named than seats bought."""
        return self.active(seat_type) - self.named.get(seat_type, 0)

    def held(self, seat_type: str) -> int:
        """Seats in any state but removed."""
        return sum(self.seats.get(seat_type, {}).values())


def balances_of(facts: Sequence[LedgerFact], *, at: datetime | None = None) -> SeatBalances:
    """The balances after all facts, or after those effective by an instant."""
    seats: dict[str, dict[str, int]] = {}
    people: dict[tuple[str, str], str] = {}
    named: dict[str, int] = {}
    latest: datetime | None = None
    for known in read_ledger(facts).facts:
        fact = known.fact
        if at is not None and fact.effective_at > at:
            break
        apply_fact(seats.setdefault(fact.seat_type, {}), fact)
        _place(people, named, fact)
        latest = fact.effective_at
    return SeatBalances(seats, latest, people, named)


def _place(people: dict[tuple[str, str], str], named: dict[str, int], fact: LedgerFact) -> None:
    """Where the named person's seat is now, and how many active ones people hold, in place."""
    touched = {
        (fact.seat_type, one) for one in (fact.grantee, fact.from_grantee) if one is not None
    }
    if not touched:
        return
    before = sum(people.get(key) == "active" for key in touched)
    _name(people, fact)
    after = sum(people.get(key) == "active" for key in touched)
    named[fact.seat_type] = named.get(fact.seat_type, 0) + after - before


def _name(people: dict[tuple[str, str], str], fact: LedgerFact) -> None:
    if fact.from_grantee is not None:
        people.pop((fact.seat_type, fact.from_grantee), None)
    if fact.grantee is None or fact.to_state is None:
        return
    if fact.to_state == "removed":
        people.pop((fact.seat_type, fact.grantee), None)
    else:
        people[fact.seat_type, fact.grantee] = fact.to_state


@dataclass(frozen=True, slots=True)
class LedgerState:
    """
    What is known of a subscription when an event arrives.

    `facts` is read only for corrections and events out of order; `limits` by seat type (absent: none)
    bind when `seat_limit` is block.
    """

    starts_at: datetime
    ends_at: datetime | None
    seat_types: tuple[str, ...]
    balances: SeatBalances
    facts: Callable[[], Sequence[LedgerFact]]
    limits: Mapping[str, int] = field(default_factory=dict)
    seat_limit: str = "expand"


def accept(event: EventDraft, state: LedgerState) -> tuple[EntryDraft, ...]:
    """
    The ledger entries the event makes, one for each seat type it touches.

    :raises Refusal: see billing/calc/refusals.py; nothing is to be stored then
    """
    _check_time(event.new_effective_at or event.effective_at, event, state)
    if event.kind == "correction":
        return _checked(_correct(event, state), state)
    _check_words(event, state)
    latest = state.balances.latest_at
    is_next = latest is None or event.effective_at >= latest
    balances = state.balances if is_next else balances_of(state.facts(), at=event.effective_at)
    entries = _entries(event, balances)
    if not is_next:
        return _checked(entries, state)
    return tuple(_after(entry, balances, state) for entry in entries)


def _check_time(effective_at: datetime, event: EventDraft, state: LedgerState) -> None:
    if effective_at < state.starts_at:
        raise no.EffectiveBeforeSubscription(effective_at, state.starts_at)
    if effective_at > event.recorded_at + FARTHEST:
        raise no.EffectiveTooFar(effective_at)
    if state.ends_at is not None and effective_at >= state.ends_at:
        raise no.SubscriptionEnded(state.ends_at)


def _check_words(event: EventDraft, state: LedgerState) -> None:
    named = [*filter(None, (event.seat_type, event.to_seat_type)), *event.seats]
    if event.kind != "plan_changed":
        for seat_type in named:
            if seat_type not in state.seat_types:
                raise no.SeatTypeUnknown(seat_type, state.seat_types)
        if not named:
            raise no.SeatTypeUnknown("", state.seat_types)
    lowest = 0 if event.kind in ("quantity_set", "subscription_started", "plan_changed") else 1
    if min([event.quantity, *event.seats.values()]) < lowest:
        raise no.QuantityNotPositive(event.quantity)


def _entries(event: EventDraft, balances: SeatBalances) -> list[EntryDraft]:
    """The event's entries against the balances at its time; balances after come later."""
    if event.kind == "subscription_started":
        return [
            replace(_entry(event, seat_type, None, "active"), quantity=count)
            for seat_type, count in event.seats.items()
        ]
    if event.kind in ("plan_changed", "price_changed"):
        seat_types = event.seat_types or (event.seat_type,)
        return [replace(_entry(event, one, None, None), quantity=0) for one in seat_types]
    if event.kind == "quantity_set":
        held = balances.active(event.seat_type)
        states = (None, "active") if event.quantity >= held else ("active", "removed")
        entry = _entry(event, event.seat_type, *states)
        return [replace(entry, quantity=abs(event.quantity - held), set_to=event.quantity)]
    if event.kind == "seat_moved":
        source = _source(event, balances, REMOVAL_ORDER)
        return [
            _entry(event, event.seat_type, source, "removed"),
            _entry(event, event.to_seat_type, None, source),
        ]
    if event.kind == "seat_reassigned":
        return [_reassigned(event, balances)]
    return [_entry(event, event.seat_type, *_transition(event, balances))]


def _reassigned(event: EventDraft, balances: SeatBalances) -> EntryDraft:
    """The same seat, from a person or from nobody; the number of seats stays."""
    is_free = event.grantee is None
    if is_free and balances.free(event.seat_type) < event.quantity:
        raise no.NoFreeSeat(event.seat_type)
    own = balances.people.get((event.seat_type, event.grantee or ""), "")
    stays = own and event.to_grantee == event.grantee  # the person goes to another group
    states = (own, own) if stays else (_source(event, balances, REASSIGNABLE), "active")
    entry = _entry(event, event.seat_type, *states)
    return replace(entry, grantee=event.to_grantee, from_grantee=event.grantee)


def _transition(event: EventDraft, balances: SeatBalances) -> tuple[str | None, str]:
    """From which state to which the seats go."""
    if event.kind in NEW_SEATS:
        return None, NEW_SEATS[event.kind]
    if event.kind == "seat_suspended" and balances.held(event.seat_type) <= 0:
        raise no.NothingToSuspend(event.quantity, event.seat_type, 0)
    order, to_state = TRANSITIONS[event.kind]
    is_optional = event.kind == "seat_accepted"
    return _source(event, balances, order, is_optional=is_optional), to_state


def _source(
    event: EventDraft, balances: SeatBalances, order: Sequence[str], *, is_optional: bool = False
) -> str | None:
    """
    The state of the named person's seat, else the first that has so many seats.

    :raises SeatStateDiffers: if the person's seat is in none of them: nobody else's is taken for it
    """
    states = balances.seats.get(event.seat_type, {})
    own = balances.people.get((event.seat_type, event.grantee)) if event.grantee else None
    if own is not None and own not in order:
        raise no.SeatStateDiffers(event.seat_type, own, order)
    for state in order if own is None else (own, *order):
        if states.get(state, 0) >= event.quantity:
            return state
    if is_optional:
        return None
    most = max((states.get(state, 0) for state in order), default=0)
    refusal = no.MISSING.get(event.kind, no.SeatsBelowZero)
    raise refusal(event.quantity, event.seat_type, most)


def _entry(
    event: EventDraft, seat_type: str, from_state: str | None, to_state: str | None
) -> EntryDraft:
    return EntryDraft(
        event.kind, seat_type, from_state, to_state, event.quantity, event.effective_at,
        event.recorded_at, grantee=event.grantee,
    )  # fmt: skip


def _after(entry: EntryDraft, balances: SeatBalances, state: LedgerState) -> EntryDraft:
    """The entry with its balance, when it is the latest of the ledger."""
    states = dict(balances.seats.get(entry.seat_type, {}))
    before = sum(states.values())
    apply_fact(states, entry.as_fact(entry_id="", event_id="", position=0))
    after = sum(states.values())
    _check_limit(entry.seat_type, before, after, state)
    return replace(entry, balance_after=states.get("active", 0))


def _check_limit(seat_type: str, before: int, after: int, state: LedgerState) -> None:
    limit = state.limits.get(seat_type)
    if state.seat_limit == "block" and limit is not None and after > max(limit, before):
        raise no.SeatLimitReached(seat_type, limit, after)


def _correct(event: EventDraft, state: LedgerState) -> list[EntryDraft]:
    """One entry for each standing entry of the corrected event, with what was true instead."""
    facts = state.facts()
    by_corrected = {fact.corrects: fact for fact in facts if fact.corrects}
    standing: list[LedgerFact] = []
    for fact in facts:
        if fact.event_id == event.corrects:
            last = fact
            while last.entry_id in by_corrected:
                last = by_corrected[last.entry_id]
            standing.append(last)
    if not standing:
        raise no.CorrectionTargetUnknown(event.corrects)
    entries = [_corrected(fact, event) for fact in standing]
    if all(_says_the_same(entry, fact) for entry, fact in zip(entries, standing, strict=True)):
        raise no.CorrectionChangesNothing(event.corrects)
    return entries


def _corrected(fact: LedgerFact, event: EventDraft) -> EntryDraft:
    quantity, set_to = fact.quantity, fact.set_to
    if event.new_quantity is not None:
        if event.new_quantity < (0 if set_to is not None else 1):
            raise no.QuantityNotPositive(event.new_quantity)
        quantity = event.new_quantity
        set_to = quantity if set_to is not None else None
    return EntryDraft(
        "correction" if fact.kind != "subscription_started" else fact.kind, fact.seat_type,
        fact.from_state, fact.to_state, quantity, event.new_effective_at or fact.effective_at,
        event.recorded_at, set_to=set_to, grantee=fact.grantee, from_grantee=fact.from_grantee,
        corrects=fact.entry_id, void=event.void,
    )  # fmt: skip


def _says_the_same(entry: EntryDraft, fact: LedgerFact) -> bool:
    if entry.void or fact.void:
        return entry.void == fact.void
    return (entry.effective_at, entry.quantity, entry.set_to) == (
        fact.effective_at, fact.quantity, fact.set_to,
    )  # fmt: skip


def _checked(entries: Sequence[EntryDraft], state: LedgerState) -> tuple[EntryDraft, ...]:
    """Fold the whole ledger with the new entries in place: never below zero, never beyond the limit."""
    facts = list(state.facts())
    position = max((fact.position for fact in facts), default=0)
    drafts = [
        entry.as_fact(entry_id=f"new-{number}", event_id="new", position=position + 1 + number)
        for number, entry in enumerate(entries)
    ]
    touched = {entry.seat_type for entry in entries}
    peaks_before, _ = _fold(facts, touched)
    peaks, after = _fold([*facts, *drafts], touched)
    for seat_type, peak in peaks.items():
        _check_limit(seat_type, peaks_before.get(seat_type, 0), peak, state)
    return tuple(
        replace(entry, balance_after=after[draft.entry_id])
        for entry, draft in zip(entries, drafts, strict=True)
    )


def _fold(
    facts: Sequence[LedgerFact], seat_types: set[str]
) -> tuple[dict[str, int], dict[str, int]]:
    """The most seats ever held by type, and active seats right after each entry (a void one: at its time)."""
    seats: dict[str, dict[str, int]] = {}
    peaks: dict[str, int] = {}
    after: dict[str, int] = {}
    for known in read_ledger(facts).facts:
        fact = known.fact
        if fact.seat_type not in seat_types:
            continue
        states = seats.setdefault(fact.seat_type, {})
        apply_fact(states, fact)
        if min(states.values(), default=0) < 0:
            raise no.SeatsBelowZeroLater(fact.seat_type, fact.effective_at)
        peaks[fact.seat_type] = max(peaks.get(fact.seat_type, 0), sum(states.values()))
        after.update(dict.fromkeys(known.ids, states.get("active", 0)))
    for fact in facts:
        if fact.void:
            after.setdefault(fact.entry_id, _active_at(facts, fact))
    return peaks, after


def _active_at(facts: Sequence[LedgerFact], void: LedgerFact) -> int:
    return balances_of(facts, at=void.effective_at).active(void.seat_type)
