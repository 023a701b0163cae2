"""How many seats count, and since when: ledger facts folded into changes of a number. No money."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from billing.calc.local_time import SECONDS_A_DAY, day_of
from billing.calc.policy import PolicyTerms
from billing.calc.types import LedgerFact, SeatState, TermsChange

STARTED = "subscription_started"
BY_ACTIVATION: Mapping[str, frozenset[str]] = {
    "assigned": frozenset({"assigned", "invited", "accepted", "active"}),
    "invite_sent": frozenset({"invited", "accepted", "active"}),
    "invite_accepted": frozenset({"accepted", "active"}),
    "first_use": frozenset({"active"}),
}


@dataclass(frozen=True, slots=True)
class KnownFact:
    """
    A fact as it stands after its corrections.

    `ids` names them all, `known` is when the last came, `kind` is that of the first.
    """

    at: int
    position: int
    known: int
    fact: LedgerFact
    ids: tuple[str, ...]
    kind: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Facts in the order they were true, and the corrections each entry belongs to."""

    facts: tuple[KnownFact, ...]
    chains: Mapping[str, tuple[str, ...]]
    known: Mapping[str, int]

    def with_undone(self, changes: Sequence[TermsChange]) -> "Ledger":
        """Also knows the entries of price and plan changes that were taken back, and since when."""
        undone = [change for change in changes if change.void]
        if not undone:
            return self
        chains = {one: change.entry_ids for change in undone for one in change.entry_ids}
        known = {
            one: int(change.recorded_at.timestamp())
            for change in undone
            for one in change.entry_ids
        }
        return replace(self, chains={**self.chains, **chains}, known={**self.known, **known})

    def chain_of(self, entry_ids: Iterable[str]) -> tuple[str, ...]:
        """These entries with everything that corrects or was corrected by them, in order, once."""
        chains = self.chains
        return tuple(
            dict.fromkeys(
                one for entry_id in entry_ids for one in chains.get(entry_id, (entry_id,))
            )
        )


@dataclass(slots=True)
class Effect:
    """
    A change of the counted seats of one type.

    `day`: local ordinal it has effect from; `second`: the instant; `at`: when it really happened.
    `left`: who gave the seat away.
    """

    day: int
    second: int
    at: int
    known: int
    delta: int
    ids: tuple[str, ...]
    grantee: str | None
    is_start: bool
    left: str | None = None


def read_ledger(facts: Sequence[LedgerFact]) -> Ledger:
    """The last known correction of an entry replaces it, at the place the entry had."""
    if all(fact.corrects is None for fact in facts):
        plain = [
            KnownFact(
                int(fact.effective_at.timestamp()), fact.position,
                int(fact.recorded_at.timestamp()), fact, (fact.entry_id,), fact.kind,
            )
            for fact in facts
        ]  # fmt: skip
        return _ledger(plain, {})
    roots: dict[str, str] = {}
    chains: dict[str, list[LedgerFact]] = {}
    for fact in sorted(facts, key=lambda fact: fact.position):
        root = roots.get(fact.corrects, fact.corrects) if fact.corrects else fact.entry_id
        roots[fact.entry_id] = root
        chains.setdefault(root, []).append(fact)
    standing = []
    for chain in chains.values():
        last = chain[-1]
        ids = tuple(fact.entry_id for fact in chain)
        known = max(int(fact.recorded_at.timestamp()) for fact in chain)
        standing.append(
            KnownFact(
                int(last.effective_at.timestamp()),
                chain[0].position,
                known,
                last,
                ids,
                chain[0].kind,
            )
        )
    return _ledger(standing, {one: known.ids for known in standing for one in known.ids})


def _ledger(standing: list[KnownFact], chains: dict[str, tuple[str, ...]]) -> Ledger:
    standing.sort(key=lambda known: (known.at, known.position))
    return Ledger(
        facts=tuple(known for known in standing if not known.fact.void),
        chains=chains,
        known={one: known.known for known in standing for one in known.ids},
    )


def earliest_reach(
    facts: Sequence[LedgerFact], changes: Sequence[TermsChange], since: datetime
) -> list[datetime]:
    """The earliest effective time among what was recorded since, or what that corrects: one or none."""
    recent = [fact for fact in facts if fact.recorded_at >= since]
    instants = [fact.effective_at for fact in recent]
    instants += [change.effective_at for change in changes if change.recorded_at >= since]
    if any(fact.corrects for fact in recent):
        by_id = {fact.entry_id: fact for fact in facts}
        for fact in recent:
            corrects = fact.corrects
            while corrects in by_id:
                instants.append(by_id[corrects].effective_at)
                corrects = by_id[corrects].corrects
    return [min(instants)] if instants else []


def counting_states(policy: PolicyTerms) -> frozenset[str]:
    """The states in which a seat counts under this policy."""
    if policy.quantity_basis == "purchased":
        return frozenset(SeatState) - {SeatState.REMOVED}
    states = set(BY_ACTIVATION[policy.activation])
    if policy.suspended_counts:
        states.add(SeatState.SUSPENDED)
    if policy.inactivity_days is None and policy.quantity_basis != "active":
        states.add(SeatState.INACTIVE)
    return frozenset(states)


def effects_by_type(
    ledger: Ledger, policy: PolicyTerms, *, start_day: int, zone: str
) -> dict[str, list[Effect]]:
    """
    Every change of the counted seats, in order, after the windows, grace and locks of the policy.

    Changes without effect on the number are kept only where they name a person.
    """
    counting = counting_states(policy)
    shift = 1 if policy.change_day == "excluded" else 0
    active: dict[str, int] = {}
    by_type: dict[str, list[Effect]] = {}
    for known in ledger.facts:
        fact = known.fact
        seat_type = fact.seat_type
        delta = _delta(fact, counting, active)
        day = max(start_day, day_of(known.at, zone) + shift)
        is_start = known.kind == STARTED and day <= start_day + shift
        if not delta and not is_start and fact.grantee is fact.from_grantee is None:
            continue
        day = start_day if is_start else day
        effect = Effect(
            day, known.at, known.at, known.known, delta, known.ids, fact.grantee, is_start,
            fact.from_grantee,
        )  # fmt: skip
        by_type.setdefault(seat_type, []).append(effect)
    if policy.decrease_window_hours or policy.increase_grace_days or policy.downgrade_lock_days:
        return {seat_type: _settle(effects, policy) for seat_type, effects in by_type.items()}
    return by_type


def _delta(fact: LedgerFact, counting: frozenset[str], active: dict[str, int]) -> int:
    """The change of the counted seats; keeps the number of active seats for absolute quantities."""
    seat_type = fact.seat_type
    held = active.get(seat_type, 0)
    if fact.set_to is not None:
        active[seat_type] = fact.set_to
        return fact.set_to - held
    gains, loses = fact.to_state, fact.from_state
    if gains == "active":
        held += fact.quantity
    if loses == "active":
        held -= fact.quantity
    active[seat_type] = held
    return fact.quantity * ((gains in counting) - (loses in counting))


def _settle(effects: list[Effect], policy: PolicyTerms) -> list[Effect]:
    """Apply the netting window, then the grace of increases, then the lock on decreases."""
    window = policy.decrease_window_hours * 3600
    if window:
        _cancel_pairs(effects, lambda up, down: up.at >= down.at - window)
    grace = policy.increase_grace_days
    if grace:
        _cancel_pairs(effects, lambda up, down: up.at > down.at - grace * SECONDS_A_DAY)
    latest_day = latest_second = 0
    lock = policy.downgrade_lock_days
    for effect in effects:
        if effect.is_start:
            continue
        if effect.delta > 0:
            effect.day += grace
            effect.second += grace * SECONDS_A_DAY
            latest_day, latest_second = effect.day + lock, effect.second + lock * SECONDS_A_DAY
        elif effect.delta < 0 and lock:
            effect.day = max(effect.day, latest_day)
            effect.second = max(effect.second, latest_second)
    return sorted(effects, key=lambda effect: (effect.day, effect.second))


def _cancel_pairs(effects: list[Effect], is_within: Callable[[Effect, Effect], bool]) -> None:
    """A decrease takes back the latest increases it is near enough to, as if neither happened."""
    open_increases: list[Effect] = []
    for effect in effects:
        if effect.delta > 0 and not effect.is_start:
            open_increases.append(effect)
        while effect.delta < 0 and open_increases and is_within(open_increases[-1], effect):
            increase = open_increases[-1]
            taken = min(increase.delta, -effect.delta)
            increase.delta -= taken
            effect.delta += taken
            increase.ids += effect.ids
            increase.known = max(increase.known, effect.known)
            if not increase.delta:
                open_increases.pop()


def trace_of(effects: Iterable[Effect]) -> tuple[str, ...]:
    """The entries that explain a number of seats: what was added and stays, and what was taken from it."""
    base: list[str] = []
    layers: list[tuple[int, tuple[str, ...]]] = []
    for effect in effects:
        if effect.is_start:
            base.extend(effect.ids)
        if effect.delta > 0:
            layers.append((effect.delta, effect.ids))
            continue
        rest, removers = -effect.delta, effect.ids
        while rest > 0 and layers:
            size, ids = layers.pop()
            if size > rest:
                layers.append((size - rest, ids + removers))
            rest -= size
    return tuple(dict.fromkeys([*base, *(one for _, ids in layers for one in ids)]))


def seats_by_state(ledger: Ledger, *, at: int) -> dict[str, dict[str, int]]:
    """Seats by type and state at an instant; states without seats are left out."""
    seats: dict[str, dict[str, int]] = {}
    for known in ledger.facts:
        if known.at > at:
            break
        apply_fact(seats.setdefault(known.fact.seat_type, {}), known.fact)
    return {
        seat_type: {state: count for state, count in states.items() if count}
        for seat_type, states in seats.items()
    }


def apply_fact(states: dict[str, int], fact: LedgerFact) -> None:
    """Move the fact's seats between the states, in place."""
    if fact.set_to is not None:
        states["active"] = fact.set_to
        return
    if fact.from_state:
        states[fact.from_state] = states.get(fact.from_state, 0) - fact.quantity
    if fact.to_state and fact.to_state != "removed":
        states[fact.to_state] = states.get(fact.to_state, 0) + fact.quantity
