"""The API's read side through HTTP: invoices, documents, subscriptions, traces."""

from hashlib import sha256

import pytest
from django.test import Client

from accounts.operations.issue_api_key import issue_api_key
from billing.models import EntitlementEvent, Invoice, InvoiceDocument
from billing.operations.push_flow import push_flow
from billing.pipeline import STAGES
from tests.api.read.conftest import Reader
from tests.seatworld import day, make_customer, start

DOORS = [
    "invoices",
    "invoices/SW-000001",
    "invoices/SW-000001/pdf",
    "invoices/SW-000001/lines/1/trace",
    "subscriptions/acme-team",
    "entitlement-events/0199c0de-0000-7000-8000-000000000000/trace",
]


@pytest.mark.parametrize("door", DOORS)
def test_reading_takes_the_scope(billed, door):
    _, key = issue_api_key(name="writer", scopes=["events:write"])

    assert Reader(key).get(door).status_code == 403
    assert Client().get(f"/api/v1/{door}").status_code == 401


def test_invoices_come_newest_first_with_their_sums(reader):
    body = reader.get("invoices").json()

    assert [one["number"] for one in body["invoices"]] == ["SW-000002", "SW-000001"]
    newest = body["invoices"][0]
    assert newest["customer"] == "acme"
    assert newest["total_minor"] == newest["subtotal_minor"] + newest["tax_minor"]
    assert body["next_cursor"] is None


def test_pages_neither_repeat_nor_lose_an_invoice(reader, billed):
    for number in range(5):
        customer = make_customer(billed.entity, f"other-{number}")
        start(billed.plan, customer, f"other-{number}-team")
    billed.push(day(2, 20))
    billed.push(day(2, 24))

    seen, cursor = [], ""
    while True:
        body = reader.get("invoices", limit="2", **({"cursor": cursor} if cursor else {})).json()
        seen += [one["number"] for one in body["invoices"]]
        cursor = body["next_cursor"]
        if not cursor:
            break

    assert len(seen) == len(set(seen)) == Invoice.objects.exclude(number="").count() >= 7


def test_a_list_reads_a_fixed_number_of_queries(reader, django_assert_num_queries):
    with django_assert_num_queries(3):  # the key, the page, the trail
        reader.get("invoices")


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"customer": "acme"}, ["SW-000002", "SW-000001"]),
        ({"customer": "nobody"}, []),
        ({"kind": "credit_note"}, []),
        ({"issued_from": "2026-02-01"}, ["SW-000002"]),
        ({"issued_to": "2026-01-31"}, ["SW-000001"]),
        ({"issued_from": "2026-02-01", "issued_to": "2026-02-10"}, []),
        ({"issued_to": "9999-12-31"}, ["SW-000002", "SW-000001"]),
    ],
)
def test_filters_narrow_the_list(reader, filters, numbers):
    body = reader.get("invoices", **filters).json()

    assert [one["number"] for one in body["invoices"]] == numbers


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"issued_from": "soon"}, "invalid"),
        ({"limit": "0"}, "invalid"),
        ({"limit": "9999"}, "invalid"),
        ({"kind": "poem"}, "invalid"),
        ({"cursor": "bm9uc2Vuc2U="}, "cursor_unreadable"),
        ({"cursor": "ü"}, "cursor_unreadable"),
        ({"cursor": "2026"}, "cursor_unreadable"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused(reader, query, code):
    response = reader.get("invoices", **query)

    assert (response.status_code, response.json()["code"]) == (400, code)


def test_an_invoice_shows_its_lines_parties_and_policies(reader):
    body = reader.get("invoices/SW-000002").json()

    assert [line["position"] for line in body["lines"]] == [1, 2]
    assert sum(line["amount_minor"] for line in body["lines"]) == body["subtotal_minor"]
    assert body["seller"]["legal_name"] == "Seatworks Ltd"
    assert body["buyer"]["legal_name"] == "Acme GmbH"
    assert body["policies"][0]["version"] == 1
    assert body["document"] is None


def test_drafts_are_not_shown(reader, billed, settings):
    settings.DRAFT_GRACE_HOURS = 24
    billed.push(day(3, 15))
    assert Invoice.objects.filter(number="").exists()

    assert [one["number"] for one in reader.get("invoices").json()["invoices"]] == [
        "SW-000002",
        "SW-000001",
    ]


def test_the_document_is_the_stored_one_byte_for_byte(reader, billed, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    waiting = reader.get("invoices/SW-000002/pdf")
    push_flow(stages=STAGES, at=day(2, 20))
    document = InvoiceDocument.objects.get(invoice__number="SW-000002")

    response = reader.get("invoices/SW-000002/pdf")

    assert (waiting.status_code, waiting.json()["code"]) == (404, "not_found")
    assert response.headers["Content-Type"] == "application/pdf"
    assert sha256(response.content).hexdigest() == document.sha256
    assert response.headers["ETag"] == f'"{document.sha256}"'


def test_an_altered_document_is_not_handed_out(reader, billed, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    push_flow(stages=STAGES, at=day(2, 20))
    document = InvoiceDocument.objects.get(invoice__number="SW-000002")
    (tmp_path / document.path).write_bytes(b"%PDF-1.7 forged")

    response = reader.get("invoices/SW-000002/pdf")

    assert (response.status_code, response.json()["code"]) == (409, "document_altered")


def test_a_line_is_traced_to_its_events(reader):
    traces = [reader.get(f"invoices/SW-000002/lines/{n}/trace").json() for n in (1, 2)]

    by_kind = {trace["line"]["kind"]: trace for trace in traces}
    proration = by_kind["proration"]
    (entry,) = proration["entries"]
    assert entry["event"]["source_event_id"] == "grow"
    assert len(entry["digest"]) == 64
    assert proration["span"]["policy_version"] == 1
    assert "10 seats" in proration["formula"]


def test_an_event_is_traced_to_its_lines(reader):
    event = EntitlementEvent.objects.get(source_event_id="grow")

    body = reader.get(f"entitlement-events/{event.pk}/trace").json()

    assert body["customer"] == "acme"
    assert {(one["invoice_number"], one["kind"]) for one in body["lines"]} == {
        ("SW-000002", "proration"),
        ("SW-000002", "recurring"),
    }


def test_a_subscription_shows_the_seats_of_its_ledger(reader, billed):
    body = reader.get("subscriptions/acme-team").json()
    by_id = reader.get(f"subscriptions/{billed.subscription.pk}").json()

    assert body["seats"] == {"member": {"active": 35}, "viewer": {}}
    assert (body["customer"], body["plan"], body["state"]) == ("acme", "team", "active")
    assert by_id["external_id"] == "acme-team"


@pytest.mark.parametrize(
    "door",
    [
        "invoices/SW-999999",
        "invoices/SW-999999/pdf",
        "invoices/SW-000001/lines/99/trace",
        "subscriptions/nobody",
        "entitlement-events/0199c0de-0000-7000-8000-000000000000/trace",
    ],
)
def test_what_is_not_there_is_not_found(reader, door):
    response = reader.get(door)

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
