"""Seats over time, folded from the ledger as known at an instant: what the step chart draws."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.enums import SeatStateChoice
from billing.models import SeatLedgerEntry

COUNTED = {
    SeatStateChoice.ACTIVE,
    SeatStateChoice.ASSIGNED,
    SeatStateChoice.ACCEPTED,
}
EVENTS_SHOWN = 400


@dataclass(frozen=True, slots=True)
class SeatStep:
    """From `at` on there are so many active seats."""

    at: datetime
    seats: int


@dataclass(frozen=True, slots=True)
class SeatSeries:
    """The steps of one seat type of one subscription."""

    subscription_id: UUID
    subscription: str
    seat_type: str
    steps: tuple[SeatStep, ...]

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
    entries = list(
        SeatLedgerEntry.objects.filter(customer=customer_id, recorded_at__lte=known_at)
        .select_related("subscription", "seat_type", "event")
        .order_by("effective_at", "position")
    )
    marks: list[SeatMark] = []
    series = []
    for own in by_series(standing(entries)).values():
        steps = fold(own, marks)
        first = own[0]
        series.append(
            SeatSeries(
                subscription_id=first.subscription_id,
                subscription=first.subscription.external_id,
                seat_type=first.seat_type.name,
                steps=steps,
            )
        )
    marks.sort(key=lambda mark: mark.at)
    return SeatHistory(
        known_at=known_at,
        series=tuple(sorted(series, key=lambda one: (one.subscription, one.seat_type))),
        marks=tuple(marks[-EVENTS_SHOWN:]),
    )


def standing(entries: Sequence[SeatLedgerEntry]) -> Iterable[SeatLedgerEntry]:
    """Entries that no known entry corrects; a void stands for nothing."""
    corrected = {entry.corrects_id for entry in entries}
    return (entry for entry in entries if entry.pk not in corrected and not entry.voids)


def by_series(entries: Iterable[SeatLedgerEntry]) -> dict[tuple[UUID, UUID], list[SeatLedgerEntry]]:
    own: dict[tuple[UUID, UUID], list[SeatLedgerEntry]] = defaultdict(list)
    for entry in entries:
        own[entry.subscription_id, entry.seat_type_id].append(entry)
    return own


def fold(entries: Sequence[SeatLedgerEntry], marks: list[SeatMark]) -> tuple[SeatStep, ...]:
    """Steps of one series; appends a mark for every event that moved it."""
    steps: list[SeatStep] = []
    count = 0
    for entry in entries:
        before = count
        count = entry.set_to if entry.set_to is not None else max(0, count + change_of(entry))
        steps.append(SeatStep(entry.effective_at, count))
        marks.append(
            SeatMark(
                event_id=entry.event_id,
                at=entry.effective_at,
                seats=count,
                kind=entry.event.get_kind_display(),
                actor=entry.event.actor,
                change=count - before,
                seat_type=entry.seat_type.name,
            )
        )
    return tuple(steps)


def change_of(entry: SeatLedgerEntry) -> int:
    """How many counted seats the entry adds or takes."""
    return entry.quantity * ((entry.to_state in COUNTED) - (entry.from_state in COUNTED))
