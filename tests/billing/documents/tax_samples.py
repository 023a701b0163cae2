"""Taxed invoices by treatment, as plain model instances: what each country's decision leaves on an invoice."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from billing.documents.source import EarlierInvoice, InvoiceSource
from billing.enums import InvoiceKind
from billing.models import InvoiceLine, InvoiceTax
from kernel.money import round_ratio
from tax.models import TaxRegistration
from tests.billing.documents.samples import (
    AFTER,
    AMERICAN_BUYER,
    BUYER,
    FIRST,
    GERMAN_BUYER,
    GERMAN_POLICY,
    SELLER,
    sample_invoice,
    sample_lines,
)

DUTCH_BUYER = {
    **BUYER,
    "external_id": "cus-30715",
    "legal_name": "Grachten Software B.V.",
    "address_line1": "Keizersgracht 62",
    "address_line2": "",
    "postal_code": "1015 CS",
    "city": "Amsterdam",
    "country": "NL",
    "tax_number": "NL004495445B01",
    "billing_owners": [{"name": "Sanne de Vries", "email": "sanne@grachten.example"}],
}
CANADIAN_BUYER = {
    **AMERICAN_BUYER,
    "external_id": "cus-61440",
    "legal_name": "Érable & Frères inc.",
    "address_line1": "1200 rue Sherbrooke Ouest",
    "address_line2": "",
    "postal_code": "H3A 1H6",
    "city": "Montréal",
    "region": "QC",
    "country": "CA",
    "tax_number": "",
    "billing_owners": [{"name": "Luc Tremblay", "email": "luc@erable.example"}],
}
TEXAN_BUYER = {
    **AMERICAN_BUYER,
    "address_line1": "600 Congress Avenue",
    "address_line2": "",
    "postal_code": "78701",
    "city": "Austin",
    "region": "TX",
    "tax_number": "",
}
SWISS_BUYER = {
    **GERMAN_BUYER,
    "legal_name": "Alpenblick Treuhand AG",
    "address_line1": "Bahnhofstrasse 12",
    "postal_code": "8001",
    "city": "Zürich",
    "country": "CH",
    "tax_number": "CHE-107.787.577 MWST",
}
JAPANESE_BUYER = {
    **AMERICAN_BUYER,
    "legal_name": "Sakura Logistics KK",
    "address_line1": "1-1 Marunouchi",
    "address_line2": "",
    "postal_code": "100-0005",
    "city": "Tokyo",
    "region": "",
    "country": "JP",
    "tax_number": "",
}
KUWAITI_BUYER = {
    **JAPANESE_BUYER,
    "legal_name": "Gulf Harbour Trading WLL",
    "postal_code": "15000",
    "city": "Kuwait City",
    "country": "KW",
}
AMERICAN_SELLER = {
    **SELLER,
    "code": "NWI",
    "legal_name": "Northwind Software, Inc.",
    "address_line1": "548 Market Street",
    "postal_code": "94104",
    "city": "San Francisco",
    "region": "CA",
    "country": "US",
    "vat_id": "",
    "registration_number": "C4215530",
    "bank_name": "First Republic",
    "iban": "000123456789",
    "bic": "321081669",
}
GERMAN_TEXTS = {
    "language": "de",
    "time_zone": "Europe/Berlin",
    "policies": [GERMAN_POLICY],
}
OUTSIDE_NOTE = (
    "No VAT: the service is supplied where the customer is, outside the scope of the seller's tax."
)


def registration(jurisdiction: str, number: str) -> TaxRegistration:
    return TaxRegistration(jurisdiction=jurisdiction, number=number)


def tax_on(lines: Sequence[InvoiceLine], *, number: int = 1, **changes: Any) -> InvoiceTax:
    """One tax on all these lines, rounded once: 19 % German VAT unless something else is said."""
    values: dict[str, Any] = {
        "number": number,
        "name": "VAT",
        "jurisdiction": "DE",
        "treatment": "domestic",
        "category_code": "S",
        "rate_percent": Decimal(19),
        "share_percent": Decimal(100),
        "positions": [line.position for line in lines],
        "tax_point": FIRST,
        "note": "",
        **changes,
    }
    net = sum(line.amount_minor for line in lines)
    share, rate = (int(values[name] * 10_000) for name in ("share_percent", "rate_percent"))
    base = round_ratio(net * share, 1_000_000)
    amount = round_ratio(base * rate, 1_000_000)
    if amount and "registration" not in changes:
        values["registration"] = registration("DE", SELLER["vat_id"])
    return InvoiceTax(**{"base_minor": base, "amount_minor": amount, **values})


def untaxed(lines: Sequence[InvoiceLine], **changes: Any) -> InvoiceTax:
    return tax_on(lines, **{"rate_percent": Decimal(0), "registration": None, **changes})


def taxed(
    lines: list[InvoiceLine],
    taxes: Sequence[InvoiceTax],
    corrects: Sequence[EarlierInvoice] = (),
    **changes: Any,
) -> InvoiceSource:
    tax = sum(one.amount_minor for one in taxes)
    subtotal = sum(line.amount_minor for line in lines)
    notes = " ".join(dict.fromkeys(one.note for one in taxes if one.note))
    values = {"tax_minor": tax, "total_minor": subtotal + tax, "tax_note": notes, **changes}
    return InvoiceSource(sample_invoice(lines, **values), lines, taxes, corrects)


def domestic(*, lines: int = 4, **changes: Any) -> InvoiceSource:
    rows = sample_lines(lines, language="de")
    billed_afterwards = {"cycle_date": AFTER}
    values = {**GERMAN_TEXTS, **billed_afterwards, "buyer": GERMAN_BUYER, **changes}
    return taxed(rows, [tax_on(rows, tax_point=date(2026, 2, 28))], **values)


def reverse_charge(**changes: Any) -> InvoiceSource:
    rows = sample_lines(4)
    tax = untaxed(
        rows,
        jurisdiction="NL",
        treatment="reverse_charge",
        category_code="AE",
        note="Reverse charge – Btw verlegd: the recipient accounts for the tax.",
    )
    return taxed(rows, [tax], **{"buyer": DUTCH_BUYER, **changes})


def eu_consumer(**changes: Any) -> InvoiceSource:
    """One Stop Shop: Dutch VAT under the German number."""
    rows = sample_lines(4)
    tax = tax_on(rows, jurisdiction="NL", treatment="eu_consumer", rate_percent=Decimal(21))
    buyer = {**DUTCH_BUYER, "legal_name": "Sanne de Vries", "tax_number": ""}
    return taxed(rows, [tax], buyer=buyer, **changes)


def destination_gb(**changes: Any) -> InvoiceSource:
    """A German seller registered in the United Kingdom invoices euros; the tax also in pounds."""
    rows = sample_lines(4)
    tax = tax_on(
        rows,
        jurisdiction="GB",
        treatment="destination",
        rate_percent=Decimal(20),
        registration=registration("GB", "GB394874120"),
        local_currency="GBP",
        exchange_rate=Decimal("0.86530000"),
        exchange_source="European Central Bank, 30 January 2026",
    )
    tax.local_amount_minor = round_ratio(tax.amount_minor * 8653, 10_000)
    return taxed(rows, [tax], **changes)


def outside_scope(**changes: Any) -> InvoiceSource:
    rows = sample_lines(4)
    tax = untaxed(rows, treatment="outside_scope", category_code="O", note=OUTSIDE_NOTE)
    return taxed(rows, [tax], **{"buyer": AMERICAN_BUYER, **changes})


def not_registered(**changes: Any) -> InvoiceSource:
    rows = sample_lines(3)
    tax = untaxed(
        rows,
        name="Sales tax",
        jurisdiction="US-CO",
        treatment="not_registered",
        category_code="O",
        note="No tax: the seller has no obligation to register in Colorado.",
    )
    american = {"seller": AMERICAN_SELLER, "buyer": AMERICAN_BUYER, "currency": "USD"}
    return taxed(rows, [tax], **american, **changes)


def exempt(**changes: Any) -> InvoiceSource:
    rows = sample_lines(4)
    note = "Exempt by certificate A-17: state university."
    tax = untaxed(rows, treatment="exempt", category_code="E", note=note)
    return taxed(rows, [tax], buyer=GERMAN_BUYER, **changes)


def not_taxable(**changes: Any) -> InvoiceSource:
    """California does not tax the service; the seller has no VAT id to state."""
    rows = sample_lines(4)
    tax = untaxed(
        rows,
        name="Sales tax",
        jurisdiction="US-CA",
        treatment="not_taxable",
        category_code="E",
        note="No sales tax: California does not tax this service.",
    )
    american = {"seller": AMERICAN_SELLER, "buyer": AMERICAN_BUYER, "currency": "USD"}
    return taxed(rows, [tax], paper="Letter", **american, **changes)


def zero_rated(**changes: Any) -> InvoiceSource:
    rows = sample_lines(3)
    return taxed(rows, [untaxed(rows, category_code="Z")], buyer=GERMAN_BUYER, **changes)


def export(**changes: Any) -> InvoiceSource:
    rows = sample_lines(3)
    note = "Export outside the European Union."
    tax = untaxed(rows, treatment="outside_scope", category_code="G", note=note)
    return taxed(rows, [tax], buyer=SWISS_BUYER, **changes)


def quebec(**changes: Any) -> InvoiceSource:
    """Two taxes on each line, each under its own number."""
    rows = sample_lines(5)
    taxes = [
        tax_on(
            rows, number=number, name=name, jurisdiction=place, treatment="destination",
            rate_percent=Decimal(rate), registration=registration(place, given),
        )
        for number, name, place, rate, given in (
            (1, "GST", "CA", "5", "100001234 RT0001"),
            (2, "QST", "CA-QC", "9.975", "1000012345 TQ0001"),
        )
    ]  # fmt: skip
    canadian = {"buyer": CANADIAN_BUYER, "currency": "CAD", "paper": "Letter"}
    return taxed(rows, taxes, **{**canadian, **changes})


def texas(**changes: Any) -> InvoiceSource:
    """80 % of the price is taxable; state and local rate are two taxes."""
    rows = sample_lines(5)
    taxes = [
        tax_on(
            rows, number=number, name=name, jurisdiction="US-TX", treatment="destination",
            rate_percent=Decimal(rate), share_percent=Decimal(80),
            registration=registration("US-TX", "32012345678"),
        )
        for number, name, rate in ((1, "Sales tax", "6.25"), (2, "Local sales tax", "2"))
    ]  # fmt: skip
    american = {"seller": AMERICAN_SELLER, "buyer": TEXAN_BUYER, "currency": "USD"}
    return taxed(rows, taxes, **{"paper": "Letter", **american, **changes})


def yen(**changes: Any) -> InvoiceSource:
    rows = sample_lines(4, currency="JPY")
    tax = tax_on(
        rows,
        name="JCT",
        jurisdiction="JP",
        treatment="destination",
        rate_percent=Decimal(10),
        registration=registration("JP", "T7000012050002"),
    )
    return taxed(rows, [tax], currency="JPY", buyer=JAPANESE_BUYER, **changes)


def dinar(**changes: Any) -> InvoiceSource:
    """Three decimals: EN 16931 has two."""
    rows = sample_lines(5, currency="KWD")
    tax = untaxed(rows, treatment="outside_scope", category_code="O", note=OUTSIDE_NOTE)
    return taxed(rows, [tax], currency="KWD", buyer=KUWAITI_BUYER, **changes)


def bahraini_dinar(**changes: Any) -> InvoiceSource:
    """Three decimals with tax on them."""
    rows = sample_lines(5, currency="BHD")
    tax = tax_on(
        rows,
        jurisdiction="BH",
        treatment="destination",
        rate_percent=Decimal(10),
        registration=registration("BH", "200001234500002"),
    )
    buyer = {**KUWAITI_BUYER, "country": "BH", "city": "Manama"}
    return taxed(rows, [tax], currency="BHD", buyer=buyer, **changes)


def mixed_rates(**changes: Any) -> InvoiceSource:
    """A correction keeps the rate of its time, so two rates stand side by side."""
    rows = sample_lines(5)
    taxes = [
        tax_on(rows[:3], tax_point=date(2026, 2, 28)),
        tax_on(rows[3:], number=2, rate_percent=Decimal(16), tax_point=date(2020, 12, 31)),
    ]
    return taxed(rows, taxes, buyer=GERMAN_BUYER, **changes)


def charged_and_outside(**changes: Any) -> InvoiceSource:
    """A customer who moved: its correction is outside the scope, its new lines are not."""
    rows = sample_lines(5)
    taxes = [
        tax_on(rows[:3]),
        untaxed(
            rows[3:], number=2, treatment="outside_scope", category_code="O", note=OUTSIDE_NOTE
        ),
    ]
    return taxed(rows, taxes, buyer=GERMAN_BUYER, **changes)


def with_credit_lines(**changes: Any) -> InvoiceSource:
    """An invoice with lines that give something back."""
    rows = sample_lines(5)
    for row in rows[3:]:
        row.amount_minor = -row.amount_minor
    tax = tax_on(rows)
    return taxed(rows, [tax], buyer=GERMAN_BUYER, **changes)


def paid_by_credit(**changes: Any) -> InvoiceSource:
    source = domestic(**changes)
    return domestic(credit_applied_minor=source.invoice.total_minor, **changes)


def partly_paid(**changes: Any) -> InvoiceSource:
    return domestic(credit_applied_minor=45_00, **changes)


def credit_note(**changes: Any) -> InvoiceSource:
    rows = sample_lines(5, language="de", sign=-1)
    values = {
        **GERMAN_TEXTS,
        "kind": InvoiceKind.CREDIT_NOTE,
        "number": "NWD-CN-000007",
        "buyer": GERMAN_BUYER,
        **changes,
    }
    earlier = [EarlierInvoice("NWD-000041", date(2026, 1, 1))]
    return taxed(rows, [tax_on(rows)], earlier, **values)


def reverse_charge_credit_note(**changes: Any) -> InvoiceSource:
    rows = sample_lines(3, sign=-1)
    tax = untaxed(
        rows,
        treatment="reverse_charge",
        category_code="AE",
        note="Reverse charge – Btw verlegd: the recipient accounts for the tax.",
    )
    note = {"kind": InvoiceKind.CREDIT_NOTE, "number": "NWD-CN-000008", "buyer": DUTCH_BUYER}
    return taxed(rows, [tax], **{**note, **changes})


def outside_credit_note(**changes: Any) -> InvoiceSource:
    rows = sample_lines(3, sign=-1)
    tax = untaxed(rows, treatment="outside_scope", category_code="O", note=OUTSIDE_NOTE)
    note = {"kind": InvoiceKind.CREDIT_NOTE, "number": "NWD-CN-000009", "buyer": AMERICAN_BUYER}
    return taxed(rows, [tax], **{**note, **changes})


TAXED: dict[str, Callable[..., InvoiceSource]] = {
    "domestic": domestic,
    "reverse_charge": reverse_charge,
    "eu_consumer": eu_consumer,
    "destination_gb": destination_gb,
    "outside_scope": outside_scope,
    "not_registered": not_registered,
    "exempt": exempt,
    "not_taxable": not_taxable,
    "zero_rated": zero_rated,
    "export": export,
    "quebec": quebec,
    "texas": texas,
    "yen": yen,
    "dinar": dinar,
    "bahraini_dinar": bahraini_dinar,
    "mixed_rates": mixed_rates,
    "charged_and_outside": charged_and_outside,
    "with_credit_lines": with_credit_lines,
    "paid_by_credit": paid_by_credit,
    "partly_paid": partly_paid,
    "credit_note": credit_note,
    "reverse_charge_credit_note": reverse_charge_credit_note,
    "outside_credit_note": outside_credit_note,
}
