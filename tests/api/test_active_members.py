"""The product reports its active members: each instant once, and no seat changes."""

import json

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.operations.issue_api_key import issue_api_key
from billing.models import EntitlementEvent, MemberReport, SeatLedgerEntry

DOOR = "/api/v1/subscriptions/acme-team/active-members"
BATCH = "/api/v1/active-members/batch"
REPORT = {
    "reported_at": "2026-02-04T06:00:00Z",
    "counts": {"member": 2},
    "grantees": {"member": ["u-2", "u-1"]},
}


@pytest.fixture
def send(world):
    client = Client(headers={"Authorization": f"Bearer {world.key}"})

    def call(body, path=DOOR, method="put", **headers):
        return getattr(client, method)(
            path, json.dumps(body), content_type="application/json", headers=headers
        )

    return call


def test_a_report_is_recorded_once_and_changes_no_seat(send):
    before = (EntitlementEvent.objects.count(), SeatLedgerEntry.objects.count())

    answers = [send(REPORT), send(REPORT)]

    assert [(one.status_code, one.json()["status"]) for one in answers] == [
        (200, "recorded"), (200, "duplicate"),
    ]  # fmt: skip
    (kept,) = MemberReport.objects.all()
    assert (kept.counts, kept.grantees) == ({"member": 2}, {"member": ["u-1", "u-2"]})
    assert (EntitlementEvent.objects.count(), SeatLedgerEntry.objects.count()) == before


def test_another_count_for_the_same_instant_is_a_conflict(send):
    send(REPORT)

    answer = send({**REPORT, "counts": {"member": 3}, "grantees": {}})

    assert (answer.status_code, answer.json()["code"]) == (409, "members_reported_differently")
    assert MemberReport.objects.get().counts == {"member": 2}


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"counts": {"robot": 1}, "grantees": {}}, 422, "seat_type_unknown"),
        ({"reported_at": "2099-01-01T00:00:00Z"}, 422, "reported_at_ahead"),
        ({"counts": {}}, 400, "invalid"),
        ({"counts": {"member": -1}}, 400, "invalid"),
        ({"counts": {"member": 3}}, 400, "invalid"),
        ({"grantees": {"viewer": ["u-1"]}}, 400, "invalid"),
        ({"grantees": {"member": ["u-1", "u-1"]}}, 400, "invalid"),
        ({"reported_at": None}, 400, "invalid"),
    ],
)
def test_what_cannot_be_a_report_is_refused(send, change, status, code):
    answer = send({**REPORT, **change})

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not MemberReport.objects.exists()


def test_a_batch_answers_each_report_by_itself(send):
    later = {**REPORT, "reported_at": "2026-02-05T06:00:00Z"}
    reports = [
        {**REPORT, "subscription": "acme-team"},
        {**REPORT, "subscription": "nobody"},
        {"subscription": "acme-team"},
        {**later, "subscription": "acme-team"},
        {**REPORT, "subscription": "acme-team"},
    ]

    answer = send({"reports": reports}, path=BATCH, method="post")

    said = [(one["status"], one.get("code", "")) for one in answer.json()["answers"]]
    assert said == [
        ("recorded", ""), ("refused", "subscription_unknown"), ("refused", "invalid"),
        ("recorded", ""), ("duplicate", ""),
    ]  # fmt: skip
    assert MemberReport.objects.count() == 2


def test_a_batch_costs_the_same_queries_for_two_or_twenty(send, django_assert_num_queries):
    def batch(size, month):
        stamps = [f"2026-{month:02d}-{day:02d}T06:00:00Z" for day in range(1, size + 1)]
        return [{**REPORT, "subscription": "acme-team", "reported_at": one} for one in stamps]

    for size, month in ((2, 3), (20, 4)):
        with django_assert_num_queries(8):
            send({"reports": batch(size, month)}, path=BATCH, method="post")


def test_an_idempotency_key_gets_the_first_answer_again(send):
    first = send(REPORT, **{"Idempotency-Key": "k1"})
    again = send(REPORT, **{"Idempotency-Key": "k1"})

    assert first.json() == again.json() == {"subscription": "acme-team", "status": "recorded"}


def test_a_key_that_only_reads_may_not_report(world):
    _, key = issue_api_key(name="reader", scopes=["billing:read"])
    client = Client(headers={"Authorization": f"Bearer {key}"})

    answer = client.put(DOOR, json.dumps(REPORT), content_type="application/json")

    assert answer.status_code == 403


def test_an_unknown_subscription_is_not_found(send):
    assert send(REPORT, path="/api/v1/subscriptions/nobody/active-members").status_code == 404


def test_the_doors_stand_in_the_openapi_document(db):
    answer = Client().get("/api/v1/openapi", headers={"Accept": "application/json"})

    paths = answer.json()["paths"]
    assert "put" in paths["/api/v1/subscriptions/{subscription}/active-members"]
    assert "post" in paths["/api/v1/active-members/batch"]


def report_of(world, **given):
    said = {"counts": {"member": 1}, "reported_at": timezone.now(), **given}
    return MemberReport.objects.create(
        customer=world.customer, subscription=world.subscription, received_at=timezone.now(), **said
    )


def test_member_report_once_per_instant(world):
    kept = report_of(world)

    with (
        pytest.raises(IntegrityError, match="member_report_once_per_instant"),
        transaction.atomic(),
    ):
        report_of(world, reported_at=kept.reported_at)


def test_member_report_counts_something(world):
    with (
        pytest.raises(IntegrityError, match="member_report_counts_something"),
        transaction.atomic(),
    ):
        report_of(world, counts={})


def test_memberreport_append_only(world):
    kept = report_of(world)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        MemberReport.objects.filter(pk=kept.pk).update(counts={"member": 9})
