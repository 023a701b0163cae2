"""Each setting's effect in arrears: seats at 30.00 a month in June (30 days), so a day is 1.00."""

import pytest

from billing.calc.types import PriceTerms, TermsChange, Tier
from tests.billing.calc.stories import Story, flat, lines, local, terms

HELD = ("recurring", 4, 12000)


def june(policy: dict, **others: object) -> list:
    """5 seats; 2 more from the 11th, 3 fewer from the 21st: layers of 2, 1 and 4 seats."""
    of = terms(policy={"billing_timing": "in_arrears", **policy}, price_minor=3000, **others)
    story = Story(of, {"member": 5}).add("a", "2024-06-11", 2).remove("r", "2024-06-21", 3)
    invoiced = lines(story.run("2024-07-01"))
    assert {at for at, *_ in invoiced} <= {"2024-07-01"}
    return [line[1:] for line in invoiced]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({}, [("proration", 2, 2000), ("proration", 1, 2000), HELD]),
        ({"increase_proration": "full"}, [("proration", 2, 4000), ("proration", 1, 2000), HELD]),
        ({"increase_proration": "none"}, [("proration", 1, 2000), HELD]),
        ({"decrease_credit": "none"}, [("proration", 2, 4000), ("recurring", 5, 15000)]),
        ({"decrease_credit": "full"}, [HELD]),
        ({"decrease_effective": "period_end"}, [("recurring", 5, 15000), ("proration", 2, 4000)]),
        ({"aggregation": "ratchet"}, [("recurring", 5, 15000), ("proration", 2, 4000)]),
        ({"aggregation": "snapshot"}, [HELD]),
        ({"aggregation": "peak"}, [("recurring", 7, 21000)]),
        ({"aggregation": "distinct"}, [("recurring", 7, 21000)]),
        ({"aggregation": "whole_period_only"}, [HELD]),
        ({"aggregation": "user_days"}, [("usage", 7, 16000)]),
        (
            {"aggregation": "user_days", "day_count": "fixed_daily_price", "daily_price_days": 20},
            [("usage", 7, 24000)],
        ),
        (
            {"minimum_seats": 5},
            [("proration", 2, 2000), ("proration", 1, 2000), HELD, ("minimum", 1, 1000)],
        ),
    ],
)
def test_layers_of_a_month_in_arrears(policy, expected):
    assert june(policy) == expected


def test_user_days_carry_their_seat_days():
    of = terms(policy={"aggregation": "user_days"}, price_minor=3000)
    story = Story(of, {"member": 5}).add("a", "2024-06-11", 2).remove("r", "2024-06-21", 3)

    ((_, (usage,)),) = story.run("2024-07-01")

    assert (usage.seat_days, usage.amount_minor) == (50 + 70 + 40, 16000)


def test_named_people_count_once_however_often_they_come():
    of = terms(policy={"billing_timing": "in_arrears", "aggregation": "distinct"}, price_minor=3000)
    story = Story(of, {"member": 0})
    for day in ("03", "13", "23"):
        story.add(f"a{day}", f"2024-06-{day}", grantee="ada")
        story.remove(f"r{day}", f"2024-06-{day}T12:00", grantee="ada")
    story.add("b", "2024-06-24", grantee="ben")

    assert lines(story.run("2024-07-01")) == [("2024-07-01", "recurring", 2, 6000)]


def test_a_reassigned_seat_is_another_person():
    of = terms(policy={"billing_timing": "in_arrears", "aggregation": "distinct"}, price_minor=3000)
    story = Story(of, {"member": 0}).add("a", "2024-06-03", grantee="ada")
    story.event(
        "b", "seat_reassigned", "2024-06-13", from_state="active", to_state="active", grantee="ben"
    )

    assert lines(story.run("2024-07-01")) == [("2024-07-01", "recurring", 2, 6000)]


def test_graduated_layers_add_up_to_the_integral():
    prices = {"member": PriceTerms("p", "graduated", (Tier(5, 3000), Tier(None, 1500)))}
    of = terms(policy={"billing_timing": "in_arrears"}, prices=prices)
    story = Story(of, {"member": 4}).add("a", "2024-06-11", 2)

    assert lines(story.run("2024-07-01")) == [
        ("2024-07-01", "recurring", 4, 12000),
        ("2024-07-01", "proration", 2, 3000),
    ]


def test_a_price_change_splits_the_month():
    of = terms(policy={"billing_timing": "in_arrears"}, price_minor=3000)
    at = local("2024-06-11")
    story = Story(of, {"member": 2})
    story.changes.append(TermsChange(("p1",), "p1", 50, at, at, {"member": flat(6000, "new")}))

    assert lines(story.run("2024-07-01")) == [
        ("2024-07-01", "recurring", 2, 2000),
        ("2024-07-01", "recurring", 2, 8000),
    ]
