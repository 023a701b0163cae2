"""The decisions of the detectors, without a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.calc.detect_invoices import (
    HISTORY_AT_LEAST,
    DueSubscription,
    PricedInvoice,
    missing_invoices,
    unusual_invoices,
    usual_range,
)
from desk.calc.detect_seats import (
    BilledLine,
    CountedSeats,
    Removal,
    TwoLines,
    billed_twice,
    is_drift,
    late_removals,
    words_of_time,
)
from desk.calc.findings import DEFAULT_LIMITS, Limits

ONE, TWO = UUID(int=1), UUID(int=2)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def line(span_id=ONE, *, first=1, after=29, amount=80_00, credited=0, entries=(ONE,), corrects=()):
    return BilledLine(
        line_id=uuid4(), span_id=span_id, invoice_id=uuid4(), invoice=f"SW-{span_id.int}",
        first=date(2026, 2, first), after=date(2026, 2, 1) + timedelta(days=after - 1),
        quantity=10, amount_minor=amount, credited_minor=credited, entry_ids=frozenset(entries),
        corrects=frozenset(corrects),
    )  # fmt: skip


def pair(earlier, later, basis="recurring:member"):
    return TwoLines(uuid4(), uuid4(), "member", basis, "EUR", earlier, later)


def test_the_words_name_seats_days_both_invoices_and_the_money():
    (found,) = billed_twice([pair(line(), line(TWO, first=15, credited=20_00))])

    assert found.words == (
        "10 member seats for 14 days from 2026-02-15 (140 seat-days) are on SW-1 and again on "
        "SW-2: 60.00 EUR twice."
    )
    assert found.amount_minor == 60_00


@pytest.mark.parametrize(
    ("earlier", "later", "basis"),
    [
        (line(after=15), line(TWO, first=15), "recurring:member"),
        (line(), line(TWO, corrects=(ONE,)), "recurring:member"),
        (line(), line(TWO, credited=80_00), "recurring:member"),
        (line(credited=80_00), line(TWO), "recurring:member"),
        (line(), line(TWO, entries=(ONE, TWO)), "change:member:1"),
    ],
    ids=["days apart", "a correction", "credited", "the first credited", "names a new event"],
)
def test_what_is_not_twice(earlier, later, basis):
    assert billed_twice([pair(earlier, later, basis)]) == []


def test_a_line_of_a_change_that_names_no_new_event_is_twice():
    assert billed_twice([pair(line(), line(TWO), "change:member:1")])


@given(
    late=st.integers(min_value=-100, max_value=1000), most=st.integers(min_value=0, max_value=500)
)
def test_a_removal_is_late_exactly_when_it_passes_the_limit(late, most):
    removal = Removal(ONE, ONE, ONE, "acme", "member", 1, NOON, NOON + timedelta(hours=late), None)

    found = late_removals([removal], Limits(window_days=3, at_least=Decimal(most)))

    assert bool(found) == (late > most)


@pytest.mark.parametrize(
    ("passed", "words"), [(timedelta(hours=47), "47 hours"), (timedelta(hours=73), "3 days")]
)
def test_a_delay_is_told_in_hours_then_days(passed, words):
    assert words_of_time(passed) == words


@given(billed=st.integers(0, 2000), active=st.integers(0, 2000))
def test_drift_is_symmetric_and_never_of_equal_counts(billed, active):
    def drifts(one, two):
        counted = CountedSeats(ONE, ONE, "acme", "member", one, two, NOON)
        return is_drift(counted, DEFAULT_LIMITS["seat_drift"])

    assert drifts(billed, active) == drifts(active, billed)
    assert not drifts(billed, billed)
    if drifts(billed, active):
        assert abs(billed - active) >= 2


@pytest.mark.parametrize(
    ("billed", "active", "found"),
    [
        (25, 24, False),
        (25, 23, True),
        (100, 96, False),
        (100, 95, True),
        (0, 2, True),
        (0, 0, False),
    ],
)
def test_a_gap_counts_in_seats_and_in_percent(billed, active, found):
    counted = CountedSeats(ONE, ONE, "acme", "member", billed, active, NOON)

    assert is_drift(counted, DEFAULT_LIMITS["seat_drift"]) == found


LIMITS = DEFAULT_LIMITS["unusual_invoice"]


def priced(amount, earlier):
    return PricedInvoice(ONE, TWO, "SW-9", "EUR", amount, tuple(earlier))


@pytest.mark.parametrize(
    ("amount", "found"),
    [(100_00, False), (149_00, False), (151_00, True), (49_00, True), (51_00, False)],
)
def test_who_always_pays_the_same_may_move_by_half(amount, found):
    assert bool(unusual_invoices([priced(amount, [100_00] * 6)], LIMITS)) == found


def test_who_varies_a_lot_may_vary_a_lot():
    earlier = [50_00, 80_00, 100_00, 120_00, 150_00, 90_00]

    assert unusual_invoices([priced(270_00, earlier)], LIMITS) == []
    assert unusual_invoices([priced(280_00, earlier)], LIMITS)


@given(
    amount=st.integers(0, 10**9),
    earlier=st.lists(st.integers(0, 10**9), max_size=HISTORY_AT_LEAST - 1),
)
def test_little_history_never_speaks(amount, earlier):
    assert unusual_invoices([priced(amount, earlier)], LIMITS) == []


@given(earlier=st.lists(st.integers(0, 10**9), min_size=HISTORY_AT_LEAST, max_size=12))
def test_the_median_is_always_usual_and_order_does_not_matter(earlier):
    low, high = usual_range(earlier, LIMITS)

    assert usual_range(earlier[::-1], LIMITS) == (low, high)
    assert low <= sorted(earlier)[len(earlier) // 2] <= high


@given(hours=st.integers(0, 200))
def test_an_invoice_is_missing_only_after_its_grace(hours):
    due = DueSubscription(ONE, TWO, "acme", NOON - timedelta(hours=hours), None, "")

    found = missing_invoices([due], at=NOON, limits=DEFAULT_LIMITS["invoice_missing"])

    assert bool(found) == (hours > 72)
