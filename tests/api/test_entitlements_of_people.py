"""Products ask whether a person may use something: every answer has its reason."""

import json

import pytest
import time_machine
from django.test import Client

from accounts.models import ApiClient
from accounts.operations.advise_access import advise_access
from accounts.operations.issue_api_key import issue_api_key
from billing.models import UsageRecord, UsageTotal
from tests.billing.entitlements.world import NOW, SINCE, PeopleWorld
from tests.seatworld import day

DOOR = "/api/v1/entitlements"
LATER = day(2, 10)


@pytest.fixture
def people(world) -> PeopleWorld:
    return PeopleWorld.make(world)


def client_of(key, **headers):
    return Client(headers={"Authorization": f"Bearer {key}", **headers})


def ask(people, grantee="ada", customer="acme", *, at=NOW, headers=None, key=None, **more):
    client = client_of(key or people.seats.key, **(headers or {}))
    with time_machine.travel(at, tick=False):
        return client.get(DOOR, {"grantee": grantee, "customer": customer, **more})


def send(people, path, body, at=NOW):
    client = client_of(people.seats.key)
    with time_machine.travel(at, tick=False):
        return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")


def use(people, quantity, at=NOW, **more):
    body = {
        "source": "product", "source_event_id": f"u-{quantity}-{at}", "customer": "acme",
        "grantee": "ada", "feature": "exports", "quantity": quantity,
    }  # fmt: skip
    return send(people, "usage", {**body, **more}, at=at)


def feature_of(answer, code):
    (one,) = [
        one for one in answer.json()["subscriptions"][0]["features"] if one["feature"] == code
    ]
    return one


def test_a_seat_is_told_with_its_features_and_why(people):
    answer = ask(people).json()

    assert (answer["allowed"], answer["entitled"], answer["reason"]) == (True, True, None)
    (seat,) = answer["subscriptions"]
    assert (seat["subscription"], seat["plan"], seat["seat_type"]) == (
        "acme-team", "team", "member",
    )  # fmt: skip
    assert (seat["state"], seat["group"]) == ("active", "sales")
    assert (seat["why"]["since"], seat["why"]["kind"], seat["why"]["source"]) == (
        "2026-02-01T00:00:00Z", "seat_added", "product",
    )  # fmt: skip
    assert [one["feature"] for one in seat["features"]] == [
        "boards.edit", "calls", "credits", "exports",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("seat_suspended", "suspended"), ("seat_inactive", "inactive"), ("seat_removed", "removed")],
)
def test_an_event_sent_to_us_is_in_the_next_answer(people, kind, reason):
    event = {
        "source": "product", "source_event_id": "e-1", "kind": kind, "subscription": "acme-team",
        "seat_type": "member", "grantee": "ada",
    }  # fmt: skip
    assert ask(people, at=LATER).json()["allowed"]

    assert send(people, "entitlement-events", event, at=LATER).status_code == 201

    answer = ask(people, at=LATER).json()
    assert (answer["allowed"], answer["reason"]) == (False, reason)
    assert answer["subscriptions"][0]["why"]["source_event_id"] == "e-1"
    assert answer["what_can_be_done"][-1]["by"] == "group administrator"


def test_an_invitation_waits_to_be_accepted(people):
    people.give("bob", kind="seat_invited")

    assert ask(people, "bob").json()["reason"] == "invited_not_accepted"

    people.give("bob", LATER, kind="seat_accepted")
    assert ask(people, "bob").json()["allowed"]


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"grantee": "nobody"}, "grantee_unknown"),
        ({"customer": "nobody"}, "customer_unknown"),
        ({"at": day(1, 20)}, "no_seat"),
        ({"feature": "sso"}, "feature_not_included"),
    ],
)
def test_who_is_unknown_or_lacks_it_is_answered_not_refused(people, asked, reason):
    answer = ask(people, **asked)

    assert (answer.status_code, answer.json()["reason"]) == (200, reason)


def test_the_subscription_has_its_days(people):
    people.seats.subscription.ends_on = NOW.date()
    people.seats.subscription.save()

    assert ask(people).json()["reason"] == "subscription_ended"


def test_recovery_recommends_and_the_seat_stays(people):
    advise_access(
        customer_id=people.seats.customer.pk, level="suspend", reason_code="payment_overdue",
        words="A payment stays open.", at=SINCE,
    )  # fmt: skip

    answer = ask(people).json()

    assert (answer["allowed"], answer["entitled"], answer["reason"]) == (
        False, True, "payment_restricted",
    )  # fmt: skip
    assert answer["access_advice"]["level"] == "suspend"
    assert answer["subscriptions"][0]["state"] == "active"
    (step,) = answer["what_can_be_done"]
    assert (step["by"], step["where"].startswith("/portal/c/")) == ("billing owner", True)


def test_usage_over_the_limit_is_an_answer_and_no_bill(people):
    assert use(people, 10).status_code == 201

    answer = ask(people, feature="exports").json()

    assert (answer["allowed"], answer["entitled"], answer["reason"]) == (False, True, "over_quota")
    assert ask(people).json()["allowed"]
    assert use(people, 3, source_event_id="more").status_code == 201
    assert feature_of(ask(people), "exports")["used"] == 13
    assert ask(people, feature="exports", at=day(3, 16)).json()["allowed"]


def test_the_same_report_counts_once_and_another_under_its_id_is_a_conflict(people):
    answers = [use(people, 4), use(people, 4), use(people, 5, source_event_id=f"u-4-{NOW}")]

    assert [(one.status_code, one.json()["status"]) for one in answers] == [
        (201, "recorded"), (200, "duplicate"), (409, "refused"),
    ]  # fmt: skip
    assert feature_of(ask(people), "exports")["used"] == 4
    assert UsageRecord.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        ({"customer": "nobody"}, 422, "customer_unknown"),
        ({"grantee": "nobody"}, 422, "usage_without_seat"),
        ({"subscription": "nobody"}, 422, "subscription_unknown"),
        ({"feature": "boards.edit"}, 422, "feature_not_metered"),
        ({"used_at": "2026-01-20T00:00:00Z"}, 422, "usage_without_seat"),
        ({"used_at": "2099-01-01T00:00:00Z"}, 422, "used_at_ahead"),
        ({"quantity": 0}, 400, "invalid"),
        ({"grantee": ""}, 400, "invalid"),
    ],
)
def test_what_cannot_be_used_is_refused(people, changed, status, code):
    changed = dict(changed)
    answer = use(people, changed.pop("quantity", 1), **changed)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not UsageTotal.objects.exists()


def test_a_batch_of_usage_answers_each_report_by_itself(people):
    people.give("bob")
    report = {
        "source": "product", "customer": "acme", "grantee": "ada", "feature": "credits",
        "quantity": 5,
    }  # fmt: skip
    whole = {**report, "subscription": "acme-team", "source_event_id": "c"}
    del whole["grantee"]
    reports = [
        {**report, "source_event_id": "a"},
        {**report, "source_event_id": "b", "grantee": "bob"},
        {**report, "source_event_id": "a"},
        {**report, "source_event_id": "x", "feature": "robots"},
        {"source": "product"},
        whole,
    ]

    answer = send(people, "usage/batch", {"reports": reports}).json()

    assert [one["status"] for one in answer["answers"]] == [
        "recorded", "recorded", "duplicate", "refused", "refused", "recorded",
    ]  # fmt: skip
    credits = feature_of(ask(people), "credits")
    assert (credits["used"], credits["remaining"], credits["limit_of"]) == (15, 85, "subscription")
    of_ada = UsageTotal.objects.get(grantee=people.ada)
    assert of_ada.quantity == 5


def test_an_answer_that_still_holds_is_not_sent_again(people):
    etag = ask(people).headers["ETag"]

    again = ask(people, headers={"If-None-Match": etag}, at=day(2, 21))

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    use(people, 1)
    changed = ask(people, headers={"If-None-Match": etag})
    assert (changed.status_code, changed.headers["ETag"] == etag) == (200, False)


def test_many_questions_are_answered_at_once_like_one(people, django_assert_num_queries):
    people.give("bob", kind="seat_invited")
    questions = [
        {"grantee": name, "customer": "acme", "feature": feature}
        for name in ("ada", "bob", "nobody")
        for feature in ("", "exports")
    ]

    with django_assert_num_queries(2):
        answer = send(people, "entitlements/check", {"questions": questions})

    one_by_one = [ask(people, one["grantee"], feature=one["feature"]).json() for one in questions]
    assert answer.json() == {"answers": one_by_one}


def test_a_check_says_which_question_is_at_fault(people):
    answer = send(people, "entitlements/check", {"questions": [{"grantee": "ada"}]})

    assert answer.status_code == 400
    assert [one["field"] for one in answer.json()["errors"]] == ["questions[0].customer"]
    too_many = [{"grantee": "a", "customer": "b"}] * 1_001
    assert send(people, "entitlements/check", {"questions": too_many}).status_code == 400


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(["entitlements:read"], 200), (["billing:read"], 200), (["events:write"], 403), ([], 403)],
)
def test_a_key_needs_a_scope_to_ask(people, scopes, status):
    _, key = issue_api_key(name="asker", scopes=scopes)

    assert ask(people, key=key).status_code == status
    body = json.dumps({"questions": [{"grantee": "ada", "customer": "acme"}]})
    check = client_of(key).post(f"{DOOR}/check", body, content_type="application/json")
    assert check.status_code == status


def test_a_key_that_only_asks_may_report_nothing_and_read_nothing_else(people):
    _, key = issue_api_key(name="asker", scopes=["entitlements:read"])

    assert client_of(key).get("/api/v1/invoices").status_code == 403
    usage = client_of(key).post("/api/v1/usage", "{}", content_type="application/json")
    assert usage.status_code == 403


def test_without_a_key_or_with_a_revoked_one_nothing_is_said(people):
    ApiClient.objects.update(revoked_at=NOW)

    assert ask(people).status_code == 401
    assert Client().get(DOOR, {"grantee": "ada", "customer": "acme"}).status_code == 401
