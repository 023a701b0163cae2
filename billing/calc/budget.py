"""What the seats of a group cost a billing cycle, and whether its budget covers it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing.calc.pricing import PriceTerms
from kernel.money import round_ratio
from kernel.refusal import Refusal


class BudgetExceeded(Refusal):
    code = "group_budget_exceeded"


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
        own = sum(prices[line].of(seats) for line, seats in lines.items() if line in prices)
        at: str | None = key
        while at is not None and at in spent:
            spent[at] += own
            at = parents[at]
    return spent


def check_budgets(
    *,
    groups: Sequence[GroupBudget],
    before: Mapping[str, Mapping[SeatLine, int]],
    after: Mapping[str, Mapping[SeatLine, int]],
    prices: Mapping[SeatLine, PricedSeats],
) -> None:
    """
    Refuse a change that makes a group cost more than before and more than its budget.

    A change that saves money passes, also in a group that is over its budget already.

    :raises BudgetExceeded: naming the first such group in the order given
    """
    priced = with_seats(prices, after)
    now = spent_by_group(groups=groups, held=before, prices=priced)
    then = spent_by_group(groups=groups, held=after, prices=priced)
    for one in groups:
        budget = one.budget_minor
        if budget is not None and then[one.key] > max(budget, now[one.key]):
            raise BudgetExceeded(
                f"The budget of {one.name} does not cover this. "
                "Release a seat there, or ask for a larger budget."
            )


def with_seats(
    prices: Mapping[SeatLine, PricedSeats], held: Mapping[str, Mapping[SeatLine, int]]
) -> dict[SeatLine, PricedSeats]:
    """The prices for at least as many seats as the groups hold together."""
    counts: defaultdict[SeatLine, int] = defaultdict(int)
    for lines in held.values():
        for line, seats in lines.items():
            counts[line] += seats
    return {
        line: PricedSeats(one.price, max(one.seats, counts[line]), one.ratio_seats)
        for line, one in prices.items()
    }
