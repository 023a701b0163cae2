"""The statement of account over the API: the same lines the desk shows, in minor units."""

import pytest
from django.test import Client

from accounts.operations.issue_api_key import issue_api_key
from billing.enums import PaymentMethodKind
from billing.models import Invoice
from billing.operations.record_payment import record_payment
from kernel.money import Money
from tests.api.read.conftest import Reader
from tests.seatworld import day


@pytest.fixture
def paid(billed):
    """200.00 of January and 298.71 of February, less a payment of 250.00."""
    record_payment(
        customer=billed.customer, billing_entity=billed.entity,
        method=PaymentMethodKind.BANK_TRANSFER, money=Money(250_00, "USD"),
        paid_on=day(2, 20).date(), at=day(2, 20), reference="SW-000001",
    )  # fmt: skip
    return billed


def test_reading_a_statement_takes_the_scope(paid):
    _, key = issue_api_key(name="writer", scopes=["events:write"])

    assert Reader(key).get("customers/acme/statement").status_code == 403
    assert Client().get("/api/v1/customers/acme/statement").status_code == 401


def test_a_statement_has_every_movement_and_what_the_balance_is_made_of(reader, paid):
    first, second = Invoice.objects.order_by("number")

    body = reader.get("customers/acme/statement").json()

    (account,) = body["accounts"]
    assert (body["customer"], account["billing_entity"], account["currency"]) == (
        "acme", "SW", "USD",
    )  # fmt: skip
    assert [(one["kind"], one["reference"], one["amount_minor"]) for one in account["lines"]] == [
        ("invoice", "SW-000001", first.total_minor),
        ("invoice", "SW-000002", second.total_minor),
        ("payment", "SW-000001", -250_00),
    ]
    left = first.total_minor + second.total_minor - 250_00
    assert account["closing_minor"] == account["open_minor"] - account["credit_minor"] == left
    assert [item["number"] for item in account["open_items"]] == ["SW-000002"]


def test_a_period_opens_with_what_was_before_and_ends_with_its_day(reader, paid):
    body = reader.get(
        "customers/acme/statement", first="2026-02-18", as_of="2026-02-19"
    ).json()  # fmt: skip

    (account,) = body["accounts"]
    assert (body["first"], body["as_of"]) == ("2026-02-18", "2026-02-19")
    assert account["closing_minor"] == account["opening_minor"] + sum(
        line["amount_minor"] for line in account["lines"]
    )
    assert "payment" not in {line["kind"] for line in account["lines"]}


def test_a_customer_is_named_by_its_external_id_or_by_ours(reader, paid):
    by_name = reader.get("customers/acme/statement").json()

    assert reader.get(f"customers/{paid.customer.pk}/statement").json() == by_name
    assert reader.get("customers/nobody/statement").status_code == 404


@pytest.mark.parametrize(
    "asked", [{"first": "2026-02-30"}, {"first": "2026-03-02", "as_of": "2026-03-01"}]
)
def test_what_cannot_be_a_period_is_refused_with_its_field(reader, paid, asked):
    answer = reader.get("customers/acme/statement", **asked)

    assert answer.status_code == 400
    assert "first" in answer.content.decode()
