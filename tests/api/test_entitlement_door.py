"""Two doors answer about entitlements, one before Django's chain: byte for byte and header for header alike."""

import json

import pytest

from accounts.models import ApiClient
from accounts.operations.issue_api_key import issue_api_key, key_digest
from billing.models import Feature, SeatTypeFeature
from billing.operations.record_usage import ReportedUsage, record_usage
from billing.queries.entitlements import Question, entitlement_facts
from billing.queries.entitlements_prepared import AskedWithKey, ask_prepared
from config.door import MOST_ENTRANCES
from config.entitlement_door import EntitlementDoor
from config.wsgi import django_application
from tests.api.doors import Counted, call, without
from tests.billing.entitlements.world import NOW, PeopleWorld
from tests.seatworld import day

ADA = {"grantee": "ada", "customer": "acme"}


@pytest.fixture
def people(world) -> PeopleWorld:
    return PeopleWorld.make(world)


def ask(application, key, said=ADA, *, path="/api/v1/entitlements", **more):
    return call(application, key, said, path=path, **more)


@pytest.fixture
def doors(people, kept_connection):
    """Django alone, and the door before it, which has seen one question already."""
    chain = Counted()
    door = EntitlementDoor(chain)
    ask(door, people.seats.key)
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

    quick, slow = (ask(one, people.seats.key, asked) for one in (door, django_application))

    assert chain.calls == 0
    left = ("ratelimit",)  # the second of two requests has one less
    assert without(quick, left) == without(slow, left)
    assert set(quick[1]) == set(slow[1])


def test_both_doors_know_what_the_caller_has(doors):
    people, chain, door = doors
    _, headers, _ = ask(door, people.seats.key)

    quick, slow = (
        ask(one, people.seats.key, HTTP_IF_NONE_MATCH=f'"x", {headers["etag"]}')
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

    answered = ask(door, people.seats.key, said, **more)

    assert (answered[0][:3], chain.calls) == (status, 1)


def test_a_key_without_the_scope_a_revoked_one_and_one_of_the_sandbox_do_not_pass(doors):
    people, chain, door = doors
    _, other = issue_api_key(name="writer", scopes=["events:write"])
    assert ask(door, other)[0][:3] == "403"

    ApiClient.objects.filter(pk=people.seats.client.pk).update(is_sandbox=True)
    ask(door, people.seats.key)
    ApiClient.objects.filter(pk=people.seats.client.pk).update(is_sandbox=False, revoked_at=NOW)
    assert ask(door, people.seats.key)[0][:3] == "401"

    assert chain.calls == 3


def test_requests_are_counted_against_the_same_limit_at_both_doors(people, kept_connection):
    client, key = issue_api_key(name="twice a minute", scopes=["entitlements:read"])
    ApiClient.objects.filter(pk=client.pk).update(requests_per_minute=2)
    chain = Counted()
    door = EntitlementDoor(chain)

    answers = [ask(door, key) for _ in range(3)]

    assert [one[0][:3] for one in answers] == ["200", "200", "429"]
    assert chain.calls == 2  # the first, and the one that is refused
    assert "retry-after" in answers[-1][1]


def test_what_comes_in_the_clear_is_refused_where_https_is_wanted(doors, settings):
    people, chain, _ = doors
    settings.SECURE_SSL_REDIRECT = True
    fresh = EntitlementDoor(chain)

    assert [ask(fresh, people.seats.key)[0][:3] for _ in range(2)] == ["403", "403"]
    assert chain.calls == 2


def test_names_of_hosts_do_not_fill_the_memory(doors, settings):
    people, _, _ = doors
    settings.ALLOWED_HOSTS = ["*"]
    door = EntitlementDoor(lambda environ, start: start("200 OK", []) or [b""])

    for number in range(MOST_ENTRANCES + 5):
        ask(door, people.seats.key, HTTP_HOST=f"h{number}.example")

    assert len(door.entrances) == MOST_ENTRANCES


def test_a_change_of_the_catalog_is_in_the_very_next_answer(doors):
    people, chain, door = doors
    ask(door, people.seats.key)

    Feature.objects.filter(code="exports").update(name="Exports of boards", unit="files")
    SeatTypeFeature.objects.filter(feature__code="exports").update(limit=3)

    _, _, content = ask(door, people.seats.key, {**ADA, "feature": "exports"})
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
