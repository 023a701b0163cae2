"""Credit notes through HTTP: estimate, issue once, refusals that say what is left."""

import json

import pytest
from django.test import Client

from accounts.operations.issue_api_key import issue_api_key
from billing.models import CreditNote, Invoice
from tests.billing.credits.world import first_invoice, taxed_world

pytestmark = pytest.mark.django_db
BODY = {"scope": "amount", "amount_minor": 50_00, "reason": "goodwill", "text": "Sorry."}


class Writer:
    """A product service that may credit."""

    def __init__(self, invoice, *scopes):
        _, key = issue_api_key(name="credits", scopes=scopes)
        self.client = Client(headers={"Authorization": f"Bearer {key}"})
        self.door = f"/api/v1/invoices/{invoice.number}/credit-notes"

    def post(self, body, key=""):
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            self.door, json.dumps(body), content_type="application/json", headers=headers
        )


@pytest.fixture
def invoice():
    return first_invoice(taxed_world())


@pytest.fixture
def api(invoice):
    return Writer(invoice, "billing:write")


def notes():
    return Invoice.objects.filter(credits__isnull=False).count()


def test_the_estimate_is_what_is_issued_and_writes_nothing(api, invoice):
    estimate = api.post({**BODY, "dry_run": True})
    assert (estimate.status_code, notes()) == (200, 0)

    issued = api.post(BODY)

    assert issued.status_code == 201
    shown, note = estimate.json(), issued.json()
    for name in ("subtotal_minor", "tax_minor", "total_minor", "credits"):
        assert shown[name] == note[name]
    assert [one["formula"] for one in shown["lines"]] == [one["formula"] for one in note["lines"]]
    assert (note["kind"], note["total_minor"], note["credits"]) == (
        "credit_note", -50_00, invoice.number,
    )  # fmt: skip
    assert CreditNote.objects.get().client.name == "credits"


def test_the_same_key_issues_one_credit_note(api):
    first, again = api.post(BODY, key="k1"), api.post(BODY, key="k1")
    other = api.post({**BODY, "amount_minor": 1}, key="k1")

    assert first.json()["number"] == again.json()["number"]
    assert (again.headers["Idempotent-Replayed"], notes()) == ("true", 1)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


def test_more_than_is_left_is_refused_in_words(api):
    answer = api.post({**BODY, "amount_minor": 238_01})

    assert (answer.status_code, answer.json()["code"]) == (422, "credit_above_what_is_left")
    assert "238.00 USD" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"scope": "half", "reason": "goodwill"}, "scope"),
        ({"scope": "full", "reason": "because"}, "reason"),
        ({"scope": "full", "reason": "void"}, "reason"),
        ({"scope": "full", "reason": "goodwill", "settlement": "cash"}, "settlement"),
        ({"scope": "lines", "reason": "goodwill", "lines": [{"position": 1}]}, "lines"),
        (
            {"scope": "lines", "reason": "goodwill", "lines": [{"position": 1, "amount_minor": 1}] * 2},
            "lines",
        ),
    ],
)  # fmt: skip
def test_an_unreadable_order_names_its_field(api, body, field):
    answer = api.post(body)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert notes() == 0


def test_crediting_takes_its_scope(invoice):
    assert Writer(invoice, "billing:read").post(BODY).status_code == 403


def test_an_unknown_invoice_is_not_found(api):
    api.door = "/api/v1/invoices/SW-999999/credit-notes"

    assert api.post(BODY).status_code == 404
