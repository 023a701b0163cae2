"""Sales tools ask over the API; people decide on the desk."""

import json

import pytest
from django.test import Client

from accounts.models import ExceptionRequest
from billing.models import EntitlementEvent
from tests.seatworld import SeatWorld

DOOR = "/api/v1/exception-requests"
DISCOUNT = {
    "kind": "discount",
    "subject": "acme-team",
    "terms": {"seat_type": "member", "percent": 10},
    "reason": "Competes with a cheaper offer",
    "customer_text": "Ten percent off for three months.",
    "team": "Sales EMEA",
    "starts_on": "2027-02-15",
    "ends_on": "2027-05-15",
    "margin_percent": "61.5",
    "support_burden": "usual",
}


@pytest.fixture
def world(db):
    world = SeatWorld.make()
    world.client.scopes = ["billing:read", "billing:write"]
    world.client.save()
    return world


@pytest.fixture
def send(world):
    client = Client(headers={"Authorization": f"Bearer {world.key}"})

    def post(body, **headers):
        return client.post(DOOR, json.dumps(body), content_type="application/json", headers=headers)

    post.get = lambda number: client.get(f"{DOOR}/{number}")
    return post


def test_a_request_is_stored_and_can_be_looked_up(send, world):
    answer = send(DISCOUNT)

    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["state"], body["leakage_minor"], body["approvers"]) == ("requested", 6_000, 1)
    assert body["blocks_drafts"] is True
    assert send.get(body["number"]).json() == body
    assert ExceptionRequest.objects.get().asked_by_client == world.client


def test_a_retry_is_one_request(send):
    first, second = (send(DISCOUNT, **{"Idempotency-Key": "deal-7"}) for _ in range(2))

    assert first.json() == second.json()
    assert ExceptionRequest.objects.count() == 1


def test_a_dry_run_shows_the_invoice_and_stores_nothing(send):
    answer = send({**DISCOUNT, "dry_run": True})

    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["sentence"].startswith("10 % off the list price of member seats of acme-team")
    assert body["after"]["subtotal_minor"] < body["before"]["subtotal_minor"]
    assert not ExceptionRequest.objects.exists()
    assert not EntitlementEvent.objects.filter(source="exceptions").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"terms": {"seat_type": "member"}}, "percent"),
        ({"terms": {"seat_type": "pilot", "percent": 1}}, "seat_type"),
        ({"terms": {"seat_type": "member", "percent": 101}}, "percent"),
        ({"margin_percent": "abc"}, "margin_percent"),
        ({"kind": "authority_change"}, "kind"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_wrong_is_named(send, change, field):
    answer = send({**DISCOUNT, **change})

    assert answer.status_code == 400
    assert field in json.dumps(answer.json())
    assert not ExceptionRequest.objects.exists()


def test_an_unknown_subject_is_refused(send):
    answer = send({**DISCOUNT, "subject": "nobody"})

    assert (answer.status_code, answer.json()["code"]) == (422, "exception_unknown")


def test_it_takes_the_scope(send, world):
    world.client.scopes = ["billing:read"]
    world.client.save()

    assert send(DISCOUNT).status_code == 403
    assert send.get("EX-999999").status_code == 404
