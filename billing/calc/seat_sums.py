"""Balances without a fold: where no entry was corrected, they are the sum of what the entries moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from billing.calc.accept import SeatBalances


@dataclass(frozen=True, slots=True)
class SeatSum:
    """
    How many seats of a type went from one state to another, and when the last of them did.

    `is_late`: some came into the ledger after what happened later. `has_set`: some entries set a
    quantity. `is_terms`: some correct others or change the plan.
    """

    seat_type: str
    from_state: str
    to_state: str
    quantity: int
    latest_at: datetime
    latest_position: int
    is_late: bool
    has_set: bool
    is_terms: bool


def balances_of_sums(sums: Sequence[SeatSum]) -> SeatBalances | None:
    """
    As `balances_of` all the entries, but without the people; None where only the entries can tell.

    An entry that sets a quantity tells the difference it made when it was recorded. That stands
    unless entries come late.
    """
    is_late, has_set = any(one.is_late for one in sums), any(one.has_set for one in sums)
    if any(one.is_terms for one in sums) or (is_late and has_set):
        return None
    seats: dict[str, dict[str, int]] = {}
    for one in sums:
        states = seats.setdefault(one.seat_type, {})
        if one.from_state:
            states[one.from_state] = states.get(one.from_state, 0) - one.quantity
        if one.to_state and one.to_state != "removed":
            states[one.to_state] = states.get(one.to_state, 0) + one.quantity
    last = max(
        sums, key=lambda one: (int(one.latest_at.timestamp()), one.latest_position), default=None
    )
    return SeatBalances(seats, last.latest_at if last else None)
