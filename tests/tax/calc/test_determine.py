"""Each rule by an example; the law it comes from stands in the code of the rule."""

from dataclasses import replace
from datetime import date

import pytest

from tax.calc.determine import determine
from tax.calc.types import Certificate, Hold, Market, Seller
from tests.tax.calc.facts import (
    BOOK,
    DAY,
    IRISH,
    business,
    consumer,
    registered,
    summary,
    taxed,
)

AMERICAN = Seller("US", "CA", registrations=registered("US-TX", "US-PA"))


def test_a_domestic_sale_is_charged_to_businesses_and_consumers_alike():
    for buyer in (business("IE", "IE6388047V"), consumer("IE")):
        assert summary(taxed(IRISH, buyer)) == ("S", "eu_domestic", ("VAT", 23.0))


def test_a_seller_that_is_not_registered_at_home_is_held():
    assert summary(taxed(Seller("IE"), consumer("IE"))) == ("tax_registration_missing",)


def test_a_confirmed_business_abroad_owes_the_tax_itself():
    outcome = taxed(IRISH, business("DE", "DE136695976"))

    assert summary(outcome) == ("AE", "eu_reverse_charge", ("VAT", 0.0))
    assert outcome.note == "reverse_charge"


def test_greek_numbers_begin_with_el():
    assert summary(taxed(IRISH, business("GR", "EL094259216")))[0] == "AE"


@pytest.mark.parametrize(
    ("number", "state", "expected"),
    [
        ("DE136695976", "pending", ("tax_id_unverified",)),
        ("FR40303265045", "valid", ("location_evidence_contradicts",)),
        ("DE136695976", "invalid", ("S", "eu_oss_union", ("VAT", 19.0))),
        ("", "none", ("S", "eu_oss_union", ("VAT", 19.0))),
    ],
)
def test_only_a_confirmed_number_of_the_same_country_reverses_the_charge(number, state, expected):
    assert summary(taxed(IRISH, business("DE", number, state))) == expected


def test_by_setting_an_unconfirmed_number_is_charged_as_a_consumer():
    seller = replace(IRISH, charges_unverified=True)

    assert summary(taxed(seller, business("DE", "DE136695976", "pending"))) == (
        "S", "eu_oss_union", ("VAT", 19.0),
    )  # fmt: skip


def test_reverse_charge_needs_the_sellers_own_number():
    seller = Seller("IE", registrations=registered("EU oss_union"))

    assert summary(taxed(seller, business("DE", "DE136695976"))) == ("seller_tax_id_missing",)


@pytest.mark.parametrize(
    ("day", "percent"),
    [
        (date(2020, 6, 30), 19.0),
        (date(2020, 7, 1), 16.0),
        (date(2020, 12, 31), 16.0),
        (date(2021, 1, 1), 19.0),
    ],
)
def test_the_rate_is_the_one_of_the_tax_point(day, percent):
    assert summary(taxed(IRISH, consumer("DE"), day)) == (
        "S", "eu_oss_union", ("VAT", percent),
    )  # fmt: skip


def test_without_one_stop_shop_a_local_registration_charges_and_else_it_is_held():
    at_home, locally = registered("IE"), registered("IE", "DE")

    assert summary(taxed(Seller("IE", registrations=locally), consumer("DE"))) == (
        "S", "eu_local_registration", ("VAT", 19.0),
    )  # fmt: skip
    assert summary(taxed(Seller("IE", registrations=at_home), consumer("DE"))) == (
        "tax_registration_missing",
    )


def test_a_registration_counts_only_on_the_days_it_is_valid():
    seller = Seller("IE", registrations=registered("EU oss_union", since=date(2026, 3, 2)))

    assert summary(taxed(seller, consumer("DE"), date(2026, 3, 1))) == ("tax_registration_missing",)
    assert summary(taxed(seller, consumer("DE"), date(2026, 3, 2)))[0] == "S"


def test_below_the_threshold_eu_consumers_are_taxed_at_home_until_it_is_crossed():
    small = Seller("IE", registrations=registered("IE"), taxes_eu_consumers_at_home=True)

    assert summary(taxed(small, consumer("DE"))) == ("S", "eu_consumer_at_home", ("VAT", 23.0))
    crossed = replace(small, crossed=frozenset({"EU"}))
    assert summary(taxed(crossed, consumer("DE"))) == ("tax_registration_missing",)


def test_sellers_outside_the_union_use_the_non_union_scheme():
    british = Seller("GB", registrations=registered("GB", "EU oss_non_union"))

    assert summary(taxed(british, consumer("FI"))) == (
        "S", "eu_oss_non_union", ("VAT", 25.5),
    )  # fmt: skip


def test_a_consumer_needs_two_pieces_of_evidence_that_agree():
    alone = consumer("DE", pieces=("DE",))
    torn = consumer("DE", pieces=("DE", "FR"))
    settled = consumer("DE", pieces=("DE", "FR", "DE"))

    assert summary(taxed(IRISH, alone)) == ("location_evidence_missing",)
    assert summary(taxed(IRISH, torn)) == ("location_evidence_contradicts",)
    assert summary(taxed(IRISH, settled))[0] == "S"
    assert summary(taxed(replace(IRISH, pieces_needed=1), alone))[0] == "S"


@pytest.mark.parametrize(
    ("country", "postal_code", "expected"),
    [
        ("ES", "35001", ("O", "eu_special_territory", ("VAT", 0.0))),
        ("PT", "9000-001", ("S", "eu_oss_union", ("VAT", 22.0))),
        ("PT", "1000-001", ("S", "eu_oss_union", ("VAT", 23.0))),
        ("MC", "98000", ("S", "eu_oss_union", ("VAT", 20.0))),
        ("FR", "97400", ("tax_registration_missing",)),
    ],
)
def test_special_territories_have_a_tax_of_their_own(country, postal_code, expected):
    assert summary(taxed(IRISH, consumer(country, postal_code=postal_code))) == expected


@pytest.mark.parametrize("country", ["GB", "NO"])
def test_britain_and_norway_reverse_the_charge_for_businesses(country):
    code = country.lower()
    registered_there = Seller("IE", registrations=registered(country))

    assert summary(taxed(IRISH, business(country, "123456789")))[:2] == (
        "AE", f"{code}_reverse_charge",
    )  # fmt: skip
    assert summary(taxed(registered_there, consumer(country)))[:2] == ("S", f"{code}_registered")
    assert summary(taxed(IRISH, consumer(country))) == ("tax_registration_missing",)


def test_a_seller_on_the_swiss_register_charges_businesses_as_well():
    registered_there = Seller("DE", registrations=registered("CH"))

    assert summary(taxed(registered_there, business("CH", "CHE100155212"))) == (
        "S", "ch_registered", ("VAT", 8.1),
    )  # fmt: skip
    assert summary(taxed(IRISH, business("CH", "CHE100155212MWST")))[:2] == (
        "O", "ch_acquisition_tax",
    )  # fmt: skip
    assert summary(taxed(IRISH, business("CH", "CHE100155212"))) == ("tax_registration_missing",)
    assert summary(taxed(IRISH, business("LI"))) == ("tax_registration_missing",)


def test_australia_wants_the_number_and_the_statement():
    stated = business("AU", "51824753556", gst_statement=True)
    silent = business("AU", "51824753556")
    simplified = Seller("IE", registrations=registered("AU simplified"))

    assert summary(taxed(IRISH, stated))[:2] == ("O", "au_registered_business")
    assert summary(taxed(IRISH, silent)) == ("gst_statement_missing",)
    assert summary(taxed(simplified, consumer("AU"))) == ("S", "au_registered", ("GST", 10.0))
    assert summary(taxed(IRISH, consumer("AU"))) == ("tax_registration_missing",)


@pytest.mark.parametrize(
    ("words", "province", "expected"),
    [
        (("CA",), "ON", ("S", "ca_registered", ("HST", 13.0))),
        (("CA",), "QC", ("S", "ca_registered", ("GST", 5.0))),
        (("CA", "CA-QC"), "QC", ("S", "ca_registered", ("GST", 5.0), ("QST", 9.975))),
        (("CA", "CA-BC"), "BC", ("S", "ca_registered", ("GST", 5.0), ("PST", 7.0))),
        ((), "ON", ("tax_registration_missing",)),
        (("CA",), "", ("location_evidence_missing",)),
    ],
)
def test_canada_adds_what_the_seller_is_registered_for(words, province, expected):
    seller = Seller("IE", registrations=registered(*words))

    assert summary(taxed(seller, consumer("CA", province))) == expected


def test_the_simplified_scheme_spares_buyers_with_a_number():
    seller = Seller("IE", registrations=registered("CA simplified"))
    buyer = business("CA", "119234567RT0001", region="ON")

    assert summary(taxed(seller, buyer))[:2] == ("O", "ca_registered_business")
    assert summary(taxed(seller, consumer("CA", "ON")))[0] == "S"


def test_texas_taxes_four_fifths_of_the_charge():
    outcome = taxed(AMERICAN, consumer("US", "TX", "78664"))

    assert summary(outcome) == (
        "S", "us_registered", ("Sales tax", 6.25), ("Local sales tax", 2.0),
    )  # fmt: skip
    assert {part.share_ppm for part in outcome.parts} == {800_000}


def test_a_missing_local_rate_is_held_or_by_setting_said():
    unknown = consumer("US", "TX", "79901")

    assert summary(taxed(AMERICAN, unknown)) == ("tax_rate_missing",)
    alone = taxed(replace(AMERICAN, state_rate_alone=True), unknown)
    assert "No local rate is on record for 79901" in alone.words


@pytest.mark.parametrize(
    ("state", "due", "expected"),
    [
        ("CA", "due", ("O", "us_not_taxable")),
        ("UT", "below_threshold", ("O", "no_obligation")),
        ("UT", "due", ("tax_registration_missing",)),
        ("PA", "due", ("S", "us_registered")),
    ],
)
def test_states_are_charged_only_where_registered_and_taxable(state, due, expected):
    assert summary(taxed(AMERICAN, consumer("US", state), due=due))[:2] == expected


def test_a_registered_seller_is_exempt_where_the_state_taxes_no_software():
    californian = Seller("US", "CA", registrations=registered("US-CA"))

    assert summary(taxed(californian, consumer("US", "CA")))[:2] == ("E", "us_not_taxable")


def test_a_crossed_threshold_ends_the_word_that_no_tax_is_due():
    crossed = replace(AMERICAN, crossed=frozenset({"US-UT"}))

    assert summary(taxed(crossed, consumer("US", "UT"), due="below_threshold")) == (
        "tax_registration_missing",
    )


def test_a_state_nobody_is_sure_about_is_held():
    seller = Seller("IE", registrations=registered("US-UT"))

    assert summary(taxed(seller, consumer("US", "UT"))) == ("taxability_unsure",)


def test_a_certificate_frees_within_its_validity():
    paper = Certificate("US-PA", "EX-1", "nonprofit school", date(2026, 1, 1), date(2026, 6, 30))
    buyer = business("US", region="PA", certificates=(paper,))

    assert summary(taxed(AMERICAN, buyer, date(2026, 6, 30)))[:2] == ("E", "certificate")
    assert summary(taxed(AMERICAN, buyer, date(2026, 7, 1)))[:2] == ("S", "us_registered")


def test_a_certificate_frees_wherever_tax_would_be_charged():
    paper = Certificate("IE", "EX-2", "diplomatic mission", date(2026, 1, 1), date(2026, 6, 30))

    assert summary(taxed(IRISH, consumer("IE", certificates=(paper,))))[:2] == ("E", "certificate")
    assert summary(taxed(IRISH, consumer("DE", certificates=(paper,))))[0] == "S"


def test_elsewhere_no_tax_is_due_once_finance_signed_that():
    assert summary(taxed(IRISH, business("JP"), due="not_due"))[:2] == ("O", "export")
    assert summary(taxed(IRISH, business("JP"), due="due")) == ("tax_registration_missing",)


def test_where_only_businesses_buy_everybody_else_is_held():
    assert summary(taxed(IRISH, business("JP"), due="businesses_only"))[:2] == ("O", "export")
    for country in ("JP", "CH", "AU", "NO"):
        assert summary(taxed(IRISH, consumer(country), due="businesses_only")) == (
            "tax_registration_missing",
        )


def test_a_market_nobody_signed_is_held():
    market = Market("JP", is_signed=False)

    outcome = determine(seller=IRISH, buyer=business("JP"), market=market, tax_point=DAY, book=BOOK)

    assert isinstance(outcome, Hold)
    assert outcome.code == "market_not_signed_off"
