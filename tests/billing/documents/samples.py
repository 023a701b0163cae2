"""Invoices to print: finalized rows as plain model instances, never saved."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from billing.calc.formula_words import formula_words
from billing.documents.build_sheet import build_sheet
from billing.documents.sheet import Sheet
from billing.documents.source import InvoiceSource
from billing.enums import InvoiceKind, LineKind, Settlement
from billing.models import Invoice, InvoiceLine

SELLER = {
    "code": "NWD",
    "legal_name": "Northwind Software GmbH",
    "address_line1": "Torstraße 141",
    "address_line2": "",
    "postal_code": "10119",
    "city": "Berlin",
    "region": "",
    "country": "DE",
    "vat_id": "DE129274202",
    "registration_number": "HRB 214512 B, Amtsgericht Charlottenburg",
    "email": "billing@northwind.example",
    "bank_name": "GLS Bank",
    "iban": "DE89370400440532013000",
    "bic": "GENODEM1GLS",
    "accent_color": "#2f5d50",
}
BUYER = {
    "external_id": "cus-40817",
    "legal_name": "Harbour & Finch Architects Ltd",
    "address_line1": "18 Shad Thames",
    "address_line2": "Butler’s Wharf",
    "postal_code": "SE1 2YE",
    "city": "London",
    "region": "",
    "country": "GB",
    "tax_number": "GB123456789",
    "billing_owners": [{"name": "Imogen Achebe", "email": "imogen@harbourfinch.example"}],
}
GERMAN_BUYER = {
    **BUYER,
    "external_id": "cus-20331",
    "legal_name": "Brückner Maschinenbau GmbH & Co. KG",
    "address_line1": "Industriestraße 7",
    "address_line2": "",
    "postal_code": "70565",
    "city": "Stuttgart",
    "country": "DE",
    "tax_number": "DE811128135",
    "billing_owners": [{"name": "Jürgen Weiß", "email": "jw@brueckner.example"}],
}
AMERICAN_BUYER = {
    **BUYER,
    "external_id": "cus-51002",
    "legal_name": "Cedar & Pine Logistics, Inc.",
    "address_line1": "548 Market Street",
    "address_line2": "Suite 310",
    "postal_code": "94104",
    "city": "San Francisco",
    "region": "CA",
    "country": "US",
    "tax_number": "94-3178021",
    "billing_owners": [{"name": "Dana Whitfield", "email": "ap@cedarpine.example"}],
}
POLICY = {
    "plan": "Team",
    "version": 3,
    "title": "Team",
    "paragraphs": [
        "A seat is a person with the role Member who is active on at least one day of the month. "
        "Viewers are free.",
        "Seats are charged at the start of each month. A seat added during the month is charged "
        "from that day on; a seat removed is credited for the days left.",
        "For example: a Member at 12.00 EUR a month who joins on 11 June is charged for 20 of 30 "
        "days, which is 8.00 EUR.",
    ],
}
GERMAN_POLICY = {
    "plan": "Team",
    "version": 3,
    "title": "Team",
    "paragraphs": [
        "Ein Platz ist eine Person mit der Rolle Mitglied, die an mindestens einem Tag des Monats "
        "aktiv ist. Betrachter sind kostenlos.",
        "Plätze werden zu Beginn jedes Monats berechnet. Ein Platz, der im Lauf des Monats "
        "hinzukommt, wird ab diesem Tag berechnet; ein entfernter Platz wird für die restlichen "
        "Tage gutgeschrieben.",
    ],
}
FIRST, AFTER = date(2026, 2, 1), date(2026, 3, 1)
WORDS = {
    "en": (("Member", "Admin", "Guest"), "added"),
    "de": (("Mitglied", "Verwalter", "Gast"), "hinzugekommen"),
}
PRICES = (12_00, 24_00, 4_50)


def sample_lines(
    count: int, *, language: str = "en", currency: str = "EUR", sign: int = 1
) -> list[InvoiceLine]:
    """`count` lines by seat type: a regular charge for each, then seats added during the month."""
    changes = sorted(range(count), key=lambda i: (i % 3, i))
    return [
        sample_line(i, position=position, language=language, currency=currency, sign=sign)
        for position, i in enumerate(changes, 1)
    ]


def sample_line(i: int, *, position: int, language: str, currency: str, sign: int) -> InvoiceLine:
    """The i-th change: the first three are whole months, later ones start on their day."""
    names, added = WORDS[language]
    name, price, regular = names[i % 3], PRICES[i % 3], i < 3
    days = 28 if regular else 27 - i % 26
    quantity = 24 - 10 * (i % 3) if regular else 1 + i % 4
    amount = sign * ((2 * quantity * price * days + 28) // 56)
    share = {"rate": sign * price, "seats": quantity, "units": days, "of_units": 28, "scale": 1}
    record = {
        "what": "recurring" if regular else "proration",
        "currency": currency,
        "quantity": quantity,
        "seat_price": price,
        "unit": "day",
        "seat_days": None,
        "parts": [share],
        "first": (AFTER - timedelta(days=days)).isoformat(),
        "last": (AFTER - timedelta(days=1)).isoformat(),
        "total": amount,
        "already": 0,
        "amount": amount,
    }
    return InvoiceLine(
        position=position,
        kind=LineKind.RECURRING if regular else LineKind.PRORATION,
        seat_type_code=name.lower(),
        seat_type_name=name,
        plan_name="Team",
        description=name if regular else f"{name} – {added}",
        quantity=quantity,
        seat_days=quantity * days,
        unit_price_minor=price,
        span_first=AFTER - timedelta(days=days),
        span_after=AFTER,
        amount_minor=amount,
        formula=formula_words(record, language=language),
    )


def sample_invoice(lines: list[InvoiceLine], **changes: Any) -> Invoice:
    """A finalized invoice over these lines; anything may be changed."""
    subtotal = sum(line.amount_minor for line in lines)
    values: dict[str, Any] = {
        "kind": InvoiceKind.INVOICE,
        "settlement": Settlement.BALANCE,
        "currency": "EUR",
        "cycle_date": FIRST,
        "number": "NWD-000042",
        "issued_at": datetime(2026, 2, 1, 23, 30, tzinfo=UTC),
        "due_date": date(2026, 3, 3),
        "subtotal_minor": subtotal,
        "tax_minor": 0,
        "tax_note": "No tax charged: Northwind Software GmbH has no tax registration on record "
        "for this sale.",
        "total_minor": subtotal,
        "credit_applied_minor": 0,
        "language": "en",
        "time_zone": "Europe/London",
        "paper": "A4",
        "seller": SELLER,
        "buyer": BUYER,
        "policies": [POLICY],
    }
    values.update(changes)
    values["amount_due_minor"] = values["total_minor"] - values["credit_applied_minor"]
    return Invoice(**values)


def english_sheet(*, lines: int = 8, **changes: Any) -> Sheet:
    rows = sample_lines(lines, currency=changes.get("currency", "EUR"))
    return build_sheet(InvoiceSource(sample_invoice(rows, **changes), rows))


def german_sheet(*, lines: int = 8, **changes: Any) -> Sheet:
    rows = sample_lines(lines, language="de")
    german = {
        "language": "de",
        "time_zone": "Europe/Berlin",
        "buyer": GERMAN_BUYER,
        "policies": [GERMAN_POLICY],
        "tax_note": "Keine Steuer berechnet: Für Northwind Software GmbH ist zu diesem Umsatz "
        "keine Steuerregistrierung hinterlegt.",
    }
    return build_sheet(InvoiceSource(sample_invoice(rows, **{**german, **changes}), rows))


def credit_note_sheet(**changes: Any) -> Sheet:
    rows = sample_lines(5, sign=-1)
    note = {"kind": InvoiceKind.CREDIT_NOTE, "number": "NWD-CN-000007"}
    return build_sheet(InvoiceSource(sample_invoice(rows, **{**note, **changes}), rows))


SAMPLES = {
    "invoice": lambda: english_sheet(lines=4, credit_applied_minor=45_00),
    "english": lambda: english_sheet(credit_applied_minor=20_00),
    "german": german_sheet,
    "letter": lambda: english_sheet(
        paper="Letter", currency="USD", buyer=AMERICAN_BUYER, time_zone="America/Los_Angeles"
    ),
    "yen": lambda: english_sheet(currency="JPY", lines=1, time_zone="Asia/Tokyo"),
    "dinar": lambda: english_sheet(currency="KWD", lines=3),
    "credit_note": credit_note_sheet,
    "one_line": lambda: english_sheet(lines=1),
    "forty_lines": lambda: english_sheet(lines=40),
    "three_hundred_lines": lambda: german_sheet(lines=300),
}
