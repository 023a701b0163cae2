"""Budgets of groups: what seats cost a cycle, added up over the tree, and when a change is refused."""

from hypothesis import given
from hypothesis import strategies as st

from billing.calc.budget import (
    GroupBudget,
    PricedSeats,
    SeatLine,
    is_over,
    spent_by_group,
)
from billing.calc.pricing import PriceTerms, Tier

MEMBER = SeatLine("acme-team", "member")
EIGHT = PriceTerms(key="p", mode="per_unit", tiers=(Tier(None, 8_00),))
STEPS = PriceTerms(key="s", mode="graduated", tiers=(Tier(10, 10_00), Tier(None, 5_00)))
TREE = (
    GroupBudget("top", "Engineering", None, 40_00),
    GroupBudget("leaf", "Platform", "top", 16_00),
    GroupBudget("free", "Sales", None, None),
)
PRICES = {MEMBER: PricedSeats(EIGHT, seats=20)}


def held(**seats: int):
    return {key: {MEMBER: count} for key, count in seats.items()}


def test_a_group_spends_what_its_seats_and_those_below_it_cost():
    spent = spent_by_group(groups=TREE, held=held(top=1, leaf=2, free=3), prices=PRICES)

    assert spent == {"top": 24_00, "leaf": 16_00, "free": 24_00}


def test_where_more_seats_are_cheaper_each_bears_the_same_part():
    twenty = PricedSeats(STEPS, seats=20)  # 10 × 10.00 + 10 × 5.00

    assert twenty.of(20) == 150_00
    assert twenty.of(5) == 37_50


def test_free_and_unpriced_seats_cost_nothing():
    included = PriceTerms(key="i", mode="per_unit", tiers=(Tier(None, 8_00),), included=30)

    spent = spent_by_group(
        groups=TREE, held=held(free=3), prices={MEMBER: PricedSeats(included, seats=20)}
    )
    assert spent["free"] == 0
    assert spent_by_group(groups=TREE, held=held(free=3), prices={})["free"] == 0


def test_a_change_is_over_when_it_costs_more_than_before_and_than_the_budget():
    assert is_over(budget_minor=16_00, now_minor=16_00, then_minor=24_00)
    assert not is_over(budget_minor=16_00, now_minor=8_00, then_minor=16_00)
    assert not is_over(budget_minor=16_00, now_minor=72_00, then_minor=64_00)
    assert not is_over(budget_minor=None, now_minor=0, then_minor=400_00)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_parts_of_all_groups_are_the_whole_but_for_rounding(one, two, three):
    whole = PricedSeats(STEPS, seats=one + two + three)

    parts = whole.of(one) + whole.of(two) + whole.of(three)

    assert abs(parts - whole.of(one + two + three)) <= 1
