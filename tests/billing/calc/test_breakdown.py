"""A line broken down by group adds up to the line, whatever the groups are."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from billing.calc.breakdown import BrokenLine, HeldSpan, break_down
from kernel.period import Period

FEBRUARY = Period(date(2026, 2, 1), date(2026, 3, 1))


def line(kind="recurring", amount_minor=2800, quantity=4, entries=()):
    return BrokenLine(kind, amount_minor, quantity, FEBRUARY, entries)


def test_a_period_is_shared_by_the_days_people_held_seats_in_each_group():
    held = [
        HeldSpan("sales", date(2026, 1, 10), date.max),
        HeldSpan("sales", date(2026, 2, 15), date.max),  # 14 of 28 days
        HeldSpan("north", date(2026, 2, 1), date(2026, 2, 15)),
    ]
    # 112 seat days cost 28.00: 42 days for sales, 14 for north, 56 nobody held
    assert break_down(line(), held) == {"sales": 1050, "north": 350, None: 1400}


def test_a_change_is_shared_by_the_seats_its_events_name():
    added = line("proration", 1000, 3, [("sales", 2), (None, 1)])
    assert break_down(added, []) == {"sales": 667, None: 333}


def test_nothing_known_belongs_to_nobody():
    assert break_down(line("credit", -500), []) == {None: -500}


GROUPS = st.sampled_from(["a", "b", "c", None])
DAYS = st.integers(-40, 40).map(lambda gap: date(2026, 2, 14) + timedelta(days=gap))


@given(
    st.sampled_from(["recurring", "proration", "credit"]),
    st.integers(-(10**9), 10**9),
    st.integers(0, 30),
    st.lists(st.tuples(GROUPS, st.integers(0, 20)), max_size=6),
    st.lists(st.tuples(GROUPS, DAYS, DAYS), max_size=6),
)
def test_the_shares_always_add_up_to_the_line(kind, amount, quantity, entries, spans):
    held = [HeldSpan(group, first, after) for group, first, after in spans]
    shares = break_down(line(kind, amount, quantity, entries), held)
    assert sum(shares.values()) == amount
