"""The arithmetic of the books: months add up, legs add up, pairs keep every account's sum."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calc.books.charts import CHARTS, ROLES, chart_of, numbers, zone_of
from billing.calc.books.pairs import Pair, Side, pairs
from billing.calc.books.postings import (
    Document,
    Moved,
    credit,
    document,
    payment,
    payout,
    recognition,
    write_off,
)
from billing.calc.books.recognition import earned, schedule
from billing.calc.books.types import Leg, Service, Slice, Unbalanced, balanced

LINE = UUID(int=1)
INVOICE = UUID(int=2)
JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))
amounts = st.integers(-(10**12), 10**12)


def service(first: date, after: date, minor: int) -> Service:
    return Service(key=LINE, first=first, after=after, minor=minor)


def test_a_line_earns_by_the_days_of_each_month():
    slices = schedule(service(date(2026, 1, 15), date(2026, 2, 15), 200_00))

    assert slices == (
        Slice(line=LINE, month=JAN, ends_on=date(2026, 1, 31), days=17, minor=109_68),
        Slice(line=LINE, month=FEB, ends_on=date(2026, 2, 14), days=14, minor=90_32),
    )


def test_a_year_of_ten_pounds_has_no_odd_penny_left():
    slices = schedule(service(date(2026, 1, 1), date(2027, 1, 1), 10_00))

    assert [one.minor for one in slices] == [85, 77, 85, 82, 85, 82, 85, 85, 82, 85, 82, 85]


def test_a_credit_mirrors_the_schedule_of_its_charge():
    charge = schedule(service(date(2026, 1, 15), date(2026, 4, 3), 77_77))
    back = schedule(service(date(2026, 1, 15), date(2026, 4, 3), -77_77))

    assert [one.minor for one in back] == [-one.minor for one in charge]


def test_a_line_without_a_span_is_earned_on_its_day():
    (only,) = schedule(service(date(2026, 3, 5), date(2026, 3, 5), 5_00))

    assert (only.month, only.ends_on, only.days, only.minor) == (MAR, date(2026, 3, 5), 1, 5_00)


def test_a_line_of_nothing_has_no_schedule():
    assert schedule(service(JAN, FEB, 0)) == ()


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 1200), amounts.filter(bool))
def test_the_months_of_a_line_add_up_to_it(first, days, minor):
    after = first + timedelta(days=days)

    slices = schedule(service(first, after, minor))

    assert sum(one.minor for one in slices) == minor
    assert sum(one.days for one in slices) == max(days, 1)
    assert all(abs(one.minor * max(days, 1) - minor * one.days) < max(days, 1) for one in slices)
    assert [one.month for one in slices] == sorted({one.month for one in slices})


def test_what_is_earned_by_a_day_is_whole_months_and_spans_before_it():
    slices = schedule(service(date(2026, 1, 15), date(2026, 2, 15), 200_00))

    assert [earned(slices, on=on) for on in (date(2026, 1, 31), FEB, date(2026, 2, 15))] == [
        0, 109_68, 200_00,
    ]  # fmt: skip


def doc(**said) -> Document:
    return Document(
        **{
            "key": INVOICE, "total_minor": 119_00, "lines_minor": 100_00, "earned_minor": 30_00,
            "taxes": [("VAT DE", 19_00)], "credit_minor": 0, **said,
        }
    )  # fmt: skip


def test_an_invoice_owes_tax_and_defers_what_is_not_earned():
    assert document(doc()) == (
        Leg("receivable", 119_00, invoice=INVOICE),
        Leg("deferred_revenue", -70_00),
        Leg("revenue", -30_00),
        Leg("tax_payable", -19_00, text="VAT DE"),
    )


def test_a_credit_of_what_was_earned_takes_it_out_of_revenue_at_once():
    note = doc(
        total_minor=-119_00, lines_minor=-100_00, earned_minor=-30_00,
        taxes=[("VAT DE", -19_00)], credit_minor=-119_00,
    )  # fmt: skip

    assert document(note) == (
        Leg("deferred_revenue", 70_00),
        Leg("revenue", 30_00),
        Leg("tax_payable", 19_00, text="VAT DE"),
        Leg("customer_credit", -119_00),
    )


def test_a_credit_note_not_kept_as_credit_is_to_be_paid_out():
    note = doc(total_minor=-50, lines_minor=-50, earned_minor=-50, taxes=(), credit_minor=0)

    assert document(note) == (Leg("revenue", 50), Leg("refunds_payable", -50))


def test_an_invoice_over_nothing_is_on_record_with_nothing():
    nothing = doc(total_minor=0, lines_minor=0, earned_minor=0, taxes=())

    assert [leg.minor for leg in document(nothing)] == [0, 0]


def test_tax_that_is_not_in_the_total_is_our_mistake():
    with pytest.raises(Unbalanced):
        document(doc(taxes=[("VAT DE", 18_99)]))
    with pytest.raises(Unbalanced):
        balanced([])


def test_a_withdrawal_opens_the_invoice_again():
    taken = Moved(
        minor=-100_00, fee_minor=15_00, by_bank=False, to_invoices=[(INVOICE, -80_00)],
        to_credit_minor=-20_00, to_refund_minor=0,
    )  # fmt: skip

    assert payment(taken) == (
        Leg("gateway_clearing", -100_00),
        Leg("receivable", 80_00, invoice=INVOICE),
        Leg("customer_credit", 20_00),
        Leg("fees", 15_00, text="gateway fee"),
        Leg("gateway_clearing", -15_00, text="gateway fee"),
    )


@given(amounts, st.sampled_from(["allocated", "unallocated", "reserved", "refund_failed"]))
def test_every_small_movement_adds_up(minor, use):
    for legs in (
        credit(use=use, minor=minor, invoice=INVOICE),
        write_off(minor=minor, invoice=INVOICE),
        payout(minor=minor),
        recognition(minor=minor),
    ):
        assert sum(leg.minor for leg in legs) == 0
        assert len(legs) == 2


@given(st.lists(st.tuples(st.sampled_from("ABCD"), amounts), max_size=12))
def test_pairs_keep_the_sum_of_every_account(given_sides):
    rest = -sum(minor for _, minor in given_sides)
    sides = [Side(account, minor) for account, minor in [*given_sides, ("E", rest)]]

    found = pairs(sides)

    for account in "ABCDE":
        told = sum(one.minor for one in found if one.debit == account) - sum(
            one.minor for one in found if one.credit == account
        )
        assert told == sum(side.minor for side in sides if side.account == account)
    assert all(one.minor > 0 for one in found)


def test_an_invoice_is_told_in_pairs():
    sides = [Side("1410", 119_00), Side("0990", -70_00), Side("8200", -30_00), Side("1770", -19_00)]

    assert pairs(sides) == (
        Pair("1410", "0990", 70_00), Pair("1410", "8200", 30_00), Pair("1410", "1770", 19_00),
    )  # fmt: skip


def test_sides_that_do_not_add_up_are_not_told_in_pairs():
    with pytest.raises(ValueError, match="adds up to zero"):
        pairs([Side("1410", 1)])


def test_every_chart_numbers_every_role_apart():
    for chart in CHARTS:
        assert set(numbers(chart)) == set(ROLES)
        assert len(set(numbers(chart).values())) == len(ROLES)
    assert [chart_of("DE"), chart_of("IE")] == ["SKR03", "generic"]
    assert [zone_of("DE"), zone_of("BR")] == ["Europe/Berlin", "UTC"]


def test_a_leg_of_another_document_stays_its_own():
    other = uuid4()

    legs = payment(
        Moved(
            minor=3, fee_minor=0, by_bank=True, to_invoices=[(INVOICE, 1), (other, 2)],
            to_credit_minor=0, to_refund_minor=0,
        )
    )  # fmt: skip

    assert [leg.invoice for leg in legs] == [None, INVOICE, other]
