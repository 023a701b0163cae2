"""Two doors answer about entitlements, one before Django's chain: byte for byte and header for header alike."""

import io
import json
import sys
from urllib.parse import urlencode

import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from accounts.models import ApiClient
from accounts.operations.issue_api_key import issue_api_key, key_digest
from billing.models import Feature, SeatTypeFeature
from billing.operations.record_usage import ReportedUsage, record_usage
from billing.queries.entitlements import Question, entitlement_facts
from billing.queries.entitlements_prepared import AskedWithKey, ask_prepared
from config.entitlement_door import MOST_ENTRANCES, EntitlementDoor
from config.wsgi import django_application
from tests.billing.entitlements.world import NOW, PeopleWorld
from tests.seatworld import day

ADA = {"grantee": "ada", "customer": "acme"}


@pytest.fixture
def people(world) -> PeopleWorld:
    return PeopleWorld.make(world)


class Counted:
    """Django's chain, and how often it was needed."""

    def __init__(self):
        self.calls = 0

    def __call__(self, environ, start_response):
        self.calls += 1
        return django_application(environ, start_response)


def call(application, key, said=ADA, *, method="GET", path="/api/v1/entitlements", **more):
    query = said if isinstance(said, str) else urlencode(said)
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": query,
        "SERVER_NAME": "testserver", "SERVER_PORT": "80", "HTTP_HOST": "testserver",
        "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr, "HTTP_AUTHORIZATION": f"Bearer {key}",
        "HTTP_X_REQUEST_ID": "asked-by-a-test", **more,
    }  # fmt: skip
    heard = []
    with time_machine.travel(NOW, tick=False):
        content = b"".join(application(environ, lambda *said: heard.append(said)))
    ((status, headers),) = heard
    return status, {name.lower(): value for name, value in headers}, content


@pytest.fixture
def kept_connection():
    """Requests end in the test's own transaction, as Django's test client has it too."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def doors(people, kept_connection):
    """Django alone, and the door before it, which has seen one question already."""
    chain = Counted()
    door = EntitlementDoor(chain)
    call(door, people.seats.key)
    chain.calls = 0
    return people, chain, door


def change_nothing(people):
    pass


def suspend(people):
    people.give("ada", day(2, 10), kind="seat_suspended")


def use_up(people):
    report = ReportedUsage("product", "u-1", "acme", "exports", 12, "ada")
    record_usage(reports=[report], client=None, at=NOW)


@pytest.mark.parametrize("happens", [change_nothing, suspend, use_up])
@pytest.mark.parametrize(
    "asked",
    [
        ADA,
        {**ADA, "feature": "exports"},
        {**ADA, "feature": "sso"},
        {**ADA, "grantee": "nobody"},
        {**ADA, "customer": "Zoë & Söhne"},
    ],
)
def test_both_doors_say_the_same_in_the_same_words(doors, happens, asked):
    people, chain, door = doors
    happens(people)

    quick, slow = (call(one, people.seats.key, asked) for one in (door, django_application))

    assert chain.calls == 0
    left = ("ratelimit",)  # the second of two requests has one less
    assert without(quick, left) == without(slow, left)
    assert set(quick[1]) == set(slow[1])


def without(answer, names):
    status, headers, content = answer
    return status, {name: value for name, value in headers.items() if name not in names}, content


def test_both_doors_know_what_the_caller_has(doors):
    people, chain, door = doors
    _, headers, _ = call(door, people.seats.key)

    quick, slow = (
        call(one, people.seats.key, HTTP_IF_NONE_MATCH=f'"x", {headers["etag"]}')
        for one in (door, django_application)
    )

    assert quick[0] == slow[0] == "304 Not Modified"
    assert without(quick, ("ratelimit",)) == without(slow, ("ratelimit",))
    assert chain.calls == 0


@pytest.mark.parametrize(
    ("said", "more", "status"),
    [
        ({**ADA, "format": "api"}, {}, "404"),
        ({**ADA, "other": "x"}, {}, "200"),
        ("grantee=ada&grantee=bob&customer=acme", {}, "200"),
        ({"customer": "acme"}, {}, "200"),
        ({**ADA, "grantee": "a" * 101}, {}, "400"),
        ({**ADA, "grantee": " ada "}, {}, "200"),
        ({**ADA, "grantee": "a\x00da"}, {}, "400"),
        (ADA, {"HTTP_ACCEPT": "text/html"}, "406"),
        (ADA, {"HTTP_AUTHORIZATION": ""}, "401"),
        (ADA, {"HTTP_AUTHORIZATION": "Bearer sl_wrong"}, "401"),
        (ADA, {"method": "HEAD"}, "200"),
        (ADA, {"method": "DELETE"}, "405"),
        (ADA, {"HTTP_HOST": "evil.example"}, "400"),
        (ADA, {"path": "/api/v1/entitlements/"}, "404"),
    ],
)
def test_whatever_is_odd_is_left_to_django(doors, said, more, status):
    people, chain, door = doors

    answered = call(door, people.seats.key, said, **more)

    assert (answered[0][:3], chain.calls) == (status, 1)


def test_a_key_without_the_scope_a_revoked_one_and_one_of_the_sandbox_do_not_pass(doors):
    people, chain, door = doors
    _, other = issue_api_key(name="writer", scopes=["events:write"])
    assert call(door, other)[0][:3] == "403"

    ApiClient.objects.filter(pk=people.seats.client.pk).update(is_sandbox=True)
    call(door, people.seats.key)
    ApiClient.objects.filter(pk=people.seats.client.pk).update(is_sandbox=False, revoked_at=NOW)
    assert call(door, people.seats.key)[0][:3] == "401"

    assert chain.calls == 3


def test_requests_are_counted_against_the_same_limit_at_both_doors(people, kept_connection):
    client, key = issue_api_key(name="twice a minute", scopes=["entitlements:read"])
    ApiClient.objects.filter(pk=client.pk).update(requests_per_minute=2)
    chain = Counted()
    door = EntitlementDoor(chain)

    answers = [call(door, key) for _ in range(3)]

    assert [one[0][:3] for one in answers] == ["200", "200", "429"]
    assert chain.calls == 2  # the first, and the one that is refused
    assert "retry-after" in answers[-1][1]


def test_what_comes_in_the_clear_is_refused_where_https_is_wanted(doors, settings):
    people, chain, _ = doors
    settings.SECURE_SSL_REDIRECT = True
    fresh = EntitlementDoor(chain)

    assert [call(fresh, people.seats.key)[0][:3] for _ in range(2)] == ["403", "403"]
    assert chain.calls == 2


def test_names_of_hosts_do_not_fill_the_memory(doors, settings):
    people, _, _ = doors
    settings.ALLOWED_HOSTS = ["*"]
    door = EntitlementDoor(lambda environ, start: start("200 OK", []) or [b""])

    for number in range(MOST_ENTRANCES + 5):
        call(door, people.seats.key, HTTP_HOST=f"h{number}.example")

    assert len(door.entrances) == MOST_ENTRANCES


def test_a_change_of_the_catalog_is_in_the_very_next_answer(doors):
    people, chain, door = doors
    call(door, people.seats.key)

    Feature.objects.filter(code="exports").update(name="Exports of boards", unit="files")
    SeatTypeFeature.objects.filter(feature__code="exports").update(limit=3)

    _, _, content = call(door, people.seats.key, {**ADA, "feature": "exports"})
    (told,) = json.loads(content)["subscriptions"][0]["features"]
    assert (told["name"], told["unit"], told["limit"]) == ("Exports of boards", "files", 3)
    assert chain.calls == 0


def test_questions_of_several_keys_are_answered_each_for_its_own(people):
    _, other = issue_api_key(name="another", scopes=["billing:read"])
    keys = [people.seats.key, other, "sl_unknown"]
    asked = [
        AskedWithKey(Question(name, "acme", feature), key_digest(key))
        for name, feature, key in zip(("ada", "nobody", "ada"), ("", "sso", "x"), keys, strict=True)
    ]

    answers = ask_prepared(asked, at=NOW)

    assert [asker and sorted(asker.scopes) for asker, _ in answers][1:] == [["billing:read"], None]
    assert [facts for _, facts in answers] == entitlement_facts(
        [one.question for one in asked], at=NOW
    )
