"""What people type into the forms of prices and policies, and what it becomes."""

import pytest

from billing.admin.policies import PolicyForm, as_setting, settings_words
from billing.admin.prices import PriceForm, parse_tiers, tier_lines
from billing.models import Price
from kernel.refusal import Refusal


@pytest.mark.parametrize(
    ("text", "currency", "tiers"),
    [
        ("8.00", "EUR", [{"up_to": None, "price_minor": 800}]),
        ("rest: 1200", "JPY", [{"up_to": None, "price_minor": 1200}]),
        (
            "10: 5.00\n\n rest : 4",
            "EUR",
            [{"up_to": 10, "price_minor": 500}, {"up_to": None, "price_minor": 400}],
        ),
        ("1.250", "KWD", [{"up_to": None, "price_minor": 1250}]),
    ],
)
def test_tiers_are_written_a_line_each(text, currency, tiers):
    assert parse_tiers(text, currency) == tiers


@pytest.mark.parametrize("text", ["", "ten: 5.00", "10: 5.00"])
def test_tiers_that_leave_seats_without_a_price_are_refused(text):
    with pytest.raises(ValueError, match=r"rest"):
        parse_tiers(text, "EUR")


def test_a_price_has_no_more_decimals_than_its_currency():
    with pytest.raises(Refusal, match="more decimals"):
        parse_tiers("8.005", "EUR")


def test_the_next_version_starts_from_the_lines_of_the_one_before():
    price = Price(
        currency="KWD",
        tiers=[{"up_to": 10, "price_minor": 1250}, {"up_to": None, "price_minor": 1000}],
    )

    assert parse_tiers(tier_lines(price), "KWD") == price.tiers


def test_a_broken_tier_is_told_at_its_field(db):
    form = PriceForm({"currency": "EUR", "tiers": "8.005"})

    assert "more decimals" in form.errors["tiers"][0]


def test_only_settings_other_than_the_default_are_published(db):
    form = PolicyForm({"decrease_credit": "none", "minimum_seats": "5", "anchor": ""})
    form.is_valid()

    assert form.cleaned_data["settings"] == {"decrease_credit": "none", "minimum_seats": 5}


def test_a_setting_that_cannot_be_is_told_at_its_field(db):
    form = PolicyForm({"true_up_cadence": "fortnight", "inactivity_days": "0"})

    assert {"true_up_cadence", "inactivity_days"} <= set(form.errors)


@pytest.mark.parametrize(
    ("name", "typed", "setting"),
    [
        ("inactivity_days", "30", 30),
        ("threshold_amount", "50", "50"),
        ("batch_window", "day", "day"),
    ],
)
def test_numbers_are_settings_as_numbers_and_amounts_as_decimals(name, typed, setting):
    assert as_setting(name, typed) == setting


def test_settings_read_as_words():
    words = settings_words({"suspended_counts": False, "batch_window": {"hours": 24}})

    assert words == "suspended_counts: false, batch_window: 24"
