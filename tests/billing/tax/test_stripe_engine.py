"""A seller on Stripe Tax: held, asked outside the stage, answered, invoiced; and what goes wrong."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from stripe.params.tax import CalculationCreateParams

from accounts.models import Customer
from billing.models import TaxHold
from billing.operations.preview_invoice import preview_invoice
from billing.operations.recheck_invoices import customers_to_recheck, recheck_invoices
from tax.models import BillingEntity, TaxCalculation
from tax.operations.ask_stripe_tax import ask_stripe_tax
from tax.operations.claim_questions import claim_questions
from tax.operations.record_evidence import declare_place
from tax.tasks import ask_tax_engine
from tests.seatworld import START, day
from tests.tax.register import open_register
from tests.taxed import register, sign

GERMAN = {
    "object": "tax.calculation", "id": "taxcalc_1",
    "tax_breakdown": [
        {
            "amount": 1_900_000, "taxable_amount": 10_000_000, "taxability_reason": "standard_rated",
            "tax_rate_details": {"country": "DE", "percentage_decimal": "19.0", "tax_type": "vat"},
        }
    ],
}  # fmt: skip


@pytest.fixture
def stripe_server():
    with open_register() as found:
        found.says = GERMAN
        yield found


@pytest.fixture
def on_stripe(world):
    """A German consumer of an Irish seller with One Stop Shop, taxed by Stripe: 25 seats at 8.00."""
    BillingEntity.objects.filter(pk=world.entity.pk).update(
        tax_engine="stripe", shows_tax_in_local_currency=False
    )
    Customer.objects.filter(pk=world.customer.pk).update(is_business=False)
    declare_place(customer=world.customer, country="DE", source="portal", at=START)
    register(world, "EU", scheme="oss_union")
    sign(world, "DE")
    return world


def ask(server, at=START):
    base = f"http://127.0.0.1:{server.server_port}"
    return ask_stripe_tax(api_key="sk_test_1", api_base=base, timeout_seconds=0.3, at=at)


def test_a_draft_waits_for_the_answer_and_is_invoiced_by_it(on_stripe, stripe_server):
    assert on_stripe.push(START) == []
    assert TaxHold.objects.get().code == "tax_engine_waiting"

    assert ask(stripe_server) == 1
    (invoice,) = on_stripe.push(START + timedelta(minutes=1))

    (tax,) = invoice.taxes.all()
    assert (tax.rule, tax.rate_source, tax.amount_minor) == ("stripe_tax", "Stripe Tax", 38_00)
    assert (invoice.tax_minor, invoice.total_minor) == (38_00, 238_00)
    recheck = recheck_invoices(customer_ids=customers_to_recheck())
    assert [one.differences for one in recheck] == [()]


def test_it_asks_what_stripes_own_types_allow(on_stripe, stripe_server):
    on_stripe.push(START)
    ask(stripe_server)

    (row,), (asked,) = TaxCalculation.objects.all(), stripe_server.asked
    assert set(row.request) <= set(CalculationCreateParams.__annotations__)
    assert (asked["path"], asked["key"]) == ("/v1/tax/calculations", f"{row.pk}-0")
    assert asked["customer_details[address][country]"] == "DE"
    assert asked["line_items[0][tax_code]"] == "txcd_10103000"


def test_each_day_is_asked_once_and_a_preview_asks_nothing(on_stripe, stripe_server):
    preview = preview_invoice(subscription_id=on_stripe.subscription.pk, at=START)
    assert preview.held.startswith("Stripe Tax has not answered yet")
    assert not TaxCalculation.objects.exists()

    on_stripe.push(START)
    on_stripe.push(START + timedelta(minutes=1))
    assert TaxCalculation.objects.count() == 1
    ask(stripe_server)
    on_stripe.push(START + timedelta(minutes=2))
    on_stripe.push(day(2, 15))
    assert TaxCalculation.objects.count() == 2


@pytest.mark.parametrize(("status", "delay"), [(500, 0), (429, 0), (402, 0), (200, 1)])
def test_stripe_that_fails_is_asked_again_under_another_key(
    on_stripe, stripe_server, status, delay
):
    on_stripe.push(START)
    stripe_server.status, stripe_server.delay_seconds = status, delay

    assert ask(stripe_server) == 0
    (row,) = TaxCalculation.objects.all()
    assert (row.attempts, row.next_attempt_at) == (1, START + timedelta(minutes=1))
    assert row.last_error

    stripe_server.status, stripe_server.delay_seconds = 200, 0
    assert ask(stripe_server, START + timedelta(minutes=1)) == 1
    assert [one["key"] for one in stripe_server.asked] == [f"{row.pk}-0", f"{row.pk}-1"]


def test_a_hand_that_died_asks_again_under_the_same_key(on_stripe, stripe_server):
    on_stripe.push(START)
    claim_questions(rows=TaxCalculation.objects.all(), at=START, limit=5)

    assert ask(stripe_server) == 0
    assert ask(stripe_server, START + timedelta(minutes=5)) == 1
    assert stripe_server.asked[0]["key"].endswith("-0")


def test_an_answer_is_final(on_stripe, stripe_server):
    on_stripe.push(START)
    ask(stripe_server)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        TaxCalculation.objects.update(answer={})


def test_without_a_key_nobody_is_asked(on_stripe, stripe_server, settings):
    on_stripe.push(START)
    assert ask_tax_engine() == 0

    settings.STRIPE_API_KEY = "sk_test_1"
    settings.STRIPE_API_BASE = f"http://127.0.0.1:{stripe_server.server_port}"
    assert ask_tax_engine() == 1
