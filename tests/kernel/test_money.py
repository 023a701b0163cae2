"""Money: whole minor units, one rounding, parts that add up."""

from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import AmountUnreadable, CurrenciesDiffer, Money, round_ratio

DECIMAL_MODES = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN, "down": ROUND_DOWN}


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("12.50", "EUR", 1250), ("1250", "JPY", 1250), ("1.250", "KWD", 1250), ("-0.05", "USD", -5)],
)
def test_amounts_are_read_and_written_with_the_decimals_of_the_currency(text, currency, minor):
    amount = Money.parse(text, currency)

    assert amount == Money(minor, currency)
    assert str(amount) == text


@pytest.mark.parametrize(
    ("text", "currency"), [("0.5", "JPY"), ("1.234", "EUR"), ("x", "EUR"), ("NaN", "EUR")]
)
def test_what_the_currency_cannot_hold_is_refused(text, currency):
    with pytest.raises(AmountUnreadable):
        Money.parse(text, currency)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6), st.sampled_from(sorted(DECIMAL_MODES)))
def test_rounding_agrees_with_decimal(numer, denom, mode):
    places = Decimal(numer) / Decimal(denom)
    exactly = places.quantize(Decimal("1e-12")) if abs(places) < 1 else places

    assert round_ratio(numer, denom, mode) == int(
        exactly.to_integral_value(rounding=DECIMAL_MODES[mode])
    )


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_a_credit_mirrors_its_charge(numer, denom):
    for mode in DECIMAL_MODES:
        assert round_ratio(-numer, denom, mode) == -round_ratio(numer, denom, mode)


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 10**6), min_size=1).filter(any))
def test_shares_add_up_and_none_is_off_by_a_whole_unit(minor, weights):
    parts = Money(minor, "EUR").split(weights)

    assert sum(part.minor for part in parts) == minor
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor * sum(weights) - minor * weight) < sum(weights)


def test_other_currencies_do_not_mix():
    with pytest.raises(CurrenciesDiffer):
        Money(1, "EUR") + Money(1, "USD")
