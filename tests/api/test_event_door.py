"""Two doors take events, one before Django's chain: the same answers, headers and rows."""

import io
import json

import pytest

from accounts.models import ApiClient
from accounts.operations.issue_api_key import issue_api_key
from billing.models import EntitlementEvent, SeatLedgerEntry
from billing.operations.verify_ledger import verify_chain
from config.event_door import MOST_BYTES, EventDoor
from config.wsgi import django_application
from tests.api.doors import Counted, call, without
from tests.seatworld import day

NOW = day(2, 4)
EVENTS = "/api/v1/entitlement-events"
EVENT = {
    "source": "product", "source_event_id": "e1", "kind": "seat_added", "subscription": "acme-team",
    "seat_type": "member", "quantity": 10,
}  # fmt: skip
OF_ONE = ("ratelimit", "content-length", "x-request-id")


def post(application, key, body, *, path=EVENTS, **more):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    said = {
        "CONTENT_TYPE": "application/json", "CONTENT_LENGTH": str(len(content)),
        "wsgi.input": io.BytesIO(content), **more,
    }  # fmt: skip
    return call(application, key, path=path, method="POST", at=NOW, **said)


@pytest.fixture
def doors(world, kept_connection):
    """Django alone, and the door before it, which has taken an event at each address already."""
    chain = Counted()
    door = EventDoor(chain)
    for path, body in ((EVENTS, told("s1")), (f"{EVENTS}/batch", {"events": [told("s2")]})):
        assert post(door, world.key, body, path=path)[0][0] == "2"
    chain.calls = 0
    return world, chain, door


def told(name, **said):
    return {**EVENT, "source_event_id": name, **said}


def unnamed(answer):
    """Without what differs between two events that are answered alike."""
    status, headers, content = without(answer, OF_ONE)
    said = json.loads(content)
    for one in said.get("answers", [said]):
        one["event_id"] = bool(one.pop("event_id", None))
        one["source_event_id"] = one["source_event_id"][1:]
    return status, headers, said


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({}, "201"),
        ({"quantity": 99, "kind": "seat_removed"}, "422"),
        ({"grantee": "Zoë"}, "201"),
        ({"subscription": "nobody"}, "422"),
        ({"effective_at": "2026-01-20T10:00:00+01:00"}, "201"),
        ({"kind": "correction", "corrects": "s1", "void": True}, "201"),
    ],
)
def test_both_doors_answer_an_event_alike(doors, said, status):
    world, chain, door = doors

    quick = post(door, world.key, told("q1", **said))
    assert chain.calls == 0
    if said.get("kind") == "correction":
        said = {**said, "corrects": "s2"}
    slow = post(django_application, world.key, told("d1", **said))

    assert unnamed(quick) == unnamed(slow)
    assert set(quick[1]) == set(slow[1])
    assert quick[0][:3] == status
    assert verify_chain(world.customer.ledgerhead) is None


def test_the_same_event_again_is_a_duplicate_at_either_door_and_other_content_a_conflict(doors):
    world, chain, door = doors
    first = post(door, world.key, EVENT)

    again = [post(one, world.key, EVENT) for one in (door, django_application)]
    other = [post(one, world.key, {**EVENT, "quantity": 9}) for one in (door, django_application)]

    assert [one[0] for one in (first, *again)] == ["201 Created", "200 OK", "200 OK"]
    assert {json.loads(one[2])["event_id"] for one in again} == {json.loads(first[2])["event_id"]}
    assert [one[0][:3] for one in other] == ["409", "409"]
    assert other[0][2] == other[1][2]
    assert chain.calls == 0
    assert SeatLedgerEntry.objects.filter(event__source_event_id="e1").count() == 1


def test_both_doors_answer_each_event_of_a_batch_alike(doors):
    world, chain, door = doors

    def batch(name):
        return {
            "events": [
                told(f"{name}1"), told(f"{name}2", quantity="many"), "no event", told(f"{name}1"),
                told(f"{name}3", seat_type="pilot"),
                told(f"{name}4", kind="correction", corrects=f"{name}1", new_quantity=8),
            ]
        }  # fmt: skip

    quick = post(door, world.key, batch("q"), path=f"{EVENTS}/batch")
    slow = post(django_application, world.key, batch("d"), path=f"{EVENTS}/batch")

    assert chain.calls == 0
    assert unnamed(quick) == unnamed(slow)
    assert quick[0] == "200 OK"


@pytest.mark.parametrize(
    ("body", "more", "status"),
    [
        (b"{", {}, "400"),
        (b'{"source": "\\u0000"}', {}, "400"),
        (b'{"quantity": NaN}', {}, "400"),
        (told("o1", colour="red"), {}, "400"),
        (told("o1"), {"CONTENT_TYPE": "text/plain"}, "415"),
        (told("o1"), {"HTTP_ACCEPT": "text/html"}, "406"),
        (told("o1"), {"HTTP_AUTHORIZATION": ""}, "401"),
        (told("o1"), {"HTTP_AUTHORIZATION": "Bearer sl_wrong"}, "401"),
        (told("o1"), {"HTTP_IDEMPOTENCY_KEY": "k1"}, "201"),
        (told("o1"), {"HTTP_HOST": "evil.example"}, "400"),
        (told("o1", actor="x" * MOST_BYTES), {}, "400"),
    ],
)
def test_whatever_is_odd_is_left_to_django(doors, body, more, status):
    world, chain, door = doors

    answered = post(door, world.key, body, **more)

    assert (answered[0][:3], chain.calls) == (status, 1)
    recorded = EntitlementEvent.objects.filter(source_event_id="o1").exists()
    assert recorded == (status == "201")


def test_keys_that_may_not_send_events_do_not_pass(doors):
    world, chain, door = doors
    _, reader = issue_api_key(name="reader", scopes=["billing:read"])

    assert post(door, reader, told("r1"))[0][:3] == "403"
    ApiClient.objects.filter(pk=world.client.pk).update(revoked_at=NOW)
    assert post(door, world.key, told("r1"))[0][:3] == "401"
    assert chain.calls == 2


def test_a_sandbox_key_sends_its_events_elsewhere(doors):
    world, chain, door = doors
    ApiClient.objects.filter(pk=world.client.pk).update(is_sandbox=True)

    assert post(door, world.key, told("r1"))[0][:3] == "503"  # tests have no sandbox

    assert chain.calls == 1
    assert not EntitlementEvent.objects.filter(source_event_id="r1").exists()


def test_requests_are_counted_against_the_same_limit_at_both_doors(doors):
    _, chain, door = doors
    _, slow = issue_api_key(name="slow", scopes=["events:write"], requests_per_minute=2)

    answers = [post(door, slow, told(f"n{number}")) for number in range(3)]

    assert [one[0][:3] for one in answers] == ["201", "201", "429"]
    assert chain.calls == 1
    assert "retry-after" in answers[-1][1]
