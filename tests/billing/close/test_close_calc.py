"""Month end in plain values: figures that explain themselves, due days, digests."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calc.close.figures import Figures, Movement, RollForward, Sums, month_figures
from billing.calc.close.findings import FindingRow, digest_of, found
from billing.calc.close.items import BY_CODE, ITEMS, due_on
from billing.enums import CloseItem
from billing.models.close import NEVER_WAIVED
from billing.operations.check_month import CHECKS

ROLES = ("receivable", "deferred_revenue", "tax_payable", "revenue", "cash_bank", "fees")
KINDS = ("invoice", "credit_note", "received", "refund", "write_off", "recognition")


def test_a_month_in_one_currency():
    sums = [
        Sums("EUR", "receivable", "invoice", 100_00, 238_00),
        Sums("EUR", "receivable", "received", -50_00, -88_00),
        Sums("EUR", "tax_payable", "invoice", -16_00, -38_00),
        Sums("EUR", "revenue", "invoice", 0, -20_00),
        Sums("EUR", "deferred_revenue", "invoice", -84_00, -180_00),
        Sums("EUR", "deferred_revenue", "recognition", 0, 60_00),
        Sums("EUR", "revenue", "recognition", 0, -60_00),
        Sums("EUR", "gateway_clearing", "received", 49_00, 87_00),
        Sums("EUR", "fees", "received", 1_00, 1_00),
    ]

    (figures,) = month_figures(sums)

    assert figures == Figures(
        currency="EUR", billed_minor=238_00, credited_minor=0, tax_minor=38_00,
        collected_minor=88_00, given_back_minor=0, written_off_minor=0, earned_minor=80_00,
        receivables=RollForward(
            50_00, (Movement("invoice", 238_00), Movement("received", -88_00)), 200_00
        ),
        deferred=RollForward(
            84_00, (Movement("invoice", 180_00), Movement("recognition", -60_00)), 204_00
        ),
    )  # fmt: skip


def test_credits_and_refunds_are_told_as_positive_amounts():
    sums = [
        Sums("USD", "revenue", "credit_note", 0, 10_00),
        Sums("USD", "tax_payable", "credit_note", 0, 2_00),
        Sums("USD", "cash_bank", "refund", 0, -12_00),
    ]

    (figures,) = month_figures(sums)

    assert (figures.credited_minor, figures.tax_minor, figures.given_back_minor) == (
        12_00, -2_00, 12_00,
    )  # fmt: skip


amounts = st.integers(-(10**9), 10**9)
rows = st.builds(
    Sums, st.sampled_from(["EUR", "JPY"]), st.sampled_from(ROLES), st.sampled_from(KINDS),
    amounts, amounts,
)  # fmt: skip


@given(st.lists(rows, max_size=30))
def test_every_roll_forward_adds_up_and_leaves_nothing_out(sums):
    for figures in month_figures(sums):
        mine = [one for one in sums if one.currency == figures.currency]
        for roll, role, sign in (
            (figures.receivables, "receivable", 1),
            (figures.deferred, "deferred_revenue", -1),
        ):
            moved = sum(one.minor for one in roll.movements)
            assert roll.opening_minor + moved == roll.closing_minor
            assert roll.closing_minor == sign * sum(
                one.before_minor + one.month_minor for one in mine if one.role == role
            )


def test_the_first_working_day_counts():
    assert due_on(BY_CODE["events"], month_after=date(2026, 2, 1)) == date(2026, 2, 2)
    assert due_on(BY_CODE["earlier"], month_after=date(2026, 2, 1)) == date(2026, 2, 6)


@given(st.sampled_from(ITEMS), st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_every_item_is_due_on_a_working_day_of_the_next_month(item, day):
    first = day.replace(day=1)

    due = due_on(item, month_after=first)

    assert due.weekday() < 5
    assert 0 <= (due - first).days < 10


def test_a_finding_counts_all_and_keeps_the_first_rows():
    rows = [FindingRow(f"row {number}", "x", currency="EUR", minor=1) for number in range(600)]

    finding = found(rows, clean="Nothing.", dirty="Found: {count}.", more=7)

    assert (finding.count, len(finding.rows), finding.words) == (607, 500, "Found: 607.")
    assert finding.amounts == {"EUR": 600}


def test_nothing_found_is_clean():
    finding = found([], clean="Nothing.", dirty="Found: {count}.")

    assert (finding.is_clean, finding.words) == (True, "Nothing.")


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), values))
def test_the_order_of_names_does_not_change_a_digest(value):
    assert digest_of(value) == digest_of(dict(reversed(value.items())))


@pytest.mark.parametrize("code", CloseItem.values)
def test_every_item_is_described_and_checked(code):
    assert code in BY_CODE
    assert code in CHECKS
    assert BY_CODE[code].may_be_waived is (code not in NEVER_WAIVED)
