"""Seats over time, folded from the ledger as known at an instant: what the step chart draws."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from billing.calc.timeline import KnownFact, apply_fact, read_ledger
from billing.calc.types import LedgerFact
from billing.enums import EventKind
from billing.models import SeatLedgerEntry

ACTIVE = "active"
EVENTS_SHOWN = 400
COLUMNS = (
    "pk", "event_id", "position", "kind", "seat_type__code", "effective_at", "recorded_at",
    "from_state", "to_state", "quantity", "set_to", "corrects_id", "voids", "customer_id",
    "subscription_id",
)  # fmt: skip


class Series(NamedTuple):
    """A seat type of a subscription; it stays one when a plan change carries its seats over."""

    customer_id: UUID
    subscription_id: UUID
    seat_type: str


@dataclass(frozen=True, slots=True)
class SeatStep:
    """From `at` on there are so many active seats."""

    at: datetime
    seats: int


@dataclass(frozen=True, slots=True)
class SeatSeries:
    """The steps of one seat type of one subscription; `states` are its seats by state at the end."""

    subscription_id: UUID
    subscription: str
    seat_type: str
    steps: tuple[SeatStep, ...]
    states: tuple[tuple[str, int], ...]

    @property
    def seats(self) -> int:
        return self.steps[-1].seats if self.steps else 0


@dataclass(frozen=True, slots=True)
class SeatMark:
    """An event on the chart, at the count it led to."""

    event_id: UUID
    at: datetime
    seats: int
    kind: str
    actor: str
    change: int
    seat_type: str


@dataclass(frozen=True, slots=True)
class SeatHistory:
    """All series of a customer as known at `known_at`, and the latest events on them."""

    known_at: datetime
    series: tuple[SeatSeries, ...]
    marks: tuple[SeatMark, ...]


def seat_history(*, customer_id: UUID, known_at: datetime) -> SeatHistory:
    """One query: entries recorded by `known_at`, corrections applied, in order of effect."""
    rows = SeatLedgerEntry.objects.filter(
        customer=customer_id, recorded_at__lte=known_at
    ).values_list(*COLUMNS, "seat_type__name", "subscription__external_id", "event__actor")
    facts, names = facts_by_series(rows)
    actors = {str(row[1]): row[-1] for row in rows}
    series, marks = [], []
    for key, own in facts.items():
        seat_type, subscription = names[key]
        known = read_ledger(own).facts
        steps, states = fold(known)
        series.append(SeatSeries(key.subscription_id, subscription, seat_type, steps, states))
        marks += marks_of(known, steps, seat_type=seat_type, actors=actors)
    series.sort(key=lambda one: (one.subscription, one.seat_type))
    marks.sort(key=lambda mark: mark.at)
    return SeatHistory(known_at=known_at, series=tuple(series), marks=tuple(marks[-EVENTS_SHOWN:]))


def active_seats(*, customer_ids: Sequence[UUID], at: datetime) -> dict[UUID, int]:
    """Active seats of each customer at an instant, as known at it. One query."""
    rows = SeatLedgerEntry.objects.filter(
        customer__in=customer_ids, effective_at__lte=at, recorded_at__lte=at
    ).values_list(*COLUMNS)
    facts, _names = facts_by_series(rows)
    counts: dict[UUID, int] = defaultdict(int)
    for key, own in facts.items():
        states: dict[str, int] = {}
        for known in read_ledger(own).facts:
            apply_fact(states, known.fact)
        counts[key.customer_id] += states.get(ACTIVE, 0)
    return counts


def facts_by_series(
    rows: Iterable[tuple[Any, ...]],
) -> tuple[dict[Series, list[LedgerFact]], dict[Series, tuple[str, str]]]:
    """Rows of COLUMNS as facts of calc, and the names that follow them where they were asked for."""
    facts: dict[Series, list[LedgerFact]] = defaultdict(list)
    names: dict[Series, tuple[str, str]] = {}
    for row in rows:
        series = Series(customer_id=row[13], subscription_id=row[14], seat_type=row[4])
        facts[series].append(fact_of(row))
        names[series] = row[15:17]
    return facts, names


def fact_of(row: tuple[Any, ...]) -> LedgerFact:
    return LedgerFact(
        entry_id=str(row[0]),
        event_id=str(row[1]),
        position=row[2],
        kind=row[3],
        seat_type=row[4],
        effective_at=row[5],
        recorded_at=row[6],
        from_state=row[7] or None,
        to_state=row[8] or None,
        quantity=row[9],
        set_to=row[10],
        corrects=str(row[11]) if row[11] else None,
        void=row[12],
    )


def fold(
    facts: Sequence[KnownFact],
) -> tuple[tuple[SeatStep, ...], tuple[tuple[str, int], ...]]:
    """A step for every fact, and the seats by state after the last."""
    steps = []
    states: dict[str, int] = {}
    for known in facts:
        apply_fact(states, known.fact)
        steps.append(SeatStep(known.fact.effective_at, states.get(ACTIVE, 0)))
    return tuple(steps), tuple((state, count) for state, count in states.items() if count)


def marks_of(
    facts: Sequence[KnownFact],
    steps: Sequence[SeatStep],
    *,
    seat_type: str,
    actors: dict[str, str],
) -> list[SeatMark]:
    """The event of each step, with the change it made."""
    before = [0, *(step.seats for step in steps)]
    return [
        SeatMark(
            event_id=UUID(known.fact.event_id),
            at=step.at,
            seats=step.seats,
            kind=EventKind(known.fact.kind).label,
            actor=actors[known.fact.event_id],
            change=step.seats - before[place],
            seat_type=seat_type,
        )
        for place, (known, step) in enumerate(zip(facts, steps, strict=True))
    ]
