"""Lists of customers, subscriptions and exception requests: filters, cursors, nothing lost or repeated."""

import pytest
from django.utils import timezone

from tests.seatworld import make_customer, start


@pytest.fixture
def company(billed):
    for number in range(5):
        customer = make_customer(billed.entity, f"other-{number}")
        start(billed.plan, customer, f"other-{number}-team", at=timezone.now())
    return billed


def all_of(reader, path: str, **asked: str) -> list[str]:
    seen, cursor = [], None
    while cursor != "":
        query = {**asked, "limit": "2", **({"cursor": cursor} if cursor else {})}
        body = reader.get(path, **query).json()
        seen += [one["external_id"] for one in body[path]]
        cursor = body["next_cursor"] or ""
    return seen


@pytest.mark.parametrize(("path", "suffix"), [("customers", ""), ("subscriptions", "-team")])
def test_pages_follow_one_another_and_the_newest_comes_first(reader, company, path, suffix):
    names = [f"other-{number}{suffix}" for number in (4, 3, 2, 1, 0)]

    assert all_of(reader, path) == [*names, f"acme{suffix}"]


def test_a_page_is_one_query_beside_the_key(reader, company, django_assert_num_queries):
    for limit in ("1", "5"):
        with django_assert_num_queries(3):  # the key, the page, the entry of the trail
            reader.get("customers", limit=limit)


def test_customers_are_found_by_name_country_and_status(reader, company):
    assert all_of(reader, "customers", search="OTHER-3") == ["other-3"]
    assert all_of(reader, "customers", country="US") == []
    assert len(all_of(reader, "customers", country="DE", status="active")) == 6


def test_subscriptions_are_found_by_customer_plan_and_state(reader, company):
    assert all_of(reader, "subscriptions", customer="acme", plan="team") == ["acme-team"]
    assert all_of(reader, "subscriptions", state="ended") == []


def test_one_customer_answers_to_its_external_id_or_ours(reader, company):
    body = reader.get("customers/acme").json()

    assert body["legal_name"] == "Acme GmbH"
    assert reader.get(f"customers/{body['id']}").json() == body
    assert reader.get("customers/nobody").status_code == 404


@pytest.mark.parametrize("path", ["customers", "subscriptions", "exception-requests", "invoices"])
def test_a_cursor_that_is_none_of_ours_is_refused(reader, path):
    answer = reader.get(path, cursor="x")

    assert (answer.status_code, answer.json()["code"]) == (400, "cursor_unreadable")


def test_requests_for_exceptions_are_listed_too(reader):
    assert reader.get("exception-requests").json() == {
        "exception_requests": [], "next_cursor": None,
    }  # fmt: skip
