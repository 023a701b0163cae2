"""The API's write side through HTTP: keys, scopes, idempotency, field errors, batches."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import ApiReply, Customer
from accounts.operations.issue_api_key import issue_api_key
from billing.models import EntitlementEvent, SeatLedgerEntry, Subscription

EVENTS = "/api/v1/entitlement-events"
EVENT = {
    "source": "product",
    "source_event_id": "e1",
    "kind": "seat_added",
    "subscription": "acme-team",
    "seat_type": "member",
    "quantity": 10,
    "effective_at": "2026-02-04T09:30:00+01:00",
}


class Api:
    """A product service with a key."""

    def __init__(self, key: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {key}"})

    def post(self, path, body, key=None):
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            path, json.dumps(body), content_type="application/json", headers=headers
        )


@pytest.fixture
def api(world) -> Api:
    return Api(world.key)


def test_an_event_is_accepted_then_a_duplicate(api):
    first = api.post(EVENTS, EVENT)
    again = api.post(EVENTS, EVENT)

    assert (first.status_code, first.json()["status"]) == (201, "accepted")
    assert (again.status_code, again.json()["status"]) == (200, "duplicate")
    assert first.json()["event_id"] == again.json()["event_id"]


def test_without_a_key_or_with_a_revoked_one_the_door_is_closed(world):
    nobody = Client().post(EVENTS, json.dumps(EVENT), content_type="application/json")
    world.client.revoked_at = timezone.now()
    world.client.save()
    revoked = Api(world.key).post(EVENTS, EVENT)

    assert (nobody.status_code, nobody.json()["code"]) == (401, "not_authenticated")
    assert (revoked.status_code, revoked.json()["code"]) == (401, "api_key_invalid")


def test_a_key_without_the_scope_is_refused(world):
    _, key = issue_api_key(name="reader", scopes=["billing:read"])

    response = Api(key).post(EVENTS, EVENT)

    assert (response.status_code, response.json()["code"]) == (403, "permission_denied")
    assert not EntitlementEvent.objects.filter(source_event_id="e1").exists()


def test_only_the_digest_of_a_key_is_kept(world):
    assert world.key not in str(world.client.__dict__)
    assert world.client.key_prefix == world.key[:8]


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"kind": "seat_blessed"}, "kind", "unknown_kind"),
        ({"quantity": "ten"}, "quantity", "not_a_number"),
        ({"quantity": -1}, "quantity", "out_of_range"),
        ({"effective_at": "2026-02-04T09:30:00"}, "effective_at", "not_an_instant"),
        ({"subscription": ""}, "subscription", "required"),
        ({"seat_type": None}, "seat_type", "required"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"actor": "x" * 201}, "actor", "too_long"),
        ({"kind": "price_changed", "price": {"tiers": []}}, "price", "not_a_price"),
    ],
)
def test_bad_input_names_the_field_and_changes_nothing(api, change, field, code):
    response = api.post(EVENTS, {**EVENT, **change})

    assert response.status_code == 400
    assert (field, code) in {(one["field"], one["code"]) for one in response.json()["errors"]}
    assert not EntitlementEvent.objects.filter(source_event_id="e1").exists()


def test_a_refused_event_says_why_in_a_sentence(api):
    response = api.post(EVENTS, {**EVENT, "kind": "seat_removed", "quantity": 99})

    assert (response.status_code, response.json()["code"]) == (422, "seats_below_zero")
    assert "25 member seats are there" in response.json()["message"]


def test_a_bought_seat_comes_to_a_person_and_goes_to_nobody(api):
    said = {
        "source": "hr",
        "kind": "seat_reassigned",
        "subscription": "acme-team",
        "seat_type": "member",
    }
    people = ({"to_grantee": "ada"}, {"grantee": "ada"}, {})
    answers = [
        api.post(EVENTS, {**said, "source_event_id": f"r{number}", **one})
        for number, one in enumerate(people)
    ]
    assert [one.status_code for one in answers] == [201, 201, 422]
    assert answers[2].json()["code"] == "grantee_missing"


def test_other_content_under_the_same_id_is_a_conflict(api):
    api.post(EVENTS, EVENT)

    response = api.post(EVENTS, {**EVENT, "quantity": 11})

    assert (response.status_code, response.json()["code"]) == (409, "event_conflict")


def test_an_idempotency_key_replays_the_answer_and_refuses_another_body(api):
    first = api.post(EVENTS, EVENT, key="k1")
    replay = api.post(EVENTS, EVENT, key="k1")
    other = api.post(EVENTS, {**EVENT, "source_event_id": "e2"}, key="k1")

    assert (replay.status_code, replay.json()) == (first.status_code, first.json())
    assert replay.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert ApiReply.objects.count() == 1


def test_an_answer_with_an_instant_is_replayed_as_it_was_sent(api):
    body = {
        "external_id": "acme-two", "customer": "acme", "plan": "team", "currency": "USD",
        "interval_unit": "month", "starts_on": "2026-11-01", "seats": {"member": 5},
        "source": "sales", "source_event_id": "acme-two-start",
    }  # fmt: skip
    first = api.post("/api/v1/subscriptions", body, key="k2")
    replay = api.post("/api/v1/subscriptions", body, key="k2")

    assert (first.status_code, replay.status_code) == (201, 201)
    assert replay.json() == first.json()


def test_racing_requests_with_one_idempotency_key_act_once(committed_world):
    def send(_: int) -> int:
        try:
            return Api(committed_world.key).post(EVENTS, EVENT, key="k1").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as threads:
        statuses = set(threads.map(send, range(6)))

    assert statuses <= {201, 409}
    assert EntitlementEvent.objects.filter(source_event_id="e1").count() == 1


def test_each_event_of_a_batch_is_answered_by_itself(api):
    batch = [
        EVENT,
        {**EVENT, "source_event_id": "e2", "quantity": "many"},
        {**EVENT, "source_event_id": "e3", "kind": "seat_removed", "quantity": 500},
        EVENT,
        {**EVENT, "source_event_id": "e4", "kind": "correction", "corrects": "e1",
         "new_quantity": 8, "effective_at": None},
    ]  # fmt: skip

    response = api.post(f"{EVENTS}/batch", {"events": batch})

    assert response.status_code == 200
    outcomes = [(one["status"], one.get("code")) for one in response.json()["answers"]]
    assert outcomes == [
        ("accepted", None),
        ("refused", "invalid"),
        ("refused", "seats_below_zero"),
        ("duplicate", None),
        ("accepted", None),
    ]
    assert SeatLedgerEntry.objects.get(kind="correction").balance_after == 33


@pytest.mark.parametrize("events", [[], None, "all", [EVENT] * 1001])
def test_a_batch_holds_one_to_a_thousand_events(api, events):
    response = api.post(f"{EVENTS}/batch", {"events": events})

    assert (response.status_code, response.json()["code"]) == (400, "invalid")


def test_a_customer_and_a_subscription_start_through_the_api(api):
    customer = {
        "external_id": "globex", "legal_name": "Globex Inc.", "country": "US", "currency": "USD",
        "billing_entity": "SW", "billing_owner_email": "hank@globex.example",
    }  # fmt: skip
    subscription = {
        "external_id": "globex-team", "customer": "globex", "plan": "team", "currency": "USD",
        "interval_unit": "month", "starts_on": "2026-02-01", "seats": {"member": 1},
        "source": "sales", "source_event_id": "globex-start",
    }  # fmt: skip

    made = api.post("/api/v1/customers", customer)
    started = api.post("/api/v1/subscriptions", subscription)

    assert (made.status_code, started.status_code) == (201, 201)
    solo = Customer.objects.get(external_id="globex")
    assert [one.external_id for one in solo.groups.all()] == ["everyone"]
    seats = Subscription.objects.get(external_id="globex-team").ledger_entries
    assert dict(seats.values_list("seat_type__code", "balance_after")) == {"member": 1, "viewer": 0}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"external_id": "acme-team"}, 409, "subscription_exists"),
        ({"seats": {"pilot": 1}}, 409, "seat_type_unknown"),
        ({"currency": "CHF"}, 409, "price_missing"),
        ({"plan": "none"}, 400, "invalid"),
        ({"starts_on": "soon"}, 400, "invalid"),
    ],
)
def test_a_subscription_that_could_not_be_billed_is_refused(api, change, status, code):
    body = {
        "external_id": "second", "customer": "acme", "plan": "team", "currency": "USD",
        "interval_unit": "month", "starts_on": "2026-02-01", "seats": {"member": 1},
        "source": "sales", "source_event_id": "second-start",
    }  # fmt: skip

    response = api.post("/api/v1/subscriptions", {**body, **change})

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert Subscription.objects.count() == 1


def test_the_openapi_document_describes_the_doors(db):
    response = Client().get("/api/v1/openapi", headers={"Accept": "application/json"})

    assert response.status_code == 200
    assert b"/api/v1/entitlement-events/batch" in response.content
