"""Taxes over the API: on the invoice, in the trace of a line, in a preview; rates are exact text."""

from tests.api.read.conftest import Reader
from tests.seatworld import START
from tests.taxed import consumer, sell_from_ireland

CHARGED = {
    "name": "VAT", "jurisdiction": "DE", "treatment": "eu_consumer", "category_code": "S",
    "rate_percent": "19.0000", "base_minor": 200_00, "amount_minor": 38_00, "positions": [1],
    "registration": "EU EU 1", "rule": "eu_oss_union",
}  # fmt: skip


def shown(tax, expected):
    return {name: tax[name] for name in expected}


def test_an_invoice_and_its_lines_tell_their_taxes(world):
    sell_from_ireland(world)
    consumer(world)
    reader = Reader(world.key)
    (invoice,) = world.push(START)

    (tax,) = reader.get(f"invoices/{invoice.number}").json()["taxes"]
    (traced,) = reader.get(f"invoices/{invoice.number}/lines/1/trace").json()["taxes"]

    assert shown(tax, CHARGED) == CHARGED
    assert traced == tax
    assert tax["inputs"]["buyer"]["country"] == "DE"


def test_a_preview_tells_the_taxes_or_why_they_are_held(world):
    sell_from_ireland(world)
    reader = Reader(world.key)
    held = reader.post("subscriptions/acme-team/preview", {}).json()
    consumer(world)
    decided = reader.post("subscriptions/acme-team/preview", {}).json()

    assert (held["taxes"], held["tax_minor"]) == ([], 0)
    assert held["held"].startswith("2 pieces of evidence must show")
    (tax,) = decided["taxes"]
    assert (tax["rate_percent"], tax["amount_minor"]) == ("19", decided["tax_minor"])
    assert decided["held"] == ""
