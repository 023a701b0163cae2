"""What the seats of a group cost a billing cycle, and whether its budget covers them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing.calc.pricing import PriceTerms
from kernel.money import round_ratio


@dataclass(frozen=True, slots=True)
class SeatLine:
    """Seats of one type of one subscription, by their keys."""

    subscription: str
    seat_type: str


@dataclass(frozen=True, slots=True)
class PricedSeats:
    """
    All seats of a line with their price for one whole cycle, in minor units.

    Where the price depends on how many there are, every seat bears the same part of the whole.
    """

    price: PriceTerms
    seats: int
    ratio_seats: int = 0

    def of(self, seats: int) -> int:
        """What so many of them cost a cycle: their part of the whole, rounded half up."""
        whole = max(self.seats, seats)
        if whole <= 0:
            return 0
        total = self.price.charge(self.price.billable_seats(whole, self.ratio_seats))
        return round_ratio(total * seats, whole)


@dataclass(frozen=True, slots=True)
class GroupBudget:
    """A group in its tree; the budget in minor units a cycle, None where the groups above decide."""

    key: str
    name: str
    parent: str | None
    budget_minor: int | None


def spent_by_group(
    *,
    groups: Sequence[GroupBudget],
    held: Mapping[str, Mapping[SeatLine, int]],
    prices: Mapping[SeatLine, PricedSeats],
) -> dict[str, int]:
    """
    Minor units a cycle for each group's seats and those of every group below it.

    `held` maps group keys to the seats their own people hold; seats without a price cost nothing.
    """
    parents = {one.key: one.parent for one in groups}
    spent = dict.fromkeys(parents, 0)
    for key, lines in held.items():
        own = cost_of(lines, prices)
        at: str | None = key
        while at is not None and at in spent:
            spent[at] += own
            at = parents[at]
    return spent


def cost_of(seats: Mapping[SeatLine, int], prices: Mapping[SeatLine, PricedSeats]) -> int:
    """Minor units a cycle for so many seats of each line; a line without a price costs nothing."""
    return sum(prices[line].of(count) for line, count in seats.items() if line in prices)


def is_over(*, budget_minor: int | None, now_minor: int, then_minor: int) -> bool:
    """
    Whether a change makes a group cost more than before and more than its budget.

    What saves money is never over, also in a group that is over its budget already.
    """
    return budget_minor is not None and then_minor > max(budget_minor, now_minor)
