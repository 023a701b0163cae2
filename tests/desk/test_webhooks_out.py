"""Webhooks we send at the desk: found, looked into, replayed, switched; secrets shown once."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import StaffRole
from accounts.operations.issue_api_key import issue_api_key
from billing.enums import WebhookState
from billing.gateways.webhook_sender import Answer
from billing.models import WebhookDelivery, WebhookEndpoint
from billing.operations.record_answers import record_answers
from billing.operations.register_endpoint import register_endpoint
from billing.operations.replay_webhooks import send_test
from billing.queries.webhook_work import claim_due
from tests.seatworld import day

NOW = day(3, 1, 12)


@pytest.fixture
def client_of_api(db):
    return issue_api_key(name="product", scopes=["webhooks:write"])[0]


@pytest.fixture
def endpoint(client_of_api):
    made, _secret = register_endpoint(
        client_id=client_of_api.pk, url="https://hooks.example.com/in", description="Seats", at=NOW
    )
    return made


@pytest.fixture
def messages(endpoint, subscription):
    """Delivered, failed once, and not sent yet; the last is about a customer."""
    rows = [send_test(endpoint_id=endpoint.pk, at=NOW + timedelta(days=n)) for n in range(2)]
    claim_due(at=NOW + timedelta(days=1), limit=10)
    taken, broken = (
        Answer(200, 12, "thanks"),
        Answer(500, 34, "<b>broken</b>", "The receiver answered 500."),
    )
    answers = {rows[0].pk: (1, taken), rows[1].pk: (1, broken)}
    record_answers(answers=answers, at=NOW + timedelta(days=1))
    about = send_test(endpoint_id=endpoint.pk, at=NOW + timedelta(days=2))
    WebhookDelivery.objects.filter(pk=about.pk).update(customer=subscription.customer)
    return [*rows, about]


def found(client, **asked) -> list[str]:
    page = client.get(reverse("desk:webhook_deliveries"), asked).context_data["page"]
    return [row.message_id for row in page.rows]


@pytest.mark.parametrize(
    ("asked", "which"),
    [
        ({}, [2, 1, 0]),
        ({"state": "delivered"}, [0]),
        ({"state": "nonsense", "search": "hooks.example"}, [2, 1, 0]),
        ({"search": "Acme 1"}, [2]),
        ({"first": "2026-03-02", "last": "2026-03-02"}, [1]),
    ],
)
def test_messages_are_found_by_what_people_know(as_role, messages, asked, which):
    assert found(as_role("support"), **asked) == [messages[one].message_id for one in which]


def test_a_message_is_found_by_its_id_and_endpoint(as_role, messages, endpoint):
    client = as_role("support")

    assert found(client, search=messages[1].message_id) == [messages[1].message_id]
    assert len(found(client, endpoint=endpoint.pk)) == 3
    assert found(client, endpoint=messages[0].pk) == []


def test_a_message_shows_its_attempts_and_body_harmlessly(as_role, messages):
    place = reverse("desk:webhook_delivery", args=[messages[1].pk])

    text = as_role("support").get(place).content.decode()

    assert "The receiver answered 500." in text
    assert "&lt;b&gt;broken&lt;/b&gt;" in text
    assert "webhook.test" in text
    assert "Send again" not in text  # support looks


def test_the_messages_come_as_csv(as_role, messages):
    answer = as_role("support").get(reverse("desk:webhook_deliveries_csv"), {"state": "delivered"})

    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert [(row["webhook_id"], row["tries"]) for row in rows] == [(messages[0].message_id, "1")]


@pytest.mark.parametrize(
    ("asked", "count"), [({}, 1), ({"search": "seats"}, 1), ({"health": "off"}, 0)]
)
def test_endpoints_are_listed_with_how_they_fare(as_role, messages, asked, count):
    answer = as_role("support").get(reverse("desk:webhook_endpoints"), asked)

    rows = answer.context_data["page"].rows
    assert [(row.health, row.waiting, row.parked) for row in rows] == [("on", 2, 0)] * count
    assert "New endpoint" not in answer.content.decode()


def test_lists_ask_the_same_few_questions_however_long(as_role, messages, endpoint, client_of_api):
    client = as_role("support")
    places = [reverse("desk:webhook_endpoints"), reverse("desk:webhook_deliveries")]
    for place in places:
        client.get(place)  # what is looked up once a process
    counts = []
    for number in range(2):
        for place in places:
            with CaptureQueriesContext(connection) as asked:
                client.get(place)
            counts.append(len(asked))
        register_endpoint(
            client_id=client_of_api.pk, url=f"https://hooks.example.com/{number}", at=NOW
        )
        send_test(endpoint_id=endpoint.pk, at=NOW)

    assert counts[:2] == counts[2:]


def test_staff_replay_one_message_and_all_since(as_role, messages, endpoint):
    client = as_role("analyst")
    one = client.post(reverse("desk:webhook_delivery_replay", args=[messages[0].pk]), follow=True)
    WebhookDelivery.objects.update(state=WebhookState.PARKED)
    wish = {"since": "2026-03-02T00:00", "only_undelivered": "on"}
    many = client.post(
        reverse("desk:webhook_endpoint_replay", args=[endpoint.pk]), wish, follow=True
    )
    unsaid = client.post(
        reverse("desk:webhook_endpoint_replay", args=[endpoint.pk]), {}, follow=True
    )

    assert "Sent again now." in one.content.decode()
    assert "2 messages will be sent again now." in many.content.decode()
    assert "Say since when" in unsaid.content.decode()
    assert LogEntry.objects.filter(change_message__contains="sent again").count() == 1


def test_a_test_leads_to_its_own_page(as_role, endpoint):
    answer = as_role("analyst").post(
        reverse("desk:webhook_endpoint_test", args=[endpoint.pk]), follow=True
    )

    sent = WebhookDelivery.objects.get()
    assert answer.redirect_chain[-1][0] == reverse("desk:webhook_delivery", args=[sent.pk])
    assert "It was not sent yet." in answer.content.decode()


def test_administrators_register_and_rotate_and_see_each_secret_once(as_role, client_of_api):
    client = as_role("administrator")
    wish = {
        "client": client_of_api.pk,
        "url": "https://hooks.example.com/x",
        "kinds": "seat_changed",
    }

    made = client.post(reverse("desk:webhook_endpoint_new"), wish).content.decode()
    endpoint = WebhookEndpoint.objects.get()
    page = client.get(reverse("desk:webhook_endpoint", args=[endpoint.pk])).content.decode()
    rotated = client.post(reverse("desk:webhook_endpoint_rotate", args=[endpoint.pk]))
    refused = client.post(
        reverse("desk:webhook_endpoint_new"), {**wish, "url": "https://10.0.0.1/"}
    ).content.decode()

    assert "whsec_" in made
    assert "whsec_" not in page
    assert "until" in rotated.content.decode()
    assert "Name a host of the public internet." in refused


def test_administrators_switch_and_remove(as_role, endpoint):
    client = as_role("administrator")
    place = reverse("desk:webhook_endpoint_switch", args=[endpoint.pk])
    said = [
        client.post(place, {"wish": wish}, follow=True).content.decode() for wish in ("off", "skip")
    ]
    client.post(reverse("desk:webhook_endpoint_remove", args=[endpoint.pk]))
    endpoint.refresh_from_db()

    assert "Switched off by administrator" in said[0]
    assert "Switched on." in said[1]
    assert endpoint.removed_at is not None
    assert (
        client.get(reverse("desk:webhook_endpoints"), {"health": "removed"})
        .context_data["page"]
        .rows
    )


@pytest.mark.parametrize("role", [StaffRole.SUPPORT, StaffRole.ANALYST])
def test_who_may_not_does_not(as_role, endpoint, role):
    client = as_role(role)
    names = ("rotate", "switch", "remove", *(["test", "replay"] if role == "support" else []))
    places = [reverse(f"desk:webhook_endpoint_{name}", args=[endpoint.pk]) for name in names]

    assert {client.post(place).status_code for place in places} == {403}
    assert client.get(reverse("desk:webhook_endpoint_new")).status_code == 403
