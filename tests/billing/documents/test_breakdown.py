"""The VAT breakdown: nothing gets lost between an invoice's taxes and the groups of the standard."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from billing.documents.e_invoice.breakdown import TaxClass, break_down, spread
from tests.billing.documents.samples import sample_lines
from tests.billing.documents.tax_samples import tax_on, untaxed

CLASSES = [TaxClass("S", Decimal(rate)) for rate in (5, 10, 19)]
AMOUNTS = st.integers(-(10**9), 10**9)


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=3))
def test_a_tax_spread_over_groups_keeps_every_cent(minor, nets):
    shares = spread(minor, dict(zip(CLASSES, nets, strict=False)))

    assert sum(shares.values()) == minor
    assert len(shares) == len(nets)


def test_a_tax_on_lines_of_two_groups_falls_on_both_by_their_net_amounts():
    rows = sample_lines(4)
    federal = tax_on(rows, name="GST", rate_percent=Decimal(5))
    provincial = tax_on(rows[:2], number=2, name="QST", rate_percent=Decimal("9.975"))

    groups = break_down(rows, [federal, provincial], seller_has_tax_id=True, currency="EUR").groups

    assert [group.tax_class.rate_text for group in groups] == ["14.975", "5"]
    assert [group.positions for group in groups] == [(1, 2), (3, 4)]
    assert sum(group.tax_minor for group in groups) == (
        federal.amount_minor + provincial.amount_minor
    )


def test_an_untaxed_part_beside_a_taxed_one_does_not_change_the_category():
    rows = sample_lines(3)
    taxes = [
        untaxed(rows, name="Local tax", category_code="O", treatment="not_registered"),
        tax_on(rows, number=2, name="State tax", rate_percent=Decimal("6.25")),
    ]

    (group,) = break_down(rows, taxes, seller_has_tax_id=True, currency="EUR").groups

    assert group.tax_class == TaxClass("S", Decimal("6.25"))


def test_charged_at_zero_percent_is_zero_rated():
    rows = sample_lines(3)

    (group,) = break_down(rows, [untaxed(rows)], seller_has_tax_id=True, currency="EUR").groups

    assert group.tax_class.category == "Z"


def test_a_reason_that_several_taxes_share_is_said_once():
    rows = sample_lines(4)
    same = {"category_code": "AE", "treatment": "reverse_charge", "note": "Reverse charge."}
    taxes = [untaxed(rows[:2], **same), untaxed(rows[2:], number=2, **same)]

    (group,) = break_down(rows, taxes, seller_has_tax_id=True, currency="EUR").groups

    assert group.reasons == ("Reverse charge.",)


def test_two_taxes_rounded_to_whole_yen_bear_the_rate_that_was_charged():
    rows = sample_lines(1, currency="JPY")
    rows[0].amount_minor = 1005  # 10 % is 100.5, which both taxes round up
    taxes = [tax_on(rows, number=number, rate_percent=Decimal(10)) for number in (1, 2)]

    (group,) = break_down(rows, taxes, seller_has_tax_id=True, currency="JPY").groups

    assert group.tax_minor == 202
    assert group.tax_class.rate == Decimal("20.099502487562")
