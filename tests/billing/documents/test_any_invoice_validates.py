"""Whatever the amounts, rates and currency: an invoice whose taxes add up is data that validates."""

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.documents.e_invoice.write import write_cii, write_ubl
from billing.documents.source import InvoiceSource
from billing.enums import InvoiceKind
from billing.models import InvoiceLine
from tests.billing.documents.samples import GERMAN_BUYER, sample_lines
from tests.billing.documents.tax_samples import tax_on, taxed, untaxed
from tests.billing.documents.xml_reading import totals

RATES = st.sampled_from(["19", "7", "25.5", "8.25", "9.975", "1"])
SHARES = st.sampled_from([100, 80])
CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "CHF", "KWD", "BHD", "CLP"])
AMOUNTS = st.integers(-5_000_000, 5_000_000)
UNTAXED = st.sampled_from(["AE", "O", "E", "Z", "G"])


@st.composite
def sources(draw: st.DrawFn) -> InvoiceSource:
    """One to seven lines; those before a cut bear up to two taxes, those behind it none."""
    currency = draw(CURRENCIES)
    rows = sample_lines(draw(st.integers(1, 7)), currency=currency)
    for row in rows:
        row.amount_minor = draw(AMOUNTS)
        row.quantity = draw(st.integers(0, 400))
        row.unit_price_minor = draw(st.integers(0, 100_000))
    cut = draw(st.integers(0, len(rows)))
    taxes = [
        tax_on(rows[:cut], number=number, rate_percent=Decimal(rate), share_percent=Decimal(share))
        for number, (rate, share) in enumerate(
            draw(st.lists(st.tuples(RATES, SHARES), min_size=1, max_size=2)), 1
        )
        if cut
    ]
    if rows[cut:]:
        number = len(taxes) + 1
        category = draw(UNTAXED)
        taxes.append(untaxed(rows[cut:], number=number, category_code=category, note="No tax."))
    return finalized(rows, taxes, currency, draw(st.integers(0, 100)))


def finalized(
    rows: list[InvoiceLine], taxes: list, currency: str, credit_percent: int
) -> InvoiceSource:
    total = sum(row.amount_minor for row in rows) + sum(tax.amount_minor for tax in taxes)
    if total < 0:
        return taxed(
            rows, taxes, buyer=GERMAN_BUYER, currency=currency, kind=InvoiceKind.CREDIT_NOTE
        )
    credit = total * credit_percent // 100
    return taxed(rows, taxes, buyer=GERMAN_BUYER, currency=currency, credit_applied_minor=credit)


@given(sources())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_invoice_whose_taxes_add_up_validates_as_cii_and_ubl(source):
    data = write_cii(source)
    write_ubl(source)

    due = abs(Decimal(source.invoice.amount_due_minor))
    places = {"JPY": 0, "CLP": 0, "KWD": 3, "BHD": 3}.get(source.invoice.currency, 2)
    assert abs(Decimal(totals(data.xml)["DuePayableAmount"]) - due.scaleb(-places)) <= Decimal(
        "0.005"
    )
