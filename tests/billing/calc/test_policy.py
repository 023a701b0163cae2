"""Policies: what is read, what is refused, and that the text follows every setting."""

import pytest

from billing.calc.policy import CHOICES, PolicyInvalid, canonical_settings, parse_policy
from billing.calc.policy_text import policy_text
from billing.calc.types import Interval
from kernel.money import minor_units
from tests.billing.calc.stories import flat

YEAR = Interval("month", 12)
OTHERS = {
    "inactivity_days": 30, "suspended_counts": False, "minimum_seats": 12, "increase_grace_days": 3,
    "decrease_window_hours": 24, "downgrade_lock_days": 90,
}  # fmt: skip
CHANGES = [(name, value) for name, values in CHOICES.items() for value in values[1:]]
CHANGES += list(OTHERS.items())
WITH = {
    "batch_window": ({"increase_invoicing": "batched"}, "week"),
    "true_up_cadence": ({"increase_invoicing": "true_up"}, "month"),
    "threshold_amount": ({"increase_invoicing": "threshold"}, "75.00"),
    "daily_price_days": ({"day_count": "fixed_daily_price"}, 31),
}


def text_of(settings: dict, language: str = "en") -> str:
    policy = parse_policy(settings, "EUR")
    return policy_text(policy, price=flat(36500), interval=YEAR, currency="EUR", language=language)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_every_setting_changes_the_text(name, value, language):
    assert text_of({name: value}, language) != text_of({}, language)


@pytest.mark.parametrize("name", WITH)
def test_every_amount_of_a_setting_changes_the_text(name):
    base, value = WITH[name]

    assert text_of({**base, name: value}) != text_of(base)


def test_the_example_is_rated_in_the_plans_own_price():
    policy = parse_policy({}, "EUR")

    text = policy_text(policy, price=flat(800), interval=Interval("month"), currency="EUR")

    assert text.endswith(
        "This period comes to 88.00 EUR:\n"
        "– 10 seats × 8.00 (1 to 30 April) = 80.00\n"
        "– 2 seats × 8.00 × 20/30 days (11 to 30 April) = 10.67\n"
        "– −1 seat × 8.00 × 10/30 days (21 to 30 April) = −2.67"
    )


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"anchr": "calendar"}, "anchr"),
        ({"anchor": "moon"}, "subscription, calendar, reset_on_change"),
        ({"minimum_seats": -1}, "minimum_seats"),
        ({"suspended_counts": "maybe"}, "true, false"),
        ({"batch_window": "soon"}, "batch_window"),
        ({"threshold_amount": "lots"}, "threshold_amount"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(settings, named):
    with pytest.raises(PolicyInvalid, match=named):
        parse_policy(settings, "EUR")


def test_settings_are_stored_in_one_spelling_that_reads_back_the_same():
    written = canonical_settings(
        {"true_up_cadence": {"months": 3}, "batch_window": "day", "inactivity_days": None}
    )

    assert written == {
        "inactivity_days": "none", "batch_window": {"hours": 24}, "true_up_cadence": "quarter",
    }  # fmt: skip
    assert parse_policy(written, "EUR") == parse_policy({}, "EUR")


def test_a_threshold_is_in_minor_units_of_the_currency():
    assert parse_policy({"threshold_amount": "500"}, "JPY").threshold_minor == minor_units(
        "500", "JPY"
    )
