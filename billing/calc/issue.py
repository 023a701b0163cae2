"""Which of what is owed goes out now. A credit never gives back more than was invoiced."""

from collections.abc import Mapping, Sequence

from billing.calc.charges import PeriodContext
from billing.calc.reconcile import Owed
from billing.calc.types import BilledSpan

Billed = Mapping[int, Sequence[BilledSpan]]
OwedIn = tuple[PeriodContext, Owed]


def ready_now(owed: Sequence[OwedIn], billed: Billed, *, as_of: int) -> set[int]:
    """
    Places of what goes out: what is due, and what rides when an invoice is issued anyway.

    Credits that have to wait for the charge they meet get its due date.
    """
    is_issued = any(one.due <= as_of and one.disposition == "invoice" for _, one in owed)
    chosen = set()
    for place, (_, one) in enumerate(owed):
        rides = one.rides and one.known <= as_of and one.disposition == "invoice"
        if one.due <= as_of or (is_issued and rides):
            chosen.add(place)
    if all(owed[place][1].amount >= 0 for place in chosen):
        return chosen
    return chosen - _not_yet_paid(owed, chosen, billed)


def _not_yet_paid(owed: Sequence[OwedIn], chosen: set[int], billed: Billed) -> set[int]:
    """Credits beyond what was invoiced for their period and seat type, less earlier credits."""
    sums: dict[tuple[int, str], int] = {}
    for place in chosen:
        context, one = owed[place]
        key = (context.period.first, one.seat_type)
        sums[key] = sums.get(key, 0) + one.amount
    waiting = set()
    for (first, seat_type), minor in sums.items():
        if minor < 0 and minor + paid_for(billed, first, seat_type) < 0:
            waiting |= _hold(owed, chosen, first, seat_type)
    return waiting


def paid_for(billed: Billed, first: int, seat_type: str) -> int:
    """Minor units invoiced for a period and seat type, less credits."""
    return sum(
        minor
        for span in billed.get(first, ())
        if span.seat_type == seat_type
        for minor in span.charges.values()
    )


def _hold(owed: Sequence[OwedIn], chosen: set[int], first: int, seat_type: str) -> set[int]:
    """Let these credits, and what belongs to them, wait for the next charge of their period and seat type."""
    own = [
        place
        for place, (context, one) in enumerate(owed)
        if (context.period.first, one.seat_type) == (first, seat_type)
    ]
    coming = [owed[p][1].due for p in own if p not in chosen and owed[p][1].amount > 0]
    if not coming:
        return set()
    held = {place for place in own if place in chosen and _belongs_to_credit(owed[place][1])}
    for place in held:
        one = owed[place][1]
        one.due, one.disposition, one.rides = min(coming), "invoice", True
    return held


def _belongs_to_credit(owed: Owed) -> bool:
    """A credit, the other line of its pair, or the minimum that takes it back."""
    if owed.amount < 0:
        return True
    is_deferred = owed.rides or owed.disposition == "credit_note"
    return is_deferred and owed.charge is not None and not owed.charge.is_increase
