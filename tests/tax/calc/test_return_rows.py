"""Rows of a return: grouped, nothing lost, reconciled to the cent."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tax.calc.return_rows import Declared, base_once, reconcile, return_rows, sales_list_rows


def declared(number=1, **given):
    known = {
        "key": str(number),
        "invoice": f"invoice-{number}",
        "currency": "EUR",
        "jurisdiction": "DE",
        "name": "VAT",
        "treatment": "domestic",
        "rate": Decimal(19),
        "amount_minor": 1900,
        "base": 10000,
        "tax": 1900,
        "buyer_number": "",
        "corrects": None,
        "positions": (1,),
    }
    return Declared(**{**known, **given})


def test_corrections_of_a_filed_period_stand_apart():
    rows = return_rows([declared(1), declared(2, corrects=date(2026, 1, 1), base=-500, tax=-95)])

    assert [(row.corrects, row.base_minor, row.tax_minor) for row in rows] == [
        (None, 10000, 1900),
        (date(2026, 1, 1), -500, -95),
    ]


def test_lines_with_two_taxes_count_once_in_the_base_and_their_taxes_both():
    state, local = declared(1), declared(1, key="2", name="Local sales tax", tax=200)

    assert base_once([state, local]) == 10000
    assert sum(row.tax_minor for row in return_rows([state, local])) == 2100


def test_two_rates_on_different_lines_of_an_invoice_both_count():
    assert base_once([declared(1), declared(1, key="2", positions=(2,), base=500)]) == 10500


def test_a_buyer_is_named_once_with_all_its_invoices():
    rows = [declared(n, treatment="reverse_charge", buyer_number="ATU1") for n in (1, 2, 3)]

    (row,) = sales_list_rows(rows)

    assert (row.buyer_number, row.base_minor, row.invoices) == ("ATU1", 30000, 3)


def test_a_charge_without_its_row_shows_as_a_difference():
    (proof,) = reconcile(
        [declared(1)], charged={"invoice-1": ("EUR", 2000)}, all_taxes={"invoice-1": 1900}
    )

    assert proof.difference_minor == 100


AMOUNTS = st.integers(-(10**9), 10**9)
ROWS = st.builds(
    declared,
    number=st.integers(1, 5),
    jurisdiction=st.sampled_from(["DE", "FR"]),
    rate=st.sampled_from([Decimal(19), Decimal(7)]),
    corrects=st.sampled_from([None, date(2026, 1, 1)]),
    tax=AMOUNTS,
    base=AMOUNTS,
)


@given(st.lists(ROWS))
def test_no_tax_is_lost_in_grouping(rows):
    assert sum(row.tax_minor for row in return_rows(rows)) == sum(row.tax for row in rows)
    assert sum(row.base_minor for row in return_rows(rows)) == sum(row.base for row in rows)
