"""Directories of customers at the desk: found, sorted, looked into, as CSV."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from uuid6 import uuid7

from accounts.models import DirectoryGroup, DirectoryRequest, DirectoryUser, Grantee
from accounts.operations.issue_directory_token import issue_directory_token
from accounts.operations.revoke_directory_token import revoke_directory_token
from tests.seatworld import day, make_customer

NOW = day(6, 15, 12)
REFUSAL = "No seat for ada: all 2 Editor seats are taken."


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


def connect(name, *, days=None, used=None, refused_days_ago=(), people=0):
    """A customer with a token, a group, and so many people and refusals."""
    customer = make_customer(None, name)
    token, _ = issue_directory_token(
        customer_id=customer.pk, name=f"Okta of {name}", days=days, at=NOW
    )
    token.used_at = used
    token.save()
    made = {"customer": customer, "created_at": NOW, "changed_at": NOW}
    DirectoryGroup.objects.create(display_name="Team", **made)
    for number in range(people):
        grantee = Grantee.objects.create(external_id=f"{name}-{number}")
        DirectoryUser.objects.create(
            user_name=f"p{number}",
            user_name_key=f"p{number}",
            grantee=grantee,
            attributes={},
            **made,
        )
    ask(customer, token, days_ago=0, status=200)
    for days_ago in refused_days_ago:
        ask(customer, token, days_ago=days_ago, status=403, detail=REFUSAL)
    return customer


def ask(customer, token, *, days_ago, **said):
    DirectoryRequest.objects.create(
        customer=customer, token=token, request_id=str(uuid7()), method="PATCH", path="/Groups/x",
        asked_at=NOW - timedelta(days=days_ago), **said,
    )  # fmt: skip


@pytest.fixture
def three(db):
    """One works and was refused, one ends soon, the token of one was revoked."""
    acme = connect("acme", used=NOW, refused_days_ago=[1, 6, 8], people=2)
    soon = connect("soon", days=13, used=NOW - timedelta(days=1), people=3)
    gone = connect("gone")
    token = gone.directory_tokens.get()
    revoke_directory_token(customer_id=gone.pk, token_id=token.pk, at=NOW)
    make_customer(None, "without")
    return {"acme": acme, "soon": soon, "gone": gone}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["acme", "gone", "soon"]),
        ({"state": "works"}, ["acme"]),
        ({"state": "ending"}, ["soon"]),
        ({"state": "ended"}, ["gone"]),
        ({"state": "refused"}, ["acme"]),
        ({"state": "nonsense", "search": "okta of s"}, ["soon"]),
        ({"search": "GONE"}, ["gone"]),
        ({"sort": "-last_used"}, ["acme", "soon", "gone"]),
        ({"sort": "-people"}, ["soon", "acme", "gone"]),
        ({"sort": "-refused"}, ["acme", "gone", "soon"]),
    ],
)
def test_directories_are_found_by_what_people_know(as_role, three, asked, expected):
    answer = as_role("support").get(reverse("desk:directories"), asked)

    assert [row.external_id for row in answer.context_data["page"].rows] == expected


def test_the_list_comes_as_csv(as_role, three):
    answer = as_role("support").get(reverse("desk:directories_csv"), {"state": "works"})

    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig")))
    assert (row["external_id"], row["tokens"], row["state"]) == ("acme", "Okta of acme", "works")
    assert (row["people"], row["groups"], row["refused_7_days"]) == ("2", "1", "2")
    assert row["last_refusal"] == REFUSAL


def test_one_directory_shows_its_tokens_and_what_it_asked(as_role, three):
    client = as_role("support")
    place = reverse("desk:directory", args=[three["acme"].pk])

    whole = client.get(place)
    refused = client.get(place, {"only": "refused"})
    without = client.get(reverse("desk:directory", args=[make_customer(None, "bare").pk]))

    assert [one.status for one in whole.context_data["page"].rows] == [200, 403, 403, 403]
    assert [one.status for one in refused.context_data["page"].rows] == [403, 403, 403]
    assert REFUSAL in refused.content.decode()
    assert "Okta of acme" in whole.content.decode()
    assert without.status_code == 404


def test_pages_ask_the_same_few_questions_however_long(as_role, three):
    client = as_role("support")
    places = [reverse("desk:directories"), reverse("desk:directory", args=[three["acme"].pk])]
    counts = []
    for number in range(3):
        for place in places:
            with CaptureQueriesContext(connection) as asked:
                client.get(place)
            counts.append(len(asked))
        connect(f"more-{number}", people=2, refused_days_ago=[1])
        ask(three["acme"], three["acme"].directory_tokens.get(), days_ago=2, status=200)

    assert counts[2:4] == counts[4:]
