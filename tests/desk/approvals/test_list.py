"""The list of requests: mine to decide first, found by what people know, decided together by kind."""

import csv
import io
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.operations.decide_exception import decide_exception
from tests.desk.approvals.conftest import NOW

PAGE = "desk:approvals"


def numbers(client, **asked):
    return [row.number for row in client.get(reverse(PAGE), asked).context_data["page"].rows]


def test_the_list_opens_with_what_waits_for_me(approvals):
    asked = approvals.discount()

    assert numbers(approvals.clients["alma"]) == [asked.number]
    assert numbers(approvals.clients["ben"]) == []
    assert numbers(approvals.clients["eva"]) == []
    assert numbers(approvals.clients["ben"], whose="asked") == [asked.number]
    assert numbers(approvals.clients["sam"], whose="all") == [asked.number]


def test_who_stands_in_sees_it_once_it_is_late(approvals):
    asked = approvals.discount(at=NOW - timedelta(hours=25))

    assert numbers(approvals.clients["eva"]) == [asked.number]
    assert numbers(approvals.clients["alma"], age="late") == [asked.number]


def test_who_approved_first_of_two_has_nothing_left_to_do(approvals):
    asked = approvals.terms()
    change = approvals.discount(percent=100)
    decide_exception(
        request_id=asked.pk, verdict="send_back", by=approvals.people["alma"], reason="Why?", at=NOW
    )

    assert numbers(approvals.clients["alma"]) == [change.number]
    assert numbers(approvals.clients["alma"], whose="all", state="sent_back") == [asked.number]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "acme g"}, [0, 1]),
        ({"search": "ACME"}, [0, 1]),
        ({"kind": "discount"}, [0]),
        ({"kind": "discount", "search": "nobody"}, []),
        ({"team": "Sales EMEA"}, [0]),
        ({"package": "team"}, [0]),
        ({"age": "soon"}, [1]),
        ({"age": "late"}, []),
        ({"sort": "-asked"}, [0, 1]),
        ({"sort": "nonsense", "age": "nonsense"}, [1, 0]),
    ],
)
def test_requests_are_found_by_what_people_know(approvals, asked, found):
    made = [approvals.discount(), approvals.terms(at=NOW - timedelta(hours=20))]

    shown = numbers(approvals.clients["alma"], whose="all", **asked)

    order = sorted(shown) if "sort" not in asked else shown
    assert order == [made[index].number for index in found]


def test_a_page_takes_as_many_queries_for_many_as_for_one(approvals, django_assert_max_num_queries):
    client = approvals.clients["alma"]
    client.get(reverse(PAGE))
    approvals.terms()
    with django_assert_max_num_queries(30) as few:
        client.get(reverse(PAGE))
    for _ in range(4):
        approvals.terms()
    with django_assert_max_num_queries(30) as many:
        assert len(numbers(client)) == 5

    assert len(many.captured_queries) == len(few.captured_queries)


def test_the_csv_follows_the_filters_and_keeps_plain_amounts(approvals):
    asked = approvals.discount()
    approvals.terms()

    answer = approvals.clients["sam"].get(
        reverse("desk:approvals_csv"), {"whose": "all", "kind": "discount"}
    )

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["number"], row["asked_for"], row["currency"], row["amount"], row["asked_by"]) == (
        asked.number, "20 % off member", "USD", "960.00", "ben",
    )  # fmt: skip


def bulk(client, requests, **said):
    return client.post(
        reverse("desk:approval_bulk"), {"id": [str(one.pk) for one in requests], **said}
    )


def seen(page):
    return {f"seen-{one.row.id}": one.effect.digest for one in page.context_data["chosen"]}


def test_deciding_together_shows_the_sum_first(approvals):
    made = [approvals.credit(300_00), approvals.credit(400_00)]

    page = bulk(approvals.clients["alma"], made)

    assert [(one.currency, one.count, one.amount_minor) for one in page.context_data["sums"]] == [
        ("USD", 2, 700_00)
    ]
    assert "US$700.00" in page.content.decode()
    assert "Approve all 2" in page.content.decode()


def test_together_each_is_decided_by_itself(approvals):
    made = [approvals.terms(), approvals.terms(days=90)]
    client = approvals.clients["alma"]
    shown = seen(bulk(client, made))
    moved = {**shown, f"seen-{made[1].pk}": "another"}

    told = bulk(client, made, verdict="approve", reason="As the group asked", **moved)

    for one in made:
        one.refresh_from_db()
    assert [one.state for one in made] == ["approved", "requested"]
    assert [one.is_done for one in told.context_data["told"]] == [True, False]
    assert made[0].decisions.get().seen_digest == shown[f"seen-{made[0].pk}"]


def test_only_one_kind_is_decided_together(approvals):
    made = [approvals.terms(), approvals.discount()]

    answer = approvals.clients["alma"].post(
        reverse("desk:approval_bulk"), {"id": [str(one.pk) for one in made]}, follow=True
    )

    assert "Only requests of one kind are decided together" in answer.content.decode()


def test_what_does_not_wait_for_me_is_not_decided_together(approvals):
    asked = approvals.terms()

    bulk(approvals.clients["ben"], [asked], verdict="approve", reason="Mine")

    asked.refresh_from_db()
    assert asked.state == "requested"
