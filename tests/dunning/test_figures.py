"""What the desk shows of recovery: aging, money recovered, and the replay of last year."""

from copy import deepcopy
from datetime import timedelta

import pytest

from billing.models import Receivable
from dunning.operations.set_up_campaigns import GENTLE, STANDARD
from dunning.operations.simulate_campaign import simulate_campaign
from dunning.queries.aging import AgingFilter, aging_rows, aging_totals
from dunning.queries.case_facts import load_cases
from dunning.queries.recovered import recovered_by
from tests.dunning.case_world import (
    FAILED_AT,
    PRICE,
    collect,
    fail,
    give_card,
    live,
    pay,
    the_case,
    tick,
)
from tests.seatworld import day

ANY = AgingFilter()


@pytest.mark.parametrize(
    ("at", "bucket"),
    [
        (day(2, 14, 22), "not_due"),
        (day(2, 14, 23), "days_1_30"),
        (day(3, 16), "days_1_30"),
        (day(3, 17), "days_31_60"),
        (day(4, 16), "days_61_90"),
        (day(6, 1), "days_over_90"),
    ],
)
def test_aging_counts_days_where_the_customer_is(world, at, bucket):
    fail(world)  # due on 14 February in Berlin

    (row,) = aging_rows(at=at, asked=ANY)

    assert getattr(row, bucket) == row.total == PRICE
    assert (row.customer_name, row.currency, row.invoices) == ("Acme GmbH", "USD", 1)


def test_aging_is_filtered_and_totalled_in_two_queries(world, django_assert_num_queries):
    fail(world)
    world.push(day(2, 15))
    with django_assert_num_queries(2):
        rows = aging_rows(at=day(3, 1), asked=ANY)
        (total,) = aging_totals(at=day(3, 1), asked=ANY)

    assert rows[0].total == total.total == 2 * PRICE
    for nobody in (AgingFilter(search="nobody"), AgingFilter("", "EUR"), AgingFilter(entity="X")):
        assert aging_rows(at=day(3, 1), asked=nobody) == []


@pytest.fixture(scope="module")
def module_recovered(module_world):
    fail(module_world, code="insufficient_funds")
    live(until=FAILED_AT + timedelta(days=13), code="insufficient_funds")
    planned = the_case().next_step_at
    tick(planned)
    pay(module_world, planned, 50_00)
    pay(module_world, planned + timedelta(hours=1), 150_00)
    tick(planned + timedelta(hours=1))


@pytest.fixture
def recovered(module_recovered, db):
    return deepcopy(module_recovered)


@pytest.mark.parametrize(
    ("grouping", "label"),
    [
        ("month", "2026-02"),
        ("campaign", "standard"),
        ("decline_code", "insufficient_funds"),
        ("billing_entity", "SW"),
    ],
)
def test_what_was_recovered_by_whatever_is_asked(
    recovered, grouping, label, django_assert_num_queries
):
    with django_assert_num_queries(1):
        (row,) = recovered_by(grouping=grouping, since=day(1, 1), until=day(12, 1))

    assert (row.label, row.currency, row.cases, row.paid_cases) == (label, "USD", 1, 1)
    assert (row.stake_minor, row.recovered_minor, row.open_minor) == (PRICE, PRICE, 0)
    assert row.rate_percent == 100
    assert recovered_by(grouping=grouping, since=day(1, 1), until=FAILED_AT) == []


def test_the_facts_of_cases_take_a_fixed_number_of_queries(world, django_assert_num_queries):
    fail(world)
    world.push(day(2, 15))
    Receivable.objects.update(first_failed_at=FAILED_AT)
    live(until=FAILED_AT + timedelta(days=5))

    case_id = the_case().pk
    with django_assert_num_queries(8):
        (loaded,) = load_cases(case_ids=[case_id], at=day(2, 20))

    assert loaded.facts.open_minor == 2 * PRICE


def test_last_year_under_another_campaign(world, django_assert_num_queries):
    fail(world)
    live(until=FAILED_AT + timedelta(days=60))
    with django_assert_num_queries(12):
        simulation = simulate_campaign(terms=GENTLE, at=day(6, 1))

    (total,) = simulation.totals
    assert (total.cases, total.changed) == (1, 1)
    assert (total.suspended_was, total.suspended_would_be) == (1, 0)
    assert total.recovered_would_be_minor == 0
    assert len(simulation.unknown) == 4


def test_the_same_campaign_replayed_does_what_was_done(world):
    fail(world)
    live(until=FAILED_AT + timedelta(days=60))

    (found,) = simulate_campaign(terms=STANDARD, at=day(6, 1)).replays

    assert found.was == found.would_be


def test_a_case_a_charge_recovered_is_told_as_such(world):
    fail(world)
    tick(FAILED_AT)
    planned = the_case().next_step_at
    tick(planned)
    collect(planned + timedelta(minutes=1), state="succeeded")
    tick(planned + timedelta(minutes=2))

    (found,) = simulate_campaign(terms=GENTLE, at=day(6, 1)).replays

    assert found.past.paid_by == "charge"
    assert found.would_be.paid_at is not None


def test_a_new_card_is_the_customers_own_action(world):
    fail(world, code="lost_card")
    tick(FAILED_AT)
    at = FAILED_AT + timedelta(days=9)
    give_card(world, at=at, key="pm_2")
    tick(at + timedelta(minutes=1))
    collect(at + timedelta(minutes=2), state="succeeded")
    tick(at + timedelta(minutes=3))

    (found,) = simulate_campaign(terms=GENTLE, at=day(6, 1)).replays

    assert found.past.paid_by == "customer"
    assert found.would_be.paid_at == the_case().closed_at
