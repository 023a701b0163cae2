"""Thresholds: which sales count, in which window, and when they are crossed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tax.calc.thresholds import DaySales, Threshold, counting, measure, windows_of
from tax.calc.types import Place

TODAY = date(2026, 11, 20)
UNION = frozenset({"DE", "FR", "IE"})
TEXAS = Threshold("US-TX", 500_000_00, "USD", None, False, "rolling_12", "all")


def sold(day: date, amount: int, country: str = "US", region: str = "TX", **facts) -> DaySales:
    said = {"is_confirmed_business": False, "transactions": 1, **facts}
    return DaySales(day, Place(country, region), amount_minor=amount, **said)


def test_a_threshold_is_crossed_by_the_sale_that_reaches_it():
    almost = [sold(TODAY, 499_999_99)]

    below = measure(TEXAS, almost, today=TODAY, is_registered=False)
    reached = measure(TEXAS, [*almost, sold(TODAY, 1)], today=TODAY, is_registered=False)

    assert (below.percent, below.state) == (99, "near")
    assert (reached.percent, reached.state, reached.crosses_on) == (100, "crossed", None)


def test_a_registered_seller_has_nothing_to_cross():
    found = measure(TEXAS, [sold(TODAY, 900_000_00)], today=TODAY, is_registered=True)

    assert (found.percent, found.state) == (180, "registered")


def test_the_crossing_is_projected_from_the_last_ninety_days():
    sales = [sold(TODAY - timedelta(days=30), 90_000_00)]

    found = measure(TEXAS, sales, today=TODAY, is_registered=False)

    assert found.crosses_on == TODAY + timedelta(days=410)  # 410,000 at 1,000 a day


@pytest.mark.parametrize(
    ("period", "windows"),
    [
        (
            "calendar",
            [(date(2026, 1, 1), date(2026, 11, 21)), (date(2025, 1, 1), date(2026, 1, 1))],
        ),
        ("rolling_12", [(date(2025, 11, 21), date(2026, 11, 21))]),
        ("four_quarters", [(date(2025, 10, 1), date(2026, 10, 1))]),
    ],
)
def test_each_law_has_its_window(period, windows):
    assert windows_of(replace(TEXAS, period=period), TODAY) == windows


def test_last_years_sales_count_where_the_law_looks_back():
    calendar = replace(TEXAS, period="calendar")
    sales = [sold(date(2025, 3, 1), 600_000_00), sold(TODAY, 10_00)]

    assert measure(calendar, sales, today=TODAY, is_registered=False).sales_minor == 600_000_00
    assert measure(TEXAS, sales, today=TODAY, is_registered=False).sales_minor == 10_00


def test_amount_and_transactions_are_alternatives_unless_both_are_needed():
    either = replace(TEXAS, amount_minor=100_000_00, transactions=200)
    sales = [sold(TODAY, 50_000_00, transactions=250)]

    assert measure(either, sales, today=TODAY, is_registered=False).state == "crossed"
    both = replace(either, both_needed=True)
    assert measure(both, sales, today=TODAY, is_registered=False).percent == 50


def test_a_threshold_of_nothing_is_crossed_by_the_first_sale():
    british = Threshold("GB", 0, "GBP", None, False, "rolling_12", "consumers")

    assert measure(british, [], today=TODAY, is_registered=False).state == "below"
    first = [sold(TODAY, 1, "GB", "")]
    assert measure(british, first, today=TODAY, is_registered=False).state == "crossed"


def test_each_threshold_counts_its_own_sales():
    texan, german = sold(TODAY, 1), sold(TODAY, 2, "DE", "")
    french = sold(TODAY, 4, "FR", "", is_confirmed_business=True)
    irish, swiss = sold(TODAY, 8, "IE", ""), sold(TODAY, 16, "CH", "")
    sales = [texan, german, french, irish, swiss]

    def counted(jurisdiction, counts, given=sales):
        threshold = replace(TEXAS, jurisdiction=jurisdiction, counts=counts)
        return counting(threshold, given, home="IE", union=UNION)

    assert counted("US-TX", "all") == [texan]
    assert counted("EU", "consumers") == [german]
    assert counted("CH", "worldwide") == sales
    acquisition = [texan, replace(swiss, is_confirmed_business=True)]
    assert counted("CH", "worldwide", acquisition) == []


@given(st.dates(date(2024, 1, 1), date(2032, 12, 31)))
def test_every_window_ends_by_today_and_spans_at_most_a_year(today):
    for period in ("calendar", "rolling_12", "four_quarters"):
        for first, after in windows_of(replace(TEXAS, period=period), today):
            assert first < after <= today + timedelta(days=1)
            assert (after - first).days <= 366
