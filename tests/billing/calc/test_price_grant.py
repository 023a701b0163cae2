"""Prices of an agreed exception, day by day, and what they give away."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.calc.interval import Interval
from billing.calc.price_grant import charge_of, leakage_minor, percent_off, price_said, price_steps
from billing.calc.pricing import PriceTerms, Tier

LIST = PriceTerms("list", "per_unit", (Tier(None, 800),))
VOLUME = PriceTerms("list", "volume", (Tier(10, 800), Tier(None, 600)), included=2)
FIRST, LAST = date(2026, 1, 15), date(2026, 4, 15)


def steps(kind, terms, price=LIST, ends_on=LAST):
    return price_steps(kind, terms, starts_on=FIRST, ends_on=ends_on, list_price=price)


def said(kind, terms, price=LIST):
    return [(one.day, price_said(one.price)) for one in steps(kind, terms, price)]


def row(minor):
    return {"mode": "per_unit", "tiers": [{"up_to": None, "price_minor": minor}]}


def test_a_percentage_holds_between_its_days():
    assert said("discount", {"percent": 10}) == [(FIRST, row(720)), (LAST, {"list": True})]


def test_an_amount_never_goes_below_nothing():
    assert said("discount", {"amount_minor": 900})[0] == (FIRST, row(0))


def test_free_seats_add_to_those_included():
    assert said("free_seats", {"seats": 3}, VOLUME)[0][1]["included"] == 5


def test_a_price_of_its_own_replaces_every_tier():
    assert said("price_override", {"price_minor": 500}, VOLUME)[0][1]["tiers"] == row(500)["tiers"]


def test_a_ramp_keeps_to_its_time():
    ramp = [
        {"from": "2025-12-01", "percent": 50},
        {"from": "2026-02-15", "percent": 0},
        {"from": "2026-09-01", "percent": 5},
    ]

    assert said("discount", {"ramp": ramp}) == [
        (FIRST, row(400)),
        (date(2026, 2, 15), {"list": True}),
        (LAST, {"list": True}),
    ]


def test_leakage_counts_every_interval_of_the_term():
    lost = leakage_minor(
        steps("discount", {"percent": 10}), list_price=LIST, seats=25, interval=Interval("month")
    )

    assert lost == 3 * 25 * 80


def test_without_an_end_nothing_can_be_counted():
    open_end = steps("discount", {"percent": 10}, ends_on=None)

    assert leakage_minor(open_end, list_price=LIST, seats=1, interval=Interval("month")) == 0


@given(st.integers(1, 100), st.integers(0, 10**9))
def test_a_percentage_takes_between_nothing_and_all(percent, minor):
    reduced = percent_off(PriceTerms("p", "per_unit", (Tier(None, minor),)), percent)

    assert 0 <= reduced.tiers[0].price_minor <= minor
    assert abs(reduced.tiers[0].price_minor * 100 - minor * (100 - percent)) <= 50


@given(st.integers(1, 100), st.integers(0, 500), st.integers(1, 400))
def test_what_is_given_away_is_the_difference_of_every_charge(percent, seats, days):
    first = FIRST
    asked = price_steps(
        "discount", {"percent": percent}, starts_on=first, ends_on=first + timedelta(days=days),
        list_price=VOLUME,
    )  # fmt: skip
    weeks = -(-days // 7)
    each = charge_of(VOLUME, seats=seats) - charge_of(asked[0].price, seats=seats)

    lost = leakage_minor(asked, list_price=VOLUME, seats=seats, interval=Interval("week"))

    assert lost == weeks * each >= 0
