"""The feed: a follower who keeps the cursor misses nothing, whichever transaction commits first."""

import threading
import time

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.calc.feed_place import (
    BEGINNING,
    CursorUnknown,
    CursorUnreadable,
    Place,
    cursor_text,
    read_cursor,
)
from accounts.models import EntitlementChange
from accounts.operations.note_changes import Change, note_changes
from accounts.queries.change_feed import horizon, read_changes
from tests.seatworld import day, make_customer

URL = "/api/v1/entitlements/changes"


def note(customer, name, kind="seat_changed"):
    note_changes([Change(customer.pk, kind, day(3, 1), subscription=name)], at=day(3, 1))


def ask(world, **params):
    client = Client(headers={"Authorization": f"Bearer {world.key}"})
    return client.get(URL, params)


def names(answer) -> list[str]:
    return [one["subscription"] for one in answer.json()["changes"]]


def wait_for_others():
    """Until no transaction of the server is older than the newest note: the other worker has some."""
    newest = EntitlementChange.objects.latest("xid").xid
    for _ in range(600):
        if horizon().xid > newest:
            return
        time.sleep(0.1)


def follow(after):
    page = read_changes(after=after, limit=10)
    return [one.subscription for one in page.changes], page.next


def test_nothing_is_skipped_when_the_earlier_transaction_commits_later(committed_world):
    customer = committed_world.customer
    wait_for_others()
    start = horizon()
    has_written, may_commit = threading.Event(), threading.Event()

    def slow():
        with transaction.atomic():
            note(customer, "slow")
            has_written.set()
            may_commit.wait(20)
        connection.close()

    other = threading.Thread(target=slow)
    other.start()
    has_written.wait(20)
    note(customer, "fast")
    while_open, place = follow(start)
    may_commit.set()
    other.join(20)
    wait_for_others()
    afterwards, place = follow(place)

    assert (while_open, afterwards) == ([], ["slow", "fast"])
    assert follow(place)[0] == []


def test_a_product_follows_all_customers_or_one_page_by_page(committed_world):
    world = committed_world
    wait_for_others()
    start = ask(world, since="latest").json()
    for number in range(3):
        note(world.customer, f"s{number}")
    note(make_customer(world.entity, "other"), "theirs", "features_changed")
    wait_for_others()

    first = ask(world, since=start["next_cursor"], limit=2)
    rest = ask(world, since=first.json()["next_cursor"], limit=2)
    after = ask(world, since=rest.json()["next_cursor"])
    of_one = ask(world, since=start["next_cursor"], customer="other")

    assert (start["changes"], start["has_more"]) == ([], False)
    assert (names(first), first.json()["has_more"]) == (["s0", "s1"], True)
    assert (names(rest), rest.json()["has_more"]) == (["s2", "theirs"], False)
    assert names(after) == []
    assert names(of_one) == ["theirs"]
    assert of_one.json()["changes"][0] == {
        "id": of_one.json()["changes"][0]["id"], "kind": "features_changed", "customer": "other",
        "grantee": None, "subscription": "theirs", "effective_at": "2026-03-01T00:00:00Z",
        "recorded_at": "2026-03-01T00:00:00Z",
    }  # fmt: skip


def test_a_cursor_of_another_database_is_told_apart(world):
    ahead = Place(horizon().xid + 10**6, 0)

    with pytest.raises(CursorUnknown):
        read_changes(after=ahead, limit=1)
    answer = ask(world, since=cursor_text(ahead))

    assert (answer.status_code, answer.json()["code"]) == (410, "cursor_unknown")


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"since": "moon"}, "cursor_unreadable"),
        ({"limit": "0"}, "min_value"),
        ({"limit": "1001"}, "max_value"),
    ],
)
def test_what_cannot_be_read_is_named(world, params, code):
    answer = ask(world, **params)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)


def test_an_unknown_customer_is_not_there(world):
    assert ask(world, customer="nobody").status_code == 404


def test_a_cursor_reads_back_as_its_place():
    assert read_cursor(cursor_text(Place(12, 34))) == Place(12, 34)
    assert read_cursor(cursor_text(BEGINNING)) == BEGINNING


@pytest.mark.parametrize(
    "text", ["", "x", "ä", "A" * 100, cursor_text(Place(10**18 * 9, 10**19 - 1)), "YzEuMQ"]
)
def test_what_is_no_cursor_is_refused(text):
    with pytest.raises(CursorUnreadable):
        read_cursor(text)
