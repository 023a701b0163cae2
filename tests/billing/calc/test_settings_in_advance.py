"""Each setting's effect in advance: seats at 30.00 a month from 1 June (30 days), so a day is 1.00."""

from datetime import date

import pytest

from billing.calc.types import Interval, PriceTerms, Tier
from tests.billing.calc.stories import Story, lines, terms

YEAR = Interval("month", 12)


def june(
    policy: dict, *, seats: int = 5, add: int = 0, remove: int = 0, until: str = "2024-07-01"
) -> list:
    """What June's changes cost: 5 seats, some added on the 11th, some removed on the 21st."""
    story = Story(terms(policy=policy, price_minor=3000), {"member": seats})
    if add:
        story.add("add", "2024-06-11", add)
    if remove:
        story.remove("remove", "2024-06-21", remove)
    return lines(story.run(until))


OPENING = ("2024-06-01", "recurring", 5, 15000)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"increase_proration": "prorated"}, [("2024-07-01", "proration", 2, 4000)]),
        ({"increase_proration": "full"}, [("2024-07-01", "proration", 2, 6000)]),
        ({"increase_proration": "none"}, []),
        ({"increase_proration": "next_subperiod"}, []),
        (
            {"increase_proration": "next_subperiod", "proration_unit": "week"},
            [("2024-07-01", "proration", 2, 3200)],
        ),
        ({"increase_invoicing": "immediate"}, [("2024-06-11", "proration", 2, 4000)]),
        ({"increase_invoicing": "batched"}, [("2024-06-12", "proration", 2, 4000)]),
        (
            {"increase_invoicing": "batched", "batch_window": {"days": 7}},
            [("2024-06-18", "proration", 2, 4000)],
        ),
        (
            {"increase_invoicing": "threshold", "threshold_amount": "40.00"},
            [("2024-06-11", "proration", 2, 4000)],
        ),
        (
            {"increase_invoicing": "threshold", "threshold_amount": "40.01"},
            [("2024-07-01", "proration", 2, 4000)],
        ),
        (
            {"increase_invoicing": "true_up", "true_up_cadence": "month"},
            [("2024-07-01", "true_up", 2, 4000)],
        ),
        ({"increase_grace_days": 5}, [("2024-07-01", "proration", 2, 3000)]),
        ({"change_day": "excluded"}, [("2024-07-01", "proration", 2, 3800)]),
        ({"aggregation": "ratchet"}, [("2024-07-01", "proration", 2, 4000)]),
        ({"aggregation": "snapshot"}, []),
        ({"aggregation": "peak"}, [("2024-07-01", "proration", 2, 6000)]),
        ({"aggregation": "distinct"}, [("2024-07-01", "proration", 2, 6000)]),
        ({"aggregation": "whole_period_only"}, []),
        (
            {"line_style": "paired"},
            [("2024-07-01", "credit", 5, -10000), ("2024-07-01", "proration", 7, 14000)],
        ),
        ({"day_count": "fixed_daily_price", "daily_price_days": 20}, [("2024-07-01", "proration", 2, 6000)]),
        ({"day_count": "fixed_daily_price", "daily_price_days": 60}, [("2024-07-01", "proration", 2, 2000)]),
        ({"day_count": "annualised_365"}, [("2024-07-01", "proration", 2, 3945)]),
        ({"proration_unit": "working_day"}, [("2024-07-01", "proration", 2, 4200)]),
        ({"proration_unit": "second"}, [("2024-07-01", "proration", 2, 4000)]),
        ({"proration_unit": "minute"}, [("2024-07-01", "proration", 2, 4000)]),
        ({"proration_unit": "week", "partial_unit": "exact"}, [("2024-07-01", "proration", 2, 4000)]),
        ({"proration_unit": "week", "partial_unit": "up"}, [("2024-07-01", "proration", 2, 4600)]),
        ({"proration_unit": "week", "partial_unit": "down"}, [("2024-07-01", "proration", 2, 3200)]),
        ({"proration_unit": "month", "partial_unit": "up"}, [("2024-07-01", "proration", 2, 6000)]),
        ({"proration_unit": "month", "partial_unit": "down"}, []),
        ({"minimum_seats": 7}, []),
        ({"minimum_seats": 6}, [("2024-07-01", "proration", 1, 2000)]),
    ],
)  # fmt: skip
def test_an_increase_of_two_seats_on_the_eleventh(policy, expected):
    invoiced = june(policy, add=2)

    changes = [line for line in invoiced if line[1] not in ("recurring", "minimum")]

    assert invoiced[0] == OPENING
    assert changes == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"decrease_credit": "prorated"}, [("2024-07-01", "credit", 2, -2000)]),
        ({"decrease_credit": "full"}, [("2024-07-01", "credit", 2, -6000)]),
        ({"decrease_credit": "none"}, []),
        ({"decrease_effective": "period_end"}, []),
        ({"credit_application": "balance"}, [("2024-06-21", "credit", 2, -2000)]),
        ({"credit_application": "refund"}, [("2024-06-21", "credit", 2, -2000)]),
        ({"downgrade_lock_days": 5}, [("2024-07-01", "credit", 2, -2000)]),
        ({"change_day": "excluded"}, [("2024-07-01", "credit", 2, -1800)]),
        ({"aggregation": "ratchet"}, []),
        (
            {"line_style": "paired"},
            [("2024-07-01", "credit", 5, -5000), ("2024-07-01", "proration", 3, 3000)],
        ),
        (
            {"minimum_seats": 4},
            [("2024-07-01", "credit", 2, -2000), ("2024-07-01", "minimum", 1, 1000)],
        ),
    ],
)
def test_a_decrease_of_two_seats_on_the_twenty_first(policy, expected):
    invoiced = june(policy, remove=2)

    of_june = [line for line in invoiced if line[1] != "recurring"]
    of_june = [line for line in of_june if line != ("2024-07-01", "minimum", 1, 3000)]

    assert invoiced[0] == OPENING
    assert of_june == expected


def test_credits_at_once_come_as_credit_notes():
    story = Story(terms(policy={"credit_application": "refund"}, price_minor=3000), {"member": 5})
    story.remove("r", "2024-06-21", 2)

    (_, (credit,)) = story.run("2024-06-30")[1]

    assert (credit.disposition, credit.amount_minor) == ("credit_note", -2000)


def test_a_credit_rides_on_an_invoice_issued_for_an_increase():
    policy = {"increase_invoicing": "immediate"}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5})
    story.remove("r", "2024-06-11", 1).add("a", "2024-06-21", 3)

    invoiced = lines(story.run("2024-06-30"))

    assert invoiced == [
        OPENING,
        ("2024-06-21", "credit", 1, -2000),
        ("2024-06-21", "proration", 3, 3000),
    ]


def test_add_and_remove_on_one_day_leave_no_line():
    story = Story(terms(price_minor=3000), {"member": 5})
    story.add("a", "2024-06-11T09:00", 2).remove("r", "2024-06-11T15:00", 2)

    assert lines(story.run("2024-07-01")) == [OPENING, ("2024-07-01", "recurring", 5, 15000)]


def test_a_removal_within_the_window_takes_the_latest_increase_back():
    policy = {"decrease_window_hours": 48, "increase_invoicing": "immediate"}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5})
    story.add("a", "2024-06-11", 3).remove("r", "2024-06-12", 1).remove("late", "2024-06-21", 1)

    invoiced = lines(story.run("2024-07-01"))

    assert invoiced == [
        OPENING,
        ("2024-06-11", "proration", 3, 6000),
        ("2024-07-01", "credit", 1, -2000),
        ("2024-07-01", "credit", 1, -1000),
        ("2024-07-01", "recurring", 6, 18000),
    ]


def test_a_seat_gone_within_its_grace_was_never_charged():
    story = Story(terms(policy={"increase_grace_days": 14}, price_minor=3000), {"member": 5})
    story.add("a", "2024-06-11", 1).remove("r", "2024-06-20", 1)

    assert lines(story.run("2024-07-01")) == [OPENING, ("2024-07-01", "recurring", 5, 15000)]


def test_a_locked_downgrade_has_effect_after_the_lock():
    policy = {"downgrade_lock_days": 15}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5})
    story.add("a", "2024-06-06", 1).remove("r", "2024-06-11", 1)

    invoiced = lines(story.run("2024-07-01"))

    assert ("2024-07-01", "proration", 1, 2500) in invoiced
    assert ("2024-07-01", "credit", 1, -1000) in invoiced


def test_a_vacated_seat_is_refilled_free_under_the_ratchet():
    story = Story(terms(policy={"aggregation": "ratchet"}, price_minor=3000), {"member": 5})
    story.remove("r", "2024-06-06", 2).add("a", "2024-06-11", 3)

    invoiced = lines(story.run("2024-07-01"))

    assert invoiced[1:] == [
        ("2024-07-01", "proration", 1, 2000),
        ("2024-07-01", "recurring", 6, 18000),
    ]


def test_the_next_period_of_the_ratchet_starts_from_the_count_at_its_start():
    story = Story(terms(policy={"aggregation": "ratchet"}, price_minor=3000), {"member": 5})
    story.remove("r", "2024-06-21", 2)

    assert lines(story.run("2024-07-01"))[-1] == ("2024-07-01", "recurring", 3, 9000)


def test_a_free_increase_gets_no_credit_when_it_leaves():
    policy = {"increase_proration": "none"}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5})
    story.add("a", "2024-06-11", 2).remove("r", "2024-06-21", 3)

    assert lines(story.run("2024-07-01"))[1] == ("2024-07-01", "credit", 3, -1000)


@pytest.mark.parametrize(("mode", "amount"), [("half_up", 3), ("half_even", 2), ("down", 2)])
def test_rounding_mode_of_two_and_a_half_cents(mode, amount):
    story = Story(terms(policy={"rounding_mode": mode}, price_minor=5), {"member": 1})
    story.add("a", "2024-06-16")

    assert lines(story.run("2024-07-01"))[1][3] == amount


@pytest.mark.parametrize(
    ("stage", "amount"),
    [
        ("line", 3 * 1000 * 20 // 30),
        ("unit_rate", 3 * 33 * 20),
        ("fraction", round(3 * 1000 * 0.6667)),
    ],
)
def test_where_the_one_rounding_happens(stage, amount):
    story = Story(terms(policy={"rounding_stage": stage}, price_minor=1000), {"member": 1})
    story.add("a", "2024-06-11", 3)

    assert lines(story.run("2024-07-01"))[1][3] == amount


@pytest.mark.parametrize(
    ("policy", "amount"),
    [
        ({"day_count": "actual"}, 36500 * 200 // 365),
        ({"day_count": "fixed_30"}, 36500 * 196 // 360),
        ({"day_count": "annualised_365"}, 20000),
        ({"day_count": "plan_interval"}, 20000),
        ({"proration_unit": "month", "day_count": "months_of_term", "partial_unit": "up"}, 21292),
        ({"proration_unit": "month", "day_count": "months_of_term", "partial_unit": "down"}, 18250),
        ({"proration_unit": "month", "partial_unit": "skip_current"}, 18250),
        ({"day_count": "quarters_of_term", "partial_unit": "up"}, 27375),
        ({"day_count": "quarters_of_term", "partial_unit": "down"}, 18250),
        ({"proration_unit": "quarter", "partial_unit": "skip_current"}, 18250),
        ({"increase_proration": "next_subperiod"}, 36500 * 184 // 365),
        ({"increase_proration": "next_subperiod", "proration_unit": "quarter"}, 18250),
    ],
)
def test_a_seat_added_to_an_annual_plan_with_two_hundred_days_left(policy, amount):
    of = terms(starts_on="2023-01-01", policy=policy, price_minor=36500, interval=YEAR)
    story = Story(of, {"member": 1}).add("a", "2023-06-15")

    assert lines(story.run("2024-01-01"))[1] == ("2024-01-01", "proration", 1, amount)


def test_skip_current_skips_the_month_even_when_the_change_falls_on_its_first_day():
    policy = {"proration_unit": "month", "partial_unit": "skip_current"}
    of = terms(starts_on="2023-01-01", policy=policy, price_minor=12000, interval=YEAR)
    story = Story(of, {"member": 1}).add("a", "2023-07-01")

    assert lines(story.run("2024-01-01"))[1][3] == 5000


def test_increases_of_one_quarter_are_one_true_up():
    policy = {
        "increase_invoicing": "true_up", "proration_unit": "quarter", "aggregation": "ratchet",
        "partial_unit": "skip_current",
    }  # fmt: skip
    of = terms(starts_on="2023-01-01", policy=policy, price_minor=12000, interval=YEAR)
    story = Story(of, {"member": 10}).add("a", "2023-01-20", 4).add("b", "2023-02-20", 6)

    assert lines(story.run("2023-06-30"))[1:] == [("2023-04-01", "true_up", 10, 90000)]


def test_a_threshold_collects_increases_until_it_is_reached():
    policy = {"increase_invoicing": "threshold", "threshold_amount": "50.00"}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5})
    story.add("a", "2024-06-06").add("b", "2024-06-11", 2).add("c", "2024-06-21")

    assert lines(story.run("2024-07-01"))[1:4] == [
        ("2024-06-11", "proration", 1, 2500),
        ("2024-06-11", "proration", 2, 4000),
        ("2024-07-01", "proration", 1, 1000),
    ]


def test_calendar_periods_begin_with_a_prorated_stub():
    of = terms(starts_on="2024-06-16", policy={"anchor": "calendar"}, price_minor=3000)

    assert lines(Story(of, {"member": 2}).run("2024-07-01")) == [
        ("2024-06-16", "recurring", 2, 3000),
        ("2024-07-01", "recurring", 2, 6000),
    ]


def test_another_anchor_day_begins_with_a_prorated_stub():
    of = terms(starts_on="2024-06-10", price_minor=3000, anchor_day=15)

    invoiced = lines(Story(of, {"member": 1}).run("2024-07-15"))

    assert invoiced == [
        ("2024-06-10", "recurring", 1, 484),
        ("2024-06-15", "recurring", 1, 3000),
        ("2024-07-15", "recurring", 1, 3000),
    ]


def test_a_cycle_from_31_january_survives_february():
    of = terms(starts_on="2024-01-31", price_minor=3000)

    invoiced = Story(of, {"member": 1}).run("2024-05-30")

    assert [at.date().isoformat() for at, _ in invoiced] == [
        "2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30",
    ]  # fmt: skip


def test_an_increase_resets_the_cycle_where_the_policy_says_so():
    policy = {"anchor": "reset_on_change"}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5}).add("a", "2024-06-11", 1)

    assert lines(story.run("2024-07-11")) == [
        OPENING,
        ("2024-06-11", "credit", 5, -10000),
        ("2024-06-11", "recurring", 6, 18000),
        ("2024-07-11", "recurring", 6, 18000),
    ]


def test_the_minimum_is_priced_at_the_first_billable_seat_type():
    prices = {
        "viewer": PriceTerms("viewer", "per_unit", (Tier(None, 0),), billable=False),
        "member": PriceTerms("member", "per_unit", (Tier(None, 3000),)),
        "host": PriceTerms("host", "per_unit", (Tier(None, 1000),)),
    }
    of = terms(policy={"minimum_seats": 5}, prices=prices)

    assert lines(Story(of, {"viewer": 9, "member": 1, "host": 2}).run("2024-06-30")) == [
        ("2024-06-01", "recurring", 1, 3000),
        ("2024-06-01", "recurring", 2, 2000),
        ("2024-06-01", "minimum", 2, 6000),
    ]


def test_a_commitment_is_billed_and_the_overage_beyond_it():
    of = terms(price_minor=3000, commitment={"member": 8}, term_months=12)
    story = Story(of, {"member": 6}).add("a", "2024-06-11", 3)

    assert lines(story.run("2024-06-30"))[:2] == [
        ("2024-06-01", "recurring", 6, 18000),
        ("2024-06-01", "minimum", 2, 6000),
    ]
    assert lines(story.run("2024-07-01"))[2:] == [
        ("2024-07-01", "proration", 1, 2000),
        ("2024-07-01", "recurring", 9, 27000),
    ]


def test_free_guests_come_with_members():
    prices = {
        "member": PriceTerms("member", "per_unit", (Tier(None, 3000),)),
        "guest": PriceTerms(
            "guest", "per_unit", (Tier(None, 300),), ratio_of="member", ratio_each=5
        ),
    }
    story = Story(terms(prices=prices), {"member": 2, "guest": 12})
    story.add("m", "2024-06-16", 1)

    assert lines(story.run("2024-07-01")) == [
        ("2024-06-01", "recurring", 2, 6000),
        ("2024-06-01", "recurring", 2, 600),
        ("2024-07-01", "proration", 1, 1500),
        ("2024-07-01", "credit", 2, -300),
        ("2024-07-01", "recurring", 3, 9000),
    ]


def test_the_subscription_ends_and_unused_time_comes_back():
    of = terms(price_minor=3000, ends_on=date(2024, 6, 21))

    assert lines(Story(of, {"member": 5}).run("2024-08-01")) == [
        OPENING,
        ("2024-06-21", "credit", 5, -5000),
    ]


@pytest.mark.parametrize(
    ("policy", "counted"),
    [
        ({"activation": "assigned"}, 6),
        ({"activation": "invite_sent"}, 5),
        ({"activation": "invite_accepted"}, 4),
        ({"activation": "first_use"}, 3),
        ({"activation": "first_use", "suspended_counts": False}, 2),
        ({"activation": "first_use", "inactivity_days": 30}, 2),
        ({"activation": "first_use", "quantity_basis": "active"}, 2),
        ({"activation": "first_use", "quantity_basis": "purchased"}, 6),
    ],
)
def test_which_of_six_seats_in_six_states_count(policy, counted):
    story = Story(terms(policy=policy, price_minor=3000), {"member": 0})
    for state in ("assigned", "invited", "accepted", "active", "suspended", "inactive"):
        story.event(state, "seat_added", "2024-06-11", to_state=state)

    assert lines(story.run("2024-07-01"))[-1][2] == counted
