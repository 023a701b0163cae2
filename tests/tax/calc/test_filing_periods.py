"""The periods of a registration and when each return is due."""

from datetime import date

import pytest

from kernel.period import Period
from tax.calc.filing_periods import Cadence, filing_periods


def cadence(frequency="quarterly", **given):
    known = {"months_after": 1, "due_day": 0, "days_after": 0, "valid_from": date(2026, 1, 1)}
    return Cadence(frequency=frequency, **{**known, **given})


def dues(rule, *, since=date(2026, 1, 1), until=date(2026, 12, 31)):
    return [one.due for one in filing_periods(rule, since=since, until=until)]


@pytest.mark.parametrize(
    ("frequency", "count"),
    [
        ("monthly", 12),
        ("two_monthly", 6),
        ("quarterly", 4),
        ("four_monthly", 3),
        ("half_yearly", 2),
        ("annual", 1),
    ],
)
def test_periods_fill_the_calendar_year(frequency, count):
    periods = [
        one.period
        for one in filing_periods(
            cadence(frequency), since=date(2026, 1, 1), until=date(2026, 12, 31)
        )
    ]

    assert len(periods) == count
    assert (periods[0].first, periods[-1].after) == (date(2026, 1, 1), date(2027, 1, 1))


def test_one_stop_shop_is_due_at_the_end_of_the_month_after_the_quarter():
    assert dues(cadence()) == [
        date(2026, 4, 30),
        date(2026, 7, 31),
        date(2026, 10, 31),
        date(2027, 1, 31),
    ]


def test_a_due_day_the_month_does_not_have_is_its_last_day():
    assert dues(cadence("monthly", due_day=31), until=date(2026, 1, 31)) == [date(2026, 2, 28)]


def test_a_law_that_counts_days_counts_from_the_periods_end():
    assert dues(cadence(days_after=60), until=date(2026, 3, 1)) == [date(2026, 5, 30)]


def test_a_registration_files_for_the_period_it_begins_and_the_one_it_ends_in():
    rule = cadence(valid_from=date(2026, 2, 20), valid_to=date(2026, 7, 1))

    found = [
        one.period.first
        for one in filing_periods(rule, since=date(2020, 1, 1), until=date(2027, 1, 1))
    ]

    assert found == [date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)]


def test_periods_before_sales_were_recorded_are_left_out():
    rule = cadence("annual", valid_from=date(2016, 1, 1))

    (period,) = filing_periods(rule, since=date(2025, 9, 1), until=date(2025, 12, 31))

    assert period.period == Period(date(2025, 1, 1), date(2026, 1, 1))
