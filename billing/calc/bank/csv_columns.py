"""Which column of a bank's CSV says what, by its heading in English or German."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "booked_on": (
        "booking date", "booked on", "date", "transaction date", "posting date", "buchungstag",
        "buchungsdatum", "datum", "buchung",
    ),
    "valued_on": ("value date", "valuta", "valutadatum", "wertstellung", "wert"),
    "amount": ("amount", "betrag", "umsatz", "value", "transaction amount"),
    "paid_in": ("credit", "paid in", "money in", "haben", "gutschrift", "credit amount"),
    "paid_out": ("debit", "paid out", "money out", "soll", "belastung", "lastschrift", "debit amount"),
    "direction": (
        "credit debit", "debit credit", "direction", "sign", "soll haben", "s h",
        "soll haben kennzeichen",
    ),
    "currency": ("currency", "waehrung", "wkz", "ccy"),
    "payer_name": (
        "payer", "payer name", "name", "counterparty", "counterparty name", "partner name",
        "auftraggeber", "auftraggeber zahlungsempfaenger", "beguenstigter zahlungspflichtiger",
        "beguenstigter auftraggeber", "zahlungspflichtiger", "zahlungspflichtige r", "zahler",
        "name zahlungsbeteiligter", "auftraggeber empfaenger", "empfaenger zahlungspflichtiger",
        "sender", "partner",
    ),
    "payer_account": (
        "payer account", "payer iban", "iban", "account number", "counterparty account",
        "counterparty iban", "partner iban", "kontonummer", "kontonummer iban",
        "iban zahlungsbeteiligter", "gegenkonto", "iban kontonummer", "konto des auftraggebers",
    ),
    "reference": (
        "reference", "payment reference", "remittance information", "description", "purpose",
        "details", "memo", "verwendungszweck", "vwz", "zahlungsgrund", "end to end reference",
        "kundenreferenz end to end", "kundenreferenz",
    ),
    "bank_reference": (
        "bank reference", "transaction id", "transaction reference", "bankreferenz", "umsatz id",
        "transaktions id", "buchungsreferenz",
    ),
    "account": (
        "account", "own account", "own iban", "auftragskonto", "iban auftragskonto", "konto",
        "eigenes konto",
    ),
    "balance": ("balance", "running balance", "saldo", "saldo nach buchung", "kontostand"),
}  # fmt: skip
FIELD_OF = {heading: field for field, headings in HEADINGS.items() for heading in headings}
FOLDED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
CURRENCY_IN_HEADING = re.compile(r"\b(?:in )?\(?([A-Z]{3})\)?\s*$")
NUMBERED = re.compile(r" \d{1,2}$")


@dataclass(frozen=True, slots=True)
class Columns:
    """Places of the columns, counted from 0. A field may be told by several, such as the reference."""

    places: Mapping[str, tuple[int, ...]]
    currency: str = ""

    def has(self, field: str) -> bool:
        return field in self.places

    def cells(self, row: Sequence[str], field: str) -> list[str]:
        """What a row says of a field, without empty cells."""
        cells = [row[at].strip() for at in self.places.get(field, ()) if at < len(row)]
        return [cell for cell in cells if cell]

    def cell(self, row: Sequence[str], field: str) -> str:
        return next(iter(self.cells(row, field)), "")


def columns_of(row: Sequence[str]) -> Columns | None:
    """The columns of a row of headings; None if it tells neither a date nor an amount."""
    places: dict[str, tuple[int, ...]] = {}
    currency = ""
    for place, heading in enumerate(row):
        field, own_currency = field_of(heading)
        if not field or (field in places and field != "reference"):
            continue
        places[field] = (*places.get(field, ()), place)
        currency = currency or own_currency
    has_date = "booked_on" in places or "valued_on" in places
    has_amount = "amount" in places or {"paid_in", "paid_out"} <= set(places)
    return Columns(places, currency) if has_date and has_amount else None


def field_of(heading: str) -> tuple[str, str]:
    """The field a heading means, and the currency it names, as "Betrag (EUR)" does."""
    words = folded(heading)
    if field := FIELD_OF.get(NUMBERED.sub("", words)):
        return field, ""
    named = CURRENCY_IN_HEADING.search(heading.strip())
    if not named:
        return "", ""
    field = FIELD_OF.get(folded(heading.strip()[: named.start()]), "")
    return field, named[1] if field else ""


def folded(heading: str) -> str:
    """Small letters and single spaces only: "Soll/Haben-Kennzeichen" is "soll haben kennzeichen"."""
    plain = unicodedata.normalize("NFC", heading).casefold().translate(FOLDED)
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain).split())
