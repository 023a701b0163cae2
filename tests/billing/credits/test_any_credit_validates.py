"""Whatever is credited of whatever invoice: the credit note is data that validates and comes out to zero."""

from decimal import Decimal
from uuid import uuid4

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from billing.calc.credits import Credit, Creditable, credit_all, credit_amount, credit_lines
from billing.documents.e_invoice.write import write_cii, write_ubl
from billing.documents.source import EarlierInvoice, InvoiceSource
from billing.enums import InvoiceKind, Settlement
from billing.records.credit_differences import after, untouched
from billing.records.credit_rows import credit_line_rows, credit_tax_rows
from billing.records.creditable import CreditedInvoice
from kernel.money import exponent_of
from kernel.refusal import Refusal
from tests.billing.documents.samples import FIRST, GERMAN_BUYER
from tests.billing.documents.tax_samples import taxed
from tests.billing.documents.test_any_invoice_validates import sources
from tests.billing.documents.xml_reading import totals

KINDS = st.sampled_from(["full", "amount", "lines"])


def drawn(data: st.DataObject, left: Creditable) -> Credit:
    kind = data.draw(KINDS)
    if kind == "full":
        return credit_all(left)
    if kind == "amount":
        return credit_amount(left, data.draw(st.integers(1, left.left_minor)))
    charges = [line for line in left.lines if line.left_minor > 0]
    line = data.draw(st.sampled_from(charges))
    return credit_lines(left, {line.position: data.draw(st.integers(1, line.left_minor))})


def note_of(source: InvoiceSource, left: Creditable, credit: Credit) -> InvoiceSource:
    original = CreditedInvoice(source.invoice, source.lines, source.taxes, left, {})
    lines = credit_line_rows(original, credit, note_id=uuid4(), language="en")
    taxes = credit_tax_rows(original, credit, note_id=uuid4())
    for tax in taxes:
        tax.registration = tax.credited_tax.registration
    note = taxed(
        lines, taxes, buyer=GERMAN_BUYER, currency=source.invoice.currency,
        kind=InvoiceKind.CREDIT_NOTE, settlement=Settlement.INVOICE,
    )  # fmt: skip
    corrects = [EarlierInvoice(source.invoice.number, FIRST)]
    return InvoiceSource(note.invoice, lines, taxes, corrects, reason="Goodwill. A < B & C.")


def says_something(note: InvoiceSource) -> bool:
    """EN 16931 knows two decimals: a few fils of a dinar are written as nothing."""
    thousandths = exponent_of(note.invoice.currency) == 3
    return -note.invoice.total_minor >= (5 if thousandths else 1)


@given(sources(), st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_credits_of_an_invoice_validate_as_cii_and_ubl(source, data):
    assume(source.invoice.kind == InvoiceKind.INVOICE and source.invoice.total_minor > 0)
    left = untouched(source.lines, source.taxes, source.invoice.currency)
    for _ in range(2):
        if left.left_minor <= 0:
            break
        try:
            credit = drawn(data, left)
        except Refusal:
            continue
        note = note_of(source, left, credit)
        cii, ubl = write_cii(note).xml, write_ubl(note).xml

        for xml in (cii, ubl):
            assert source.invoice.number.encode() in xml
        stands = Decimal(totals(cii)["GrandTotalAmount"])  # type 381
        assert stands > 0 if says_something(note) else stands == 0
        left = after(left, credit)
