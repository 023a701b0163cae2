"""Webhooks at the desk: what waits, what was applied, what is parked, and trying it again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from billing.models import StageRefusal
from tests.desk import money_world
from tests.desk.money_world import MoneyWorld
from tests.seatworld import day


@pytest.fixture
def events(db):
    """Applied, waiting, and parked."""
    applied = money_world.event(1)
    waiting = money_world.event(2, object_id="re_9", kind="refund.updated", applied=False)
    stuck = money_world.event(
        3, object_id="du_1", kind="charge.dispute.created", applied=False, body="not json <b>",
        received_at=day(2, 25),
    )  # fmt: skip
    return applied, waiting, stuck, money_world.park(stuck.pk)


def found(client, **asked) -> list[str]:
    page = client.get(reverse("desk:money_events"), asked).context_data["page"]
    return sorted(row.event_id for row in page.rows)


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        ({}, ["evt_1", "evt_2", "evt_3"]),
        ({"state": "applied"}, ["evt_1"]),
        ({"state": "waiting"}, ["evt_2"]),
        ({"state": "parked"}, ["evt_3"]),
        ({"search": "evt_2"}, ["evt_2"]),
        ({"search": "re_9"}, ["evt_2"]),
        ({"search": "charge.dispute"}, ["evt_3"]),
        ({"first": "2026-02-25"}, ["evt_3"]),
        ({"last": "2026-02-20"}, ["evt_1", "evt_2"]),
        ({"state": "nonsense"}, ["evt_1", "evt_2", "evt_3"]),
    ],
)
def test_webhooks_are_found_by_state_and_id(as_role, events, asked, ids):
    assert found(as_role("support"), **asked) == ids


def test_a_parked_webhook_shows_its_problem_and_body_harmlessly(as_role, events):
    stuck = events[2]

    text = as_role("support").get(reverse("desk:money_event", args=[stuck.pk])).content.decode()

    assert "Parked after 2 attempts" in text
    assert "KeyError" in text
    assert "not json &lt;b&gt;" in text
    assert "Try again" not in text  # support looks


def test_an_applied_webhook_leads_to_what_it_is_about(as_role, db):
    money = MoneyWorld.make()
    payment = money.pay(200_00, gateway_id="pi_1")
    money.attempt(money.first, "succeeded", gateway_id="pi_1")
    event = money_world.event(1)

    page = as_role("support").get(reverse("desk:money_event", args=[event.pk])).context_data["page"]

    assert [(one.kind, one.key) for one in page.subjects] == [
        ("invoice", money.first.pk), ("money_payment", payment.pk),
    ]  # fmt: skip
    assert page.is_json


def test_replay_lets_the_settle_stage_take_it_again(as_role, events):
    _, _, stuck, refusal = events
    client = as_role("analyst")
    address = reverse("desk:money_event_replay", args=[stuck.pk])

    client.post(address)
    again = client.post(address, follow=True)

    refusal.refresh_from_db()
    assert refusal.resolved_at is not None
    assert not StageRefusal.objects.filter(resolved_at=None).exists()
    assert LogEntry.objects.get().change_message == "Let the webhook try again."
    assert "It is not parked" in again.content.decode()
    assert found(client, state="waiting") == ["evt_2", "evt_3"]


def test_support_does_not_replay(as_role, events):
    answer = as_role("support").post(reverse("desk:money_event_replay", args=[events[2].pk]))

    assert answer.status_code == 403


def test_the_board_leads_from_a_parked_webhook_to_its_page(as_role, events):
    stuck = events[2]
    client = as_role("support")

    answer = client.get(reverse("desk:subject", args=["settle", stuck.pk]))

    assert answer.url == reverse("desk:money_event", args=[stuck.pk])


def test_the_list_takes_a_fixed_number_of_queries(as_role, events, django_assert_max_num_queries):
    client = as_role("support")
    for number in range(10, 30):
        money_world.park(money_world.event(number, applied=False).pk)

    with django_assert_max_num_queries(20):
        client.get(reverse("desk:money_events"))
