"""What detectors decide about seats: billed twice, removed late, not what the product counts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from desk.calc.findings import Found, Limits
from kernel.money import Money


@dataclass(frozen=True, slots=True)
class BilledLine:
    """A line that charges for seats and days; `credited_minor` was given back of it by hand."""

    line_id: UUID
    span_id: UUID
    invoice_id: UUID
    invoice: str
    first: date
    after: date
    quantity: int
    amount_minor: int
    credited_minor: int
    entry_ids: frozenset[UUID]
    corrects: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class TwoLines:
    """Two lines of one subscription, period and basis; `later` was rated after `earlier`."""

    customer_id: UUID
    subscription_id: UUID
    seat_type: str
    basis: str
    currency: str
    earlier: BilledLine
    later: BilledLine


def billed_twice(pairs: Iterable[TwoLines]) -> list[Found]:
    """
    Both charge, their days overlap, neither corrects the other, and the later names no new event.

    More seats at the same moment are a second line of the same basis too; it names the event that
    added them, which the first could not know.
    """
    return [found_twice(pair) for pair in pairs if is_twice(pair)]


def is_twice(pair: TwoLines) -> bool:
    one, two = pair.earlier, pair.later
    overlap = max(one.first, two.first) < min(one.after, two.after)
    is_correction = two.span_id in one.corrects or one.span_id in two.corrects
    names_more = pair.basis.startswith("change:") and not two.entry_ids <= one.entry_ids
    charges = one.amount_minor > one.credited_minor and two.amount_minor > two.credited_minor
    return overlap and charges and not is_correction and not names_more


def found_twice(pair: TwoLines) -> Found:
    one, two = pair.earlier, pair.later
    first, after = max(one.first, two.first), min(one.after, two.after)
    days = (after - first).days
    seats = min(one.quantity, two.quantity)
    left = two.amount_minor - two.credited_minor
    return Found(
        subject=f"{one.span_id}:{two.span_id}",
        customer_id=pair.customer_id,
        subscription_id=pair.subscription_id,
        invoice_id=two.invoice_id,
        line_id=two.line_id,
        seat_type=pair.seat_type,
        amount_minor=left,
        currency=pair.currency,
        words=(
            f"{seats} {pair.seat_type} seats for {days} days from {first} ({seats * days} "
            f"seat-days) are on {one.invoice} and again on {two.invoice}: "
            f"{Money(left, pair.currency)} {pair.currency} twice."
        ),
    )


@dataclass(frozen=True, slots=True)
class Removal:
    """Seats that were removed at `effective_at`, which we recorded at `recorded_at`."""

    entry_id: UUID
    customer_id: UUID
    subscription_id: UUID
    subscription: str
    seat_type: str
    seats: int
    effective_at: datetime
    recorded_at: datetime
    invoice_id: UUID | None


def late_removals(removals: Iterable[Removal], limits: Limits) -> list[Found]:
    """Recorded more than `at_least` hours after they took effect."""
    most = timedelta(hours=float(limits.at_least))
    return [
        Found(
            subject=str(one.entry_id),
            customer_id=one.customer_id,
            subscription_id=one.subscription_id,
            invoice_id=one.invoice_id,
            seat_type=one.seat_type,
            words=(
                f"{one.seats} {one.seat_type} seats of {one.subscription} were removed on "
                f"{one.effective_at:%Y-%m-%d %H:%M} UTC and recorded "
                f"{words_of_time(one.recorded_at - one.effective_at)} later."
            ),
        )
        for one in removals
        if one.recorded_at - one.effective_at > most
    ]


def words_of_time(passed: timedelta) -> str:
    hours = passed // timedelta(hours=1)
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"


@dataclass(frozen=True, slots=True)
class CountedSeats:
    """Seats of a type in the ledger, and members the product counted at the same instant."""

    customer_id: UUID
    subscription_id: UUID
    subscription: str
    seat_type: str
    billed: int
    active: int
    reported_at: datetime

    @property
    def drift(self) -> int:
        """Seats billed beyond the members; negative: members nobody pays for."""
        return self.billed - self.active


def is_drift(counted: CountedSeats, limits: Limits) -> bool:
    """At least so many seats, and so many percent of the larger count."""
    gap = abs(counted.drift)
    larger = max(counted.billed, counted.active)
    return gap >= max(limits.at_least, 1) and gap * 100 >= limits.percent * larger


def seat_drift(rows: Iterable[CountedSeats], limits: Limits) -> list[Found]:
    """Found once a month for each subscription and seat type, as long as it lasts."""
    return [
        Found(
            subject=f"{one.subscription_id}:{one.seat_type}:{one.reported_at:%Y-%m}",
            customer_id=one.customer_id,
            subscription_id=one.subscription_id,
            seat_type=one.seat_type,
            seats=one.active,
            words=(
                f"{one.billed} {one.seat_type} seats of {one.subscription} are billed; the product "
                f"counted {one.active} active members on {one.reported_at:%Y-%m-%d %H:%M} UTC."
            ),
        )
        for one in rows
        if is_drift(one, limits)
    ]
