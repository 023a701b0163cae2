"""Results, aging and the simulator: figures with their filters, tables and files."""

import csv
import io
from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse

from billing.models import Receivable
from dunning.models import Campaign, DunningCase
from tests.desk.recovery_world import another_case
from tests.dunning.case_world import FAILED_AT, PRICE, fail, live, pay, the_case, tick
from tests.seatworld import day

SPAN = {"first": "2026-01-01", "last": "2026-12-31"}


@pytest.fixture(scope="module")
def module_case(module_world):
    """Acme's charge was declined, and half of it was paid a day later."""
    fail(module_world, code="insufficient_funds")
    tick(FAILED_AT)
    pay(module_world, FAILED_AT + timedelta(days=1), 100_00)
    return the_case()


@pytest.fixture
def case(module_case, db):
    return deepcopy(module_case)


def get(client, name, **asked):
    return client.get(reverse(f"desk:recovery_{name}"), asked)


def rows_of(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_results_tell_money_and_rate_four_ways(as_role, case):
    answer = get(as_role("support"), "results", **SPAN)

    found = answer.context_data["found"]
    for rows in (found.months, found.campaigns, found.declines, found.sellers):
        (row,) = rows
        assert (row.stake_minor, row.recovered_minor, row.rate_percent) == (PRICE, 100_00, 50)
    text = answer.content.decode()
    assert "2026-02" in text
    assert "Not enough money in the account" in text


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ({}, 1),
        ({"campaign": "standard"}, 1),
        ({"campaign": "gentle"}, 0),
        ({"decline": "insufficient_funds"}, 1),
        ({"decline": "lost_card"}, 0),
        ({"currency": "usd"}, 1),
        ({"currency": "EUR"}, 0),
        ({"first": "2026-02-02", "last": "2026-02-02"}, 1),
        ({"first": "2026-02-03"}, 0),
    ],
)
def test_results_are_filtered(as_role, case, asked, count):
    answer = get(as_role("support"), "results", **{**SPAN, **asked})

    assert len(answer.context_data["found"].months) == count


def test_the_chart_has_the_months_of_each_currency(as_role, case):
    (chart,) = get(as_role("support"), "results", **SPAN).context_data["charts"]

    assert (chart["currency"], chart["labels"], chart["rate"]) == ("USD", ["2026-02"], [50])
    assert {bar["name"]: bar["amounts"] for bar in chart["bars"]} == {
        "Recovered": [100.0], "Settled by credit": [0.0], "Written off": [0.0],
        "Still open": [100.0],
    }  # fmt: skip


def test_results_as_a_file_say_which_table_a_row_is_of(as_role, case):
    rows = rows_of(get(as_role("support"), "results_csv", **SPAN))

    assert [row["by"] for row in rows] == ["month", "campaign", "decline_code", "billing_entity"]
    assert {row["recovered"] for row in rows} == {"100.00"}


def test_aging_adds_up_by_currency_and_leads_to_the_customer(as_role, world, case):
    another_case(world, case, 2, seats=10)

    answer = get(as_role("support"), "aging")

    (total,) = answer.context_data["totals"]
    assert total.total == 100_00 + 80_00
    assert len(answer.context_data["page"].rows) == 2
    assert reverse("desk:customer", args=[case.customer_id]) in answer.content.decode()


def test_aging_is_found_by_customer_and_goes_into_a_file(as_role, world, case):
    another_case(world, case, 2, seats=10)

    rows = rows_of(get(as_role("support"), "aging_csv", search="acme"))

    assert [(row["customer"], row["total"], row["currency"]) for row in rows] == [
        ("Acme GmbH", "100.00", "USD")
    ]


def test_a_version_is_replayed_over_the_last_year(as_role, world):
    fail(world)
    live(until=FAILED_AT + timedelta(days=60))
    gentle = Campaign.objects.get(code="gentle")

    answer = get(as_role("support"), "simulator", campaign=gentle.pk)

    done = answer.context_data["done"]
    (total,) = done.totals
    assert (total.cases, total.suspended_was, total.suspended_would_be) == (1, 1, 0)
    text = answer.content.decode()
    assert "What this cannot know" in text
    assert all(words.split(".")[0] in text for words in done.unknown)
    assert len(answer.context_data["changes"].object_list) == 1


def test_a_ladder_that_was_changed_is_replayed(as_role, world):
    fail(world)
    live(until=FAILED_AT + timedelta(days=60))
    standard = Campaign.objects.get(code="standard")

    answer = get(
        as_role("support"), "simulator", campaign=standard.pk, changed="1", threshold_minor="0",
        retries="1", retry_days="3", grace_days="0", end_day="20", ending="hand_over",
    )  # fmt: skip

    (total,) = answer.context_data["done"].totals
    assert (total.retries_would_be, total.messages_would_be) == (1, 0)
    assert total.retries_was > 1


def test_a_ladder_that_cannot_be_is_not_replayed(as_role, case):
    answer = get(
        as_role("support"), "simulator", campaign=case.campaign_id, changed="1",
        threshold_minor="0", retries="1", retry_days="3", grace_days="0", end_day="20",
        ending="hand_over", suspend_day="1",
    )  # fmt: skip

    assert answer.context_data["done"] is None
    assert "Access cannot be suspended on day 1" in answer.content.decode()


def test_the_simulator_waits_to_be_asked_and_writes_nothing(as_role, case):
    client = as_role("support")
    before = [list(DunningCase.objects.values()), list(Receivable.objects.values())]

    asked_nothing = get(client, "simulator").context_data["done"]
    get(client, "simulator", campaign=case.campaign_id)

    assert asked_nothing is None
    assert before == [list(DunningCase.objects.values()), list(Receivable.objects.values())]


@pytest.mark.parametrize("name", ["results", "aging", "simulator"])
def test_every_page_stands_without_any_data(as_role, db, name):
    assert get(as_role("support"), name).status_code == 200


@pytest.mark.parametrize("name", ["results", "aging", "simulator", "results_csv", "aging_csv"])
def test_staff_without_a_role_are_denied(as_role, db, name):
    assert get(as_role(None), name).status_code == 403


@pytest.mark.parametrize("name", ["results", "aging", "simulator"])
def test_more_cases_cost_no_more_queries(as_role, world, case, name, django_assert_max_num_queries):
    client = as_role("support")
    for number in range(2, 7):
        another_case(world, case, number)
    asked = {"campaign": case.campaign_id} if name == "simulator" else {}

    with django_assert_max_num_queries(22):
        assert get(client, name, **asked).status_code == 200


def test_the_span_ends_with_its_last_day(as_role, case):
    asked = {"first": "2026-01-01", "last": (day(2, 1)).date().isoformat()}

    assert get(as_role("support"), "results", **asked).context_data["found"].months == ()
