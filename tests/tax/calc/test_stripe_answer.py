"""Stripe's answers as decisions: rates and shares are exact, the right to charge is ours."""

from dataclasses import replace

import pytest

from tax.calc.determine import open_case
from tax.calc.stripe_answer import outcome_of as outcome_of_answer
from tax.calc.stripe_answer import ppm_of, question_of
from tax.calc.types import Certificate, Market, Seller
from tests.tax.calc.facts import BOOK, DAY, IRISH, business, consumer, registered, summary


def case(seller, buyer):
    market = Market(buyer.place.country, is_signed=True)
    return open_case(seller=seller, buyer=buyer, market=market, tax_point=DAY, book=BOOK)


def entry(amount, percentage, taxable=10_000_000, **rate):
    details = {"percentage_decimal": percentage, "country": "DE", "tax_type": "vat", **rate}
    return {"amount": amount, "taxable_amount": taxable, "tax_rate_details": details,
            "taxability_reason": "standard_rated"}  # fmt: skip


def outcome_of(seller, buyer, *entries):
    return outcome_of_answer(case(seller, buyer), {"tax_breakdown": list(entries)})


def test_a_charge_needs_a_registration_of_our_own():
    assert summary(outcome_of(IRISH, consumer("DE"), entry(1_900_000, "19.0"))) == (
        "S", "stripe_tax", ("VAT", 19.0),
    )  # fmt: skip
    unregistered = replace(IRISH, registrations=registered("IE"))
    assert summary(outcome_of(unregistered, consumer("DE"), entry(1_900_000, "19.0"))) == (
        "tax_registration_missing",
    )


def test_state_and_city_are_one_rate_on_the_share_that_is_taxed():
    texan = Seller("US", "CA", registrations=registered("US-TX"))
    where = {"country": "US", "state": "TX", "tax_type": "sales_tax"}

    outcome = outcome_of(
        texan,
        consumer("US", "TX"),
        entry(500_000, "6.25", taxable=8_000_000, **where),
        entry(80_000, "1", taxable=8_000_000, **where),
        entry(80_000, "1", taxable=8_000_000, **where),
    )

    assert summary(outcome) == ("S", "stripe_tax", ("Sales tax", 8.25))
    assert outcome.parts[0].share_ppm == 800_000


def test_quebec_bears_two_taxes_under_two_registrations():
    seller = Seller("IE", registrations=registered("CA", "CA-QC"))

    outcome = outcome_of(
        seller,
        consumer("CA", "QC"),
        entry(500_000, "5.0", country="CA", tax_type="gst"),
        entry(997_500, "9.975", country="CA", state="QC", tax_type="qst"),
    )

    assert summary(outcome) == ("S", "stripe_tax", ("GST", 5.0), ("QST", 9.975))
    assert [part.registration.key for part in outcome.parts] == ["CA", "CA-QC"]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("reverse_charge", ("AE", "stripe_tax", ("VAT", 0.0))),
        ("not_collecting", ("tax_engine_unclear",)),
        ("product_exempt", ("E", "stripe_tax", ("VAT", 0.0))),
        ("something_new", ("tax_engine_unclear",)),
    ],
)
def test_what_is_not_charged_says_why(reason, expected):
    said = {"amount": 0, "taxable_amount": 0, "taxability_reason": reason}

    assert summary(outcome_of(IRISH, business("DE", "DE136695976"), said)) == expected


def test_what_stripe_does_not_collect_is_ours_to_decide():
    home_alone = replace(IRISH, registrations=registered("IE"))

    assert summary(outcome_of(home_alone, consumer("DE"))) == ("tax_registration_missing",)
    assert summary(outcome_of(IRISH, consumer("DE"))) == ("tax_engine_unclear",)


def test_a_provinces_tax_needs_a_registration_of_the_province():
    seller = Seller("IE", registrations=registered("CA"))
    qst = entry(997_500, "9.975", country="CA", state="QC", tax_type="qst")

    assert summary(outcome_of(seller, consumer("CA", "QC"), qst)) == ("tax_registration_missing",)


def test_one_stop_shop_charges_nobody_at_home():
    abroad_alone = replace(IRISH, registrations=registered("EU oss_union"))
    irish = entry(2_300_000, "23", country="IE")

    assert summary(outcome_of(abroad_alone, consumer("IE"), irish)) == ("tax_registration_missing",)


def test_a_certificate_frees_whatever_stripe_says():
    texan = Seller("US", "CA", registrations=registered("US-TX"))
    paper = Certificate("US-TX", "EX-1", "school", DAY, DAY)
    tax = entry(825_000, "8.25", country="US", state="TX", tax_type="sales_tax")

    freed = outcome_of(texan, consumer("US", "TX", certificates=(paper,)), tax)

    assert summary(freed)[:2] == ("E", "certificate")


def test_only_a_confirmed_number_is_told_to_stripe():
    def asked(buyer):
        question = question_of(case(IRISH, buyer), entity_key="e", customer_key="c", tax_noon=1)
        return question.request["customer_details"].get("tax_ids")

    assert asked(business("DE", "DE 136695976")) == [{"type": "eu_vat", "value": "DE136695976"}]
    assert asked(business("DE", "DE136695976", "invalid")) is None


def test_another_address_is_another_question():
    def digest(postal_code):
        one = case(IRISH, consumer("DE", postal_code=postal_code))
        return question_of(one, entity_key="e", customer_key="c", tax_noon=1).digest

    assert digest("10115") == digest("10115") != digest("20457")


@pytest.mark.parametrize(
    ("text", "ppm"), [("19", 190_000), ("8.25", 82_500), ("9.975", 99_750), ("8.87525", 88_753)]
)
def test_percentages_are_read_exactly(text, ppm):
    assert ppm_of(text) == ppm
