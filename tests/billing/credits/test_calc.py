"""Credits split over lines and taxes: nothing above what is left, and all of it comes out to zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calc.credits import (
    Creditable,
    CreditableLine,
    CreditableTax,
    CreditAboveWhatIsLeft,
    CreditIsNothing,
    NothingLeftToCredit,
    credit_all,
    credit_amount,
    credit_lines,
)
from kernel.money import round_ratio

VAT = 190_000


def invoice(*amounts: int, rate_ppm: int = VAT) -> Creditable:
    """Lines of these amounts, all under one tax."""
    lines = tuple(CreditableLine(place, minor) for place, minor in enumerate(amounts, 1))
    net = sum(amounts)
    tax = CreditableTax(
        1, tuple(line.position for line in lines), rate_ppm, 1_000_000, net,
        round_ratio(net * rate_ppm, 1_000_000),
    )  # fmt: skip
    return Creditable("EUR", lines, (tax,))


def after(one: Creditable, credit) -> Creditable:
    """The invoice once this credit note is issued."""
    given_back = {line.position: line.amount_minor for line in credit.lines}
    taxes = {tax.number: tax for tax in credit.taxes}
    return Creditable(
        one.currency,
        tuple(
            CreditableLine(
                line.position,
                line.amount_minor,
                line.credited_minor + given_back.get(line.position, 0),
                line.returned_minor,
            )
            for line in one.lines
        ),
        tuple(
            CreditableTax(
                tax.number, tax.positions, tax.rate_ppm, tax.share_ppm, tax.base_minor,
                tax.amount_minor,
                tax.credited_base_minor + (taxes[tax.number].base_minor if tax.number in taxes else 0),
                tax.credited_minor + (taxes[tax.number].amount_minor if tax.number in taxes else 0),
            )
            for tax in one.taxes
        ),
    )  # fmt: skip


def amounts(credit) -> tuple[dict[int, int], int]:
    return {line.position: line.amount_minor for line in credit.lines}, credit.tax_minor


def test_a_full_credit_mirrors_every_line_and_the_tax():
    assert amounts(credit_all(invoice(100_00, -20_00))) == ({1: 100_00, 2: -20_00}, 15_20)


def test_an_amount_of_a_line_comes_with_its_tax():
    assert amounts(credit_lines(invoice(100_00, 50_00), {1: 40_00})) == ({1: 40_00}, 7_60)


def test_the_last_credit_of_a_line_takes_the_tax_that_remains():
    bill = invoice(10)  # tax 2 (1.9)
    first = credit_lines(bill, {1: 3})  # 0.57
    second = credit_lines(after(bill, first), {1: 7})

    assert (first.tax_minor, second.tax_minor) == (1, 1)


def test_an_amount_with_tax_is_spread_over_the_lines_by_what_is_left():
    credit = credit_amount(invoice(100_00, 50_00), 119_00)

    assert amounts(credit) == ({1: 66_67, 2: 33_33}, 19_00)


def test_an_amount_no_net_gives_exactly_is_rounded_in_its_tax():
    credit = credit_amount(invoice(100_00), 3)  # 0.02 net is 0.02, 0.03 net is 0.04

    assert amounts(credit) == ({1: 2}, 1)


def test_an_amount_without_tax_is_all_net():
    assert amounts(credit_amount(invoice(100_00, rate_ppm=0), 33_33)) == ({1: 33_33}, 0)


def test_more_than_is_left_of_a_line_is_refused_with_what_is_left():
    bill = after(invoice(100_00), credit_lines(invoice(100_00), {1: 70_00}))

    with pytest.raises(CreditAboveWhatIsLeft, match=r"Line 1: at most 30.00 EUR"):
        credit_lines(bill, {1: 30_01})


def test_more_than_is_left_of_the_invoice_is_refused_with_what_is_left():
    with pytest.raises(CreditAboveWhatIsLeft, match=r"119.00 EUR"):
        credit_amount(invoice(100_00), 119_01)
    with pytest.raises(CreditAboveWhatIsLeft, match=r"is left of the invoice"):
        credit_lines(invoice(200_00, -150_00), {1: 60_00})


def test_what_the_ledger_gave_back_is_not_left():
    bill = Creditable("EUR", (CreditableLine(1, 100_00, returned_minor=80_00),))

    assert amounts(credit_all(bill)) == ({1: 20_00}, 0)


@pytest.mark.parametrize("asked", [{}, {1: 0}, {1: -5}])
def test_nothing_is_no_credit(asked):
    with pytest.raises(CreditIsNothing):
        credit_lines(invoice(100_00), asked)


def test_a_credited_invoice_has_nothing_left():
    bill = invoice(100_00)

    with pytest.raises(NothingLeftToCredit):
        credit_all(after(bill, credit_all(bill)))


@st.composite
def bills(draw):
    """Lines under one to three taxes with odd rates and shares, charges and credits mixed."""
    size = draw(st.integers(1, 6))
    charges = draw(st.lists(st.integers(1, 500_000), min_size=size, max_size=size))
    credits = draw(st.lists(st.integers(-5_000, -1), max_size=2)) if draw(st.booleans()) else []
    lines = tuple(CreditableLine(p, m) for p, m in enumerate([*charges, *credits], 1))
    if sum(line.amount_minor for line in lines) <= 0:
        lines = lines[: len(charges)]
    positions = [line.position for line in lines]
    taxes = []
    for number in range(1, draw(st.integers(0, 3)) + 1):
        on = sorted(draw(st.sets(st.sampled_from(positions), min_size=1)))
        rate, share = draw(st.integers(0, 270_000)), draw(st.sampled_from([1_000_000, 800_000]))
        net = sum(line.amount_minor for line in lines if line.position in on)
        base = round_ratio(net * share, 1_000_000)
        tax = round_ratio(base * rate, 1_000_000)
        taxes.append(CreditableTax(number, tuple(on), rate, share, base, tax))
    return Creditable("EUR", lines, tuple(taxes))


@given(bills(), st.data())
def test_any_credits_come_out_to_zero_and_never_give_back_more(bill, data):
    start, given_back = bill, 0
    total = start.left_minor
    for _ in range(3):
        left = bill.left_minor
        if left <= 0:
            break
        if data.draw(st.booleans()):
            try:
                credit = credit_amount(bill, asked := data.draw(st.integers(1, left)))
            except CreditIsNothing:
                continue
            assert 0 < credit.total_minor <= asked
        else:
            charges = [line for line in bill.lines if line.left_minor > 0]
            line = data.draw(st.sampled_from(charges))
            try:
                credit = credit_lines(
                    bill, {line.position: data.draw(st.integers(1, line.left_minor))}
                )
            except (CreditAboveWhatIsLeft, CreditIsNothing):
                continue
        given_back += credit.total_minor
        bill = after(bill, credit)
        assert bill.left_minor == total - given_back
    if bill.left_minor > 0:
        last = credit_all(bill)
        bill = after(bill, last)
        given_back += last.total_minor
        assert all(line.open_minor == 0 for line in bill.lines)
        assert all(tax.credited_minor == tax.amount_minor for tax in bill.taxes)
        assert all(tax.credited_base_minor == tax.base_minor for tax in bill.taxes)
        assert given_back == total


@given(
    st.lists(st.integers(1, 100_000), min_size=1, max_size=5), st.integers(0, 270_000), st.data()
)
def test_an_amount_of_charges_is_credited_exactly(charges, rate_ppm, data):
    bill = invoice(*charges, rate_ppm=rate_ppm)
    asked = data.draw(st.integers(1, bill.left_minor))

    credit = credit_amount(bill, asked)

    assert credit.total_minor == asked
    assert all(line.amount_minor > 0 for line in credit.lines)
    exact = credit.subtotal_minor * rate_ppm / 1_000_000
    assert abs(credit.tax_minor - exact) <= 2
