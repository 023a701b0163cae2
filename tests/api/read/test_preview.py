"""POST preview: the invoice a change would lead to, every sum apart, and nothing written."""

import pytest
import time_machine

from billing.models import EntitlementEvent, Rating
from tests.seatworld import day

PREVIEW = "subscriptions/acme-team/preview"
ADD_FOUR = {"kind": "seat_added", "seat_type": "member", "quantity": 4}


@pytest.fixture(autouse=True)
def in_late_february():
    with time_machine.travel(day(2, 25, 10), tick=False):
        yield


def test_without_changes_it_is_the_upcoming_invoice(reader):
    body = reader.post(PREVIEW, {}).json()

    assert body["as_of"].startswith("2026-03-15")
    assert [line["quantity"] for line in body["lines"]] == [35]
    assert body["total_minor"] == body["amount_due_minor"] == 35 * 800


def test_a_change_shows_its_lines_and_every_sum_apart(reader):
    body = reader.post(PREVIEW, {"changes": [ADD_FOUR]}).json()

    sums = (
        "subtotal_minor",
        "tax_minor",
        "total_minor",
        "credit_applied_minor",
        "amount_due_minor",
    )
    assert sum(line["amount_minor"] for line in body["lines"]) == body["subtotal_minor"]
    assert all(isinstance(body[name], int) for name in (*sums, "credit_note_minor"))
    assert {line["kind"] for line in body["lines"]} == {"proration", "recurring"}
    assert body["seats"]["member"]["active"] == 39


def test_it_is_the_invoice_that_follows_and_writes_nothing_before(reader, billed):
    written = EntitlementEvent.objects.count(), Rating.objects.count()
    shown = reader.post(PREVIEW, {"changes": [ADD_FOUR]}).json()
    assert (EntitlementEvent.objects.count(), Rating.objects.count()) == written

    billed.send("four", day(2, 25, 10), quantity=4)
    (invoice,) = billed.push(day(3, 15))

    lines = invoice.lines.values_list("kind", "amount_minor", "formula")
    assert sorted(lines) == sorted(
        (line["kind"], line["amount_minor"], line["formula"]) for line in shown["lines"]
    )
    assert (invoice.subtotal_minor, invoice.amount_due_minor) == (
        shown["subtotal_minor"],
        shown["amount_due_minor"],
    )


def test_a_refused_change_is_refused_as_the_event_would_be(reader, billed):
    change = {"kind": "seat_removed", "seat_type": "member", "quantity": 99}

    response = reader.post(PREVIEW, {"changes": [change]})

    answer = billed.send("shrink", day(2, 25, 10), kind="seat_removed", quantity=99)
    assert response.status_code == 422
    assert response.json() == {"code": answer.code, "message": answer.message}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ([], ""),
        ({"events": []}, "events"),
        ({"changes": "all"}, "changes"),
        ({"changes": [ADD_FOUR] * 101}, "changes"),
        ({"changes": [{**ADD_FOUR, "quantity": "four"}]}, "changes.0.quantity"),
        ({"changes": [ADD_FOUR, {"seat_type": "member"}]}, "changes.1.kind"),
        ({"changes": ["add"]}, "changes.0"),
        ({"changes": [{**ADD_FOUR, "subscription": "other"}]}, "changes.0.subscription"),
        ({"as_of": "2026-03-15"}, "as_of"),
        ({"as_of": "2026-01-15T00:00:00Z"}, "as_of"),
    ],
)
def test_a_body_that_cannot_be_read_names_the_field(reader, body, field):
    response = reader.post(PREVIEW, body)

    assert (response.status_code, response.json()["code"]) == (400, "invalid")
    assert field in [one["field"] for one in response.json()["errors"]]


def test_an_unknown_subscription_is_not_found(reader):
    assert reader.post("subscriptions/nobody/preview", {}).status_code == 404
