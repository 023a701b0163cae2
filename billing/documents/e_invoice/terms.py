"""An invoice as the business terms of EN 16931 (BT- and BG-numbers), the input of factur-x's writers."""

from dataclasses import dataclass
from typing import Any

from billing.documents.dates import (
    billing_period,
    issued_on,
    last_day,
    supply_date,
    supply_dates,
)
from billing.documents.e_invoice.amounts import Amounts
from billing.documents.e_invoice.breakdown import (
    CHARGED,
    PERCENT,
    ZERO_RATED,
    Breakdown,
    break_down,
)
from billing.documents.e_invoice.invalid import EInvoiceInvalid
from billing.documents.e_invoice.parties import buyer_terms, filled, seller_terms
from billing.documents.e_invoice.payment import payment_terms
from billing.documents.source import InvoiceSource
from billing.documents.tax_ids import seller_tax_ids
from billing.documents.tax_words import tax_facts, tax_notes
from billing.enums import InvoiceKind
from billing.models import InvoiceLine
from kernel.money import decimal_text, exponent_of

SPECIFICATION = "urn:cen.eu:en16931:2017"
TYPE_CODES = {InvoiceKind.INVOICE: "380", InvoiceKind.CREDIT_NOTE: "381"}
PIECE = "C62"
EXEMPTION_CODES = {"AE": "VATEX-EU-AE", "O": "VATEX-EU-O", "G": "VATEX-EU-G"}
STANDARD_REASONS = {
    "AE": "Reverse charge",
    "O": "Not subject to VAT",
    "G": "Export outside the EU",
    "E": "Exempt from VAT",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """`values` are changed by the writers: ask for them anew for each file."""

    values: dict[str, Any]
    is_exact: bool


def invoice_terms(source: InvoiceSource) -> Terms:
    """
    All that the XML says. Pure: same rows, same terms.

    :raises EInvoiceInvalid: if a line has no tax or the sums of the invoice do not agree
    :raises KeyError: if a snapshot lacks a name it must have
    """
    invoice, amounts = source.invoice, Amounts.of(source.invoice)
    tax_ids = seller_tax_ids(invoice.seller, source.taxes)
    breakdown = break_down(
        source.lines,
        source.taxes,
        seller_has_tax_id=bool(tax_ids),
        currency=invoice.currency,
    )
    outside = breakdown.is_outside_scope
    totals = total_terms(source, breakdown, amounts)
    values = {
        **head_terms(source),
        **payment_terms(source, is_due=known(invoice.amount_due_minor) > 0),
        **totals,
        **local_tax_terms(source),
        "BG-4": seller_terms(invoice.seller, tax_ids, outside_scope=outside),
        "BG-7": buyer_terms(invoice.buyer, outside_scope=outside),
        "BG-23": breakdown_terms(source, breakdown, amounts),
        "BG-25": [line_terms(line, breakdown, amounts) for line in source.lines],
    }
    return Terms(filled(values), amounts.is_exact)


def head_terms(source: InvoiceSource) -> dict[str, Any]:
    """Number, dates, references and notes."""
    invoice = source.invoice
    first, after = billing_period(source.lines)
    return {
        "BT-1": invoice.number,
        "BT-2": issued_on(invoice),
        "BT-3": TYPE_CODES[InvoiceKind(invoice.kind)],
        "BT-5": invoice.currency,
        "BT-7": supply_date(invoice, source.lines, source.taxes),
        "BT-10": invoice.buyer["external_id"],
        "BT-13": invoice.buyer.get("purchase_order", ""),
        "BT-24": SPECIFICATION,
        "BT-72": supply_dates(invoice, source.lines, source.taxes)[-1],
        "BT-73": first,
        "BT-74": last_day(first, after),
        "BG-1": [{"BT-22": note} for note in notes(source)],
        "BG-3": [{"BT-25": one.number, "BT-26": one.issued_on} for one in source.corrects],
    }


def notes(source: InvoiceSource) -> list[str]:
    """The mandatory texts, what one VAT rate cannot say, and what two decimals cannot."""
    found = [source.reason] if source.reason else []
    found += tax_notes(source)
    on_a_line = max(
        sum(line.position in tax.positions for tax in source.taxes) for line in source.lines
    )
    if on_a_line > 1 or any(tax.share_percent != PERCENT for tax in source.taxes):
        found += [f"{fact.label}: {fact.value}" for fact in tax_facts(source)]
    if not Amounts.of(source.invoice).is_exact:
        found.append(f"Exact amount due: {exact_due(source)} {source.invoice.currency}")
    return found


def exact_due(source: InvoiceSource) -> str:
    amounts = Amounts.of(source.invoice)
    minor = amounts.sign * known(source.invoice.amount_due_minor)
    return decimal_text(minor, exponent_of(amounts.currency))


def total_terms(source: InvoiceSource, breakdown: Breakdown, amounts: Amounts) -> dict[str, Any]:
    """BG-22. What EN 16931 adds up is compared with what the invoice says."""
    invoice = source.invoice
    net = sum(amounts.units(line.amount_minor) for line in source.lines)
    tax = sum(amounts.units(group.tax_minor) for group in breakdown.groups)
    credit = amounts.units(invoice.credit_applied_minor)
    rounding = amounts.units(known(invoice.amount_due_minor)) - (net + tax - credit)
    if amounts.is_exact and (rounding or tax != amounts.units(known(invoice.tax_minor))):
        raise EInvoiceInvalid(
            f"The lines and taxes of {invoice.number} come to {amounts.text(net + tax)} "
            f"{invoice.currency}, its total says {amounts.text(amounts.units(known(invoice.total_minor)))}"
            ". Report it."
        )
    text = amounts.text
    return {
        "BT-106": text(net),
        "BT-109": text(net),
        "BT-110": text(tax),
        "BT-112": text(net + tax),
        "BT-113": text(credit) if credit else "",
        "BT-114": text(rounding) if rounding else "",
        "BT-115": text(net + tax - credit + rounding),
    }


def local_tax_terms(source: InvoiceSource) -> dict[str, Any]:
    """BT-6 and BT-111: the tax in the currency of the country it is due in, if that is one."""
    invoice = source.invoice
    known_taxes = [tax for tax in source.taxes if tax.local_amount_minor is not None]
    currencies = {tax.local_currency for tax in known_taxes}
    if len(currencies) != 1 or currencies == {invoice.currency}:
        return {}
    (currency,) = currencies
    local = Amounts(currency, Amounts.of(invoice).sign)
    minor = sum(known(tax.local_amount_minor) for tax in known_taxes)
    return {"BT-6": currency, "BT-111": local.text(local.units(minor))}


def breakdown_terms(
    source: InvoiceSource, breakdown: Breakdown, amounts: Amounts
) -> list[dict[str, Any]]:
    """
    BG-23, one for each category and rate. Only a group without tax states its reason.

    BT-7 is no term of a group; factur-x repeats the tax point of the invoice where it stands.
    """
    has_tax_point = supply_date(source.invoice, source.lines, source.taxes) is not None
    net_of = {line.position: amounts.units(line.amount_minor) for line in source.lines}
    terms = []
    for group in breakdown.groups:
        category = group.tax_class.category
        has_reason = category not in (CHARGED, ZERO_RATED)
        reason = " ".join(group.reasons) or STANDARD_REASONS.get(category, "")
        terms.append(
            {
                "BT-116": amounts.text(sum(net_of[position] for position in group.positions)),
                "BT-117": amounts.text(amounts.units(group.tax_minor)),
                "BT-118": category,
                "BT-119": group.tax_class.rate_text,
                "BT-120": reason if has_reason else "",
                "BT-121": EXEMPTION_CODES.get(category, "")
                if source.seller_is_in_the_union
                else "",
                "BT-7": has_tax_point,
            }
        )
    return [filled(one) for one in terms]


def line_terms(line: InvoiceLine, breakdown: Breakdown, amounts: Amounts) -> dict[str, Any]:
    """BG-25. A credit is a negative quantity at a positive price (BR-27)."""
    one = breakdown.class_of[line.position]
    terms = {
        **price_terms(line, amounts),
        "BT-126": str(line.position),
        "BT-127-00": [{"BT-127": line.formula}],
        "BT-130": PIECE,
        "BT-131": amounts.text(amounts.units(line.amount_minor)),
        "BT-134": line.span_first,
        "BT-135": last_day(line.span_first, line.span_after),
        "BT-151": one.category,
        "BT-152": one.rate_text,
        "BT-153": line.description,
        "BT-154": f"{line.plan_name}, {line.seat_type_name}",
        "BT-155": line.seat_type_code,
    }
    return filled(terms)


def price_terms(line: InvoiceLine, amounts: Amounts) -> dict[str, Any]:
    """
    Quantity times price is the net amount: by the unit price where a whole period is charged.

    A part of a period has no price of its own, so its amount is the price of all its seats
    (BT-149); the formula beside the line says how it came about.
    """
    net = amounts.units(line.amount_minor)
    quantity, sign = max(line.quantity, 1), -1 if net < 0 else 1
    if amounts.is_exact and quantity * line.unit_price_minor == abs(line.amount_minor):
        price = decimal_text(line.unit_price_minor, exponent_of(amounts.currency))
        return {"BT-129": str(sign * quantity), "BT-146": price}
    return {
        "BT-129": str(sign * quantity),
        "BT-146": amounts.text(abs(net)),
        "BT-149": str(quantity),
    }


def known(minor: int | None) -> int:
    """Of a finalized invoice, where no sum is open."""
    assert minor is not None
    return minor
