"""The rows of a credit note as they are shown before it is issued and written when it is."""

from collections.abc import Mapping
from uuid import UUID

from billing.calc.credit_words import credit_part
from billing.calc.credits import Credit, CreditedTax
from billing.calc.line_text import describe_line
from billing.enums import LineKind
from billing.models import InvoiceLine, InvoiceTax
from billing.records.creditable import CreditedInvoice
from kernel.money import Money, round_ratio


def credit_line_rows(
    original: CreditedInvoice, credit: Credit, *, note_id: UUID, language: str
) -> list[InvoiceLine]:
    """One line for each that is credited, in their order; amounts with the opposite sign."""
    lines = {line.position: line for line in original.lines}
    return [
        credit_line_row(
            lines[part.position],
            part.amount_minor,
            position=place,
            note_id=note_id,
            number=original.invoice.number,
            currency=original.invoice.currency,
            language=language,
        )
        for place, part in enumerate(credit.lines, 1)
    ]


def credit_line_row(
    line: InvoiceLine,
    minor: int,
    *,
    position: int,
    note_id: UUID,
    number: str,
    currency: str,
    language: str,
) -> InvoiceLine:
    kind = LineKind.GIVEN_BACK
    return InvoiceLine(
        customer_id=line.customer_id,
        invoice_id=note_id,
        position=position,
        credited_line=line,
        kind=kind,
        seat_type_code=line.seat_type_code,
        seat_type_name=line.seat_type_name,
        plan_name=line.plan_name,
        description=describe_line(kind=kind, seat_type_name=line.seat_type_name, language=language),
        quantity=line.quantity,
        seat_days=line.seat_days,
        unit_price_minor=line.unit_price_minor,
        span_first=line.span_first,
        span_after=line.span_after,
        amount_minor=-minor,
        formula=credit_part(
            number=number,
            position=line.position,
            part=str(Money(minor, currency)),
            whole=str(Money(line.amount_minor, currency)),
            language=language,
        ),
    )


def credit_tax_rows(
    original: CreditedInvoice, credit: Credit, *, note_id: UUID
) -> list[InvoiceTax]:
    """The taxes as on the original, on the lines that credit theirs."""
    places = {part.position: place for place, part in enumerate(credit.lines, 1)}
    taxes = {tax.number: tax for tax in original.taxes}
    return [
        credit_tax_row(
            taxes[part.number],
            part,
            number=number,
            places=places,
            note_id=note_id,
            credits=original.invoice.number,
            local_minor=local_part(original, taxes[part.number], part),
        )
        for number, part in enumerate(credit.taxes, 1)
    ]


def credit_tax_row(
    tax: InvoiceTax,
    part: CreditedTax,
    *,
    number: int,
    places: Mapping[int, int],
    note_id: UUID,
    credits: str,
    local_minor: int | None,
) -> InvoiceTax:
    return InvoiceTax(
        customer_id=tax.customer_id,
        invoice_id=note_id,
        number=number,
        name=tax.name,
        jurisdiction=tax.jurisdiction,
        treatment=tax.treatment,
        category_code=tax.category_code,
        rate_percent=tax.rate_percent,
        share_percent=tax.share_percent,
        base_minor=-part.base_minor,
        amount_minor=-part.amount_minor,
        positions=[places[one] for one in tax.positions if one in places],
        tax_point=tax.tax_point,
        registration_id=tax.registration_id,
        rule=tax.rule,
        words=f"As on {credits}, which it credits. {tax.words}",
        note=tax.note,
        rate_source=tax.rate_source,
        inputs=tax.inputs,
        local_currency=tax.local_currency,
        local_amount_minor=local_minor,
        exchange_rate=tax.exchange_rate,
        exchange_source=tax.exchange_source,
        credited_tax=tax,
    )


def local_part(original: CreditedInvoice, tax: InvoiceTax, part: CreditedTax) -> int | None:
    """The local amount at the original's exchange rate; the last credit takes what remains."""
    if tax.local_amount_minor is None:
        return None
    (creditable,) = (one for one in original.creditable.taxes if one.number == tax.number)
    by_now = creditable.credited_minor + part.amount_minor
    local = round_ratio(tax.local_amount_minor * by_now, tax.amount_minor) if by_now else 0
    return original.local_credited.get(tax.number, 0) - local
