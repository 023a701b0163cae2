"""Estimate: a credit note as it would be issued now, decided by the code that issues it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from billing.calc.credits import Credit, credit_all, credit_amount, credit_lines
from billing.enums import CreditScope, InvoiceKind, InvoiceState
from billing.models import Invoice, InvoiceLine, InvoiceTax
from billing.records.credit_rows import credit_line_rows, credit_tax_rows
from billing.records.creditable import CreditedInvoice, load_credited_invoice
from kernel.refusal import Refusal


class NotCreditable(Refusal):
    code = "credit_needs_an_issued_invoice"


@dataclass(frozen=True, slots=True)
class CreditAsk:
    """
    How much a person wants to give back, in minor units of the invoice.

    `lines` are amounts before tax by position (scope "lines"), `amount_minor` one with tax ("amount").
    """

    scope: CreditScope
    lines: Mapping[int, int] = field(default_factory=dict)
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class DecidedCredit:
    """A credit with the rows of its note, not written yet."""

    original: CreditedInvoice
    credit: Credit
    lines: list[InvoiceLine]
    taxes: list[InvoiceTax]


@dataclass(frozen=True, slots=True)
class EstimatedLine:
    """A line as the credit note would have it; `credits_position` is the line it credits."""

    position: int
    credits_position: int
    description: str
    formula: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class EstimatedTax:
    number: int
    name: str
    jurisdiction: str
    rate_percent: Decimal
    base_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CreditEstimate:
    """
    Minor units of `currency`; amounts of the note are negative. `left_minor` is what would be left
    of the invoice, `open_minor` what is open on it now; both positive.
    """

    credits: str
    currency: str
    lines: tuple[EstimatedLine, ...]
    taxes: tuple[EstimatedTax, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    left_minor: int
    open_minor: int


def estimate_credit(*, invoice_id: UUID, ask: CreditAsk) -> CreditEstimate:
    """
    What issuing would write now. Nothing is written or locked.

    :raises NotCreditable: if it is not an issued invoice
    :raises Refusal: what issuing would refuse, saying what is left
    """
    invoice = Invoice.objects.select_related("customer", "receivable").get(pk=invoice_id)
    decided = decide_credit(
        invoice=invoice, ask=ask, note_id=invoice.pk, language=invoice.customer.language
    )
    left = decided.original.creditable.left_minor
    return CreditEstimate(
        credits=invoice.number,
        currency=invoice.currency,
        lines=tuple(map(estimated_line, decided.lines)),
        taxes=tuple(map(estimated_tax, decided.taxes)),
        subtotal_minor=-decided.credit.subtotal_minor,
        tax_minor=-decided.credit.tax_minor,
        total_minor=-decided.credit.total_minor,
        left_minor=left - decided.credit.total_minor,
        open_minor=invoice.receivable.open_minor,
    )


def decide_credit(
    *, invoice: Invoice, ask: CreditAsk, note_id: UUID, language: str, with_ledger: bool = True
) -> DecidedCredit:
    """
    The credit and its rows, from what is left now.

    :param with_ledger: whether what the ledger gave back of a line is no longer left of it
    """
    if invoice.state != InvoiceState.FINALIZED or invoice.kind != InvoiceKind.INVOICE:
        raise NotCreditable(
            "Only an issued invoice can be credited. A draft still changes with the ledger, and a "
            "credit note gives back already."
        )
    original = load_credited_invoice(invoice, with_ledger=with_ledger)
    credit = split(original, ask)
    return DecidedCredit(
        original=original,
        credit=credit,
        lines=credit_line_rows(original, credit, note_id=note_id, language=language),
        taxes=credit_tax_rows(original, credit, note_id=note_id),
    )


def split(original: CreditedInvoice, ask: CreditAsk) -> Credit:
    """By scope: all, amounts of lines, or an amount over all lines."""
    if ask.scope == CreditScope.LINES:
        return credit_lines(original.creditable, ask.lines)
    if ask.scope == CreditScope.AMOUNT:
        return credit_amount(original.creditable, ask.amount_minor)
    return credit_all(original.creditable)


def estimated_line(line: InvoiceLine) -> EstimatedLine:
    assert line.credited_line is not None
    return EstimatedLine(
        position=line.position,
        credits_position=line.credited_line.position,
        description=line.description,
        formula=line.formula,
        amount_minor=line.amount_minor,
    )


def estimated_tax(tax: InvoiceTax) -> EstimatedTax:
    return EstimatedTax(
        number=tax.number,
        name=tax.name,
        jurisdiction=tax.jurisdiction,
        rate_percent=tax.rate_percent,
        base_minor=tax.base_minor,
        amount_minor=tax.amount_minor,
    )
