"""Business hours and pay days where the customer is, over changes of the clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning.calc.moments import (
    into_business_hours,
    is_business_time,
    pay_day_slots,
    pay_days_of,
    retry_slots,
)
from tests.dunning.calc.stories import ZONES, instants

BERLIN = ZoneInfo("Europe/Berlin")


@given(instants, st.sampled_from(ZONES))
def test_the_next_business_moment_is_one_and_never_earlier(at, zone):
    moment = into_business_hours(at, zone)

    assert moment >= at
    assert is_business_time(moment, zone)
    assert moment - at < timedelta(days=3, hours=1)
    assert into_business_hours(moment, zone) == moment


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ((27, 16, 59), (27, 16, 59)),
        ((27, 17, 0), (30, 9, 0)),
        ((29, 3, 30), (30, 9, 0)),
        ((30, 8, 59), (30, 9, 0)),
    ],
)
def test_nine_is_nine_on_both_sides_of_a_change_of_the_clock(said, moment):
    at = datetime(2026, 3, *said, tzinfo=BERLIN).astimezone(UTC)

    assert into_business_hours(at, "Europe/Berlin") == datetime(2026, 3, *moment, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("month", "days"),
    [
        (date(2026, 3, 1), (date(2026, 3, 2), date(2026, 3, 16), date(2026, 3, 31))),
        (date(2026, 5, 1), (date(2026, 5, 1), date(2026, 5, 15), date(2026, 5, 29))),
    ],
)
def test_pay_days_are_the_first_the_fifteenth_and_the_last_business_day(month, days):
    assert pay_days_of(month) == days


@given(instants, st.integers(1, 30), st.sampled_from(ZONES))
def test_pay_day_moments_lie_inside_the_window(since, days, zone):
    until = since + timedelta(days=days)

    for slot in pay_day_slots(since=since, until=until, zone=zone):
        assert since < slot <= until
        assert is_business_time(slot, zone)


@given(instants, st.integers(1, 30), st.integers(0, 10), st.sampled_from(ZONES))
def test_usual_moments_are_on_different_weekdays_inside_the_window(since, days, most, zone):
    until = since + timedelta(days=days)
    slots = retry_slots(since=since, until=until, most=most, zone=zone)

    assert len(slots) <= most
    assert len({slot.astimezone(ZoneInfo(zone)).date() for slot in slots}) == len(slots)
    assert all(since < slot <= until and is_business_time(slot, zone) for slot in slots)
