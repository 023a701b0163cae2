"""Break a line down by group: shares of its amount by the seats behind it, adding up to the line."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kernel.money import split_minor
from kernel.period import Period

WHOLE_COUNT = frozenset({"recurring", "minimum", "usage", "true_up"})


@dataclass(frozen=True, slots=True)
class HeldSpan:
    """Local dates on which a named person held a seat in a group; `group` None: in none."""

    group: str | None
    first: date
    after: date


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """
    What a share is reckoned from. Amount in minor units; `entries` are group and quantity of the
    ledger entries that explain the line.
    """

    kind: str
    amount_minor: int
    quantity: int
    span: Period
    entries: Sequence[tuple[str | None, int]]


def break_down(line: BrokenLine, held: Sequence[HeldSpan]) -> dict[str | None, int]:
    """
    Minor units by group (None: seats that are nobody's, or of no group), adding up to the line.

    A line for all seats of a period is shared by the seat days people of each group held in it; the
    rest belongs to nobody. A line for a change is shared by the seats its events name.
    """
    weights = seat_days(line, held) if line.kind in WHOLE_COUNT else seats_named(line.entries)
    if not sum(weights.values()):
        return {None: line.amount_minor}
    groups = sorted(weights, key=lambda one: (one is None, one))
    shares = split_minor(line.amount_minor, [weights[one] for one in groups])
    return {group: share for group, share in zip(groups, shares, strict=True) if weights[group]}


def seat_days(line: BrokenLine, held: Sequence[HeldSpan]) -> Mapping[str | None, int]:
    """Days of seats in the line's span; what nobody held fills up the line's quantity."""
    days: Counter[str | None] = Counter()
    for one in held:
        overlap = min(one.after, line.span.after).toordinal()
        overlap -= max(one.first, line.span.first).toordinal()
        if overlap > 0:
            days[one.group] += overlap
    rest = line.quantity * line.span.days - days.total()
    if rest > 0:
        days[None] += rest
    return days


def seats_named(entries: Sequence[tuple[str | None, int]]) -> Mapping[str | None, int]:
    seats: Counter[str | None] = Counter()
    for group, quantity in entries:
        seats[group] += quantity
    return seats
