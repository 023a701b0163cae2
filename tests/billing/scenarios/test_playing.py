"""The player: the true instants, nothing left behind, repeats and the order of arrival without effect."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Customer
from billing.calc.scenario.read import read_scenario
from billing.models import (
    EntitlementEvent,
    Invoice,
    NumberSeries,
    Plan,
    SeatLedgerEntry,
    Subscription,
)
from billing.operations.play_scenario import open_play, play_scenario
from billing.pipeline import STAGES
from tax.models import BillingEntity
from tests.billing.scenarios.stories import play, scenario

pytestmark = pytest.mark.django_db
TABLES = (
    BillingEntity, Customer, EntitlementEvent, Invoice, NumberSeries, Plan, SeatLedgerEntry,
)  # fmt: skip
FEW = settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def counts() -> list[int]:
    return [table.objects.count() for table in TABLES]


def test_nothing_stays_behind_when_a_story_ends():
    before = counts()

    played = play(
        scenario(events=[{"id": "e1", "at": "2026-06-11", "add": 1, "seat_type": "member"}])
    )

    assert len(played["invoices"]) == 2
    assert counts() == before


def test_nothing_stays_behind_when_playing_breaks():
    before = counts()

    with pytest.raises(AttributeError):
        play_scenario(story=read_scenario(scenario()), stages=[*STAGES, None])

    assert counts() == before


def test_other_customers_whose_work_is_due_are_left_alone():
    taken = []

    def watched(stage):
        def step(*, keys, at):
            taken.append((stage.name, len(keys)))
            return stage.step(keys=keys, at=at)

        return replace(stage, step=step)

    stages = [watched(stage) for stage in STAGES]
    story = read_scenario(scenario())
    other = open_play(story, STAGES)

    play_scenario(story=story, stages=stages)

    assert taken == [("rate", 1), ("draft", 1), ("tax", 1), ("finalize", 1)] * 2
    assert Subscription.objects.get(pk=other.subscription_id).rating_count == 0


def test_an_invoice_has_the_instant_at_which_it_fell_due():
    events = [{"id": "e1", "at": "2026-06-11T10:20:30Z", "add": 1, "seat_type": "member"}]

    played = play(scenario(events=events, policy={"increase_invoicing": "immediate"}))

    assert [one["issued_at"] for one in played["invoices"]] == [
        "2026-06-01T00:00:00Z",
        "2026-06-11T10:20:30Z",
        "2026-07-01T00:00:00Z",
    ]


def test_the_clock_stops_before_an_event_after_until():
    events = [{"id": "e1", "at": "2026-07-02", "add": 1, "seat_type": "member"}]

    played = play(scenario(events=events))

    assert played["seats"] == {"member": 5}


def test_events_of_one_instant_are_invoiced_together():
    events = [
        {"id": "e1", "at": "2026-06-16", "add": 1, "seat_type": "member"},
        {"id": "e2", "at": "2026-06-16", "add": 1, "seat_type": "member"},
    ]

    played = play(scenario(events=events, policy={"increase_invoicing": "immediate"}))

    assert [one["total"] for one in played["invoices"]] == ["150.00", "30.00", "210.00"]


def test_numbers_run_without_gaps_within_a_story():
    played = play(scenario(until="2026-09-01"))

    assert [one["number"] for one in played["invoices"]] == [
        "SCENARIO-000001", "SCENARIO-000002", "SCENARIO-000003", "SCENARIO-000004",
    ]  # fmt: skip


def test_a_line_says_all_that_is_known_of_it():
    events = [{"id": "e1", "at": "2026-06-16", "add": 2, "seat_type": "member"}]

    line = play(scenario(events=events))["invoices"][1]["lines"][0]

    assert line == {
        "kind": "proration",
        "seat_type": "member",
        "description": "Member – added",
        "quantity": 2,
        "seat_days": 30,
        "unit_price": "30.00",
        "from": "2026-06-16",
        "to": "2026-06-30",
        "amount": "30.00",
        "tax_rate": None,
        "trace": ["e1"],
        "formula": "2 seats × 30.00 × 15/30 days (16 to 30 June) = 30.00",
    }


changes = st.lists(
    st.tuples(st.sampled_from(["add", "remove"]), st.integers(1, 3), st.integers(2, 28)),
    min_size=2,
    max_size=6,
)
POLICIES = [
    {},
    {"billing_timing": "in_arrears"},
    {"aggregation": "ratchet", "decrease_effective": "period_end", "decrease_credit": "none"},
    {"line_style": "paired"},
    {"minimum_seats": 7},
]


def event(number: int, change: tuple[str, int, int], arrives: int) -> dict:
    verb, seats, day = change
    return {
        "id": f"e{number}",
        "at": f"2026-06-{29 if arrives < 40 else 30}T{arrives % 24:02d}:00:00Z",
        "effective": str(date(2026, 6, 1) + timedelta(days=day - 1)),
        verb: seats,
        "seat_type": "member",
    }


def in_order_of(order: list[int], made: list[tuple[str, int, int]]) -> list[dict]:
    return [event(number, made[number], place) for place, number in enumerate(order)]


@FEW
@given(made=changes, policy=st.sampled_from(POLICIES), data=st.data())
def test_the_order_of_arrival_changes_no_total(made, policy, data):
    order = data.draw(st.permutations(range(len(made))))
    large = {"start": "2026-06-01", "seats": {"member": 40}}

    straight = play(
        scenario(
            events=in_order_of(list(range(len(made))), made), policy=policy, subscription=large
        )
    )
    shuffled = play(scenario(events=in_order_of(order, made), policy=policy, subscription=large))

    assert straight["refusals"] == shuffled["refusals"] == []
    assert [one["total"] for one in straight["invoices"]] == [
        one["total"] for one in shuffled["invoices"]
    ]
    assert straight["seats"] == shuffled["seats"]


@FEW
@given(made=changes, policy=st.sampled_from([*POLICIES, {"increase_invoicing": "immediate"}]))
def test_delivering_everything_again_adds_nothing(made, policy):
    large = {"start": "2026-06-01", "seats": {"member": 40}}
    events = in_order_of(list(range(len(made))), made)
    again = [{"repeat": one["id"], "at": "2026-06-30T12:00:00Z"} for one in events]

    once = play(scenario(events=events, policy=policy, subscription=large, until="2026-08-01"))
    twice = play(
        scenario(events=[*events, *again], policy=policy, subscription=large, until="2026-08-01")
    )

    assert twice == once


@FEW
@given(made=changes)
def test_lines_add_up_to_their_invoice(made):
    large = {"start": "2026-06-01", "seats": {"member": 40}}
    events = in_order_of(list(range(len(made))), made)

    played = play(scenario(events=events, subscription=large))

    for invoice in played["invoices"]:
        lines = sum(Decimal(line["amount"]) for line in invoice["lines"])
        assert lines == Decimal(invoice["subtotal"]) == Decimal(invoice["total"])
        assert all(line["trace"] for line in invoice["lines"])
