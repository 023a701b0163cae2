"""Periods are half-open; months remember their anchor day."""

from datetime import date

import pytest

from kernel.period import Period, add_months


def test_a_period_holds_its_first_day_and_not_the_one_after():
    june = Period(date(2024, 6, 1), date(2024, 7, 1))

    assert (june.days, june.last) == (30, date(2024, 6, 30))
    assert date(2024, 6, 1) in june
    assert date(2024, 7, 1) not in june


def test_an_empty_period_is_a_mistake():
    with pytest.raises(ValueError, match="must end after it begins"):
        Period(date(2024, 6, 1), date(2024, 6, 1))


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        (1, date(2024, 2, 29)),
        (2, date(2024, 3, 31)),
        (3, date(2024, 4, 30)),
        (13, date(2025, 2, 28)),
    ],
)
def test_the_31st_survives_shorter_months(months, expected):
    assert add_months(date(2024, 1, 31), months, anchor_day=31) == expected


def test_periods_overlap_in_the_days_both_hold():
    june = Period(date(2024, 6, 1), date(2024, 7, 1))

    assert june.overlap(Period(date(2024, 6, 20), date(2024, 8, 1))) == Period(
        date(2024, 6, 20), date(2024, 7, 1)
    )
    assert june.overlap(Period(date(2024, 7, 1), date(2024, 8, 1))) is None
