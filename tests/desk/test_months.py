"""A month so far against the one before: running sums that end in the figures shown beside them."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from desk.calc.months import months_so_far, two_months

DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


def test_a_day_at_the_end_of_a_longer_month_stands_against_the_last_of_the_shorter():
    (eur,) = months_so_far(
        [("EUR", date(2026, 2, 28), 500), ("EUR", date(2026, 3, 31), 700)], today=date(2026, 3, 31)
    )

    assert (eur.total, eur.same_day, eur.total_before, eur.change_percent) == (700, 500, 500, 40)


def test_a_month_that_began_from_nothing_has_no_percentage():
    (eur,) = months_so_far([("EUR", date(2026, 3, 1), 100)], today=date(2026, 3, 1))

    assert (eur.same_day, eur.change_percent) == (0, None)


def test_the_currency_with_most_money_comes_first():
    found = months_so_far(
        [("EUR", date(2026, 3, 1), 100), ("USD", date(2026, 2, 1), 900)], today=date(2026, 3, 2)
    )

    assert [one.currency for one in found] == ["USD", "EUR"]


@given(st.lists(st.tuples(st.integers(-50, 70), st.integers(-10_000, 10_000))), DAYS)
def test_running_sums_end_in_the_sum_of_their_month(moves, today):
    before, first = two_months(today)
    days = [("EUR", first + timedelta(days=offset), minor) for offset, minor in moves]

    for month in months_so_far(days, today=today):
        assert month.total == sum(m for _, d, m in days if first <= d <= today)
        assert month.total_before == sum(m for _, d, m in days if before <= d < first)
        assert len(month.now) == today.day
