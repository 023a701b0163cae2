"""
DATEV format, “Buchungsstapel”: EXTF 700, category 21, format version 13, in Windows-1252.

Written after the published description. No file of ours has been imported by a DATEV program yet:
docs/books.md says what was checked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.calc.books.pairs import Pair
from kernel.money import exponent_of
from kernel.refusal import Refusal
from kernel.spreadsheet import harmless_cell

NOT_IN_DOCUMENT = re.compile(r"[^A-Za-z0-9$&%*+\-/]")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
DOCUMENT_LENGTH = 36
TEXT_LENGTH = 60
COLUMN_COUNT = 125


def numbered(words: str, count: int, inhalt: str) -> list[str]:
    return [
        name for n in range(1, count + 1) for name in (f"{words} - Art {n}", f"{words}{inhalt} {n}")
    ]


COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz",
    "WKZ Basis-Umsatz", "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum",
    "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Postensperre", "Diverse Adressnummer",
    "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
    *numbered("Beleginfo", 8, " - Inhalt"),
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart", "Sachverhalt L+L",
    "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
    *numbered("Zusatzinformation", 20, "- Inhalt"),
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit",
    "Skontotyp", "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)",
    "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum",
    "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer",
    "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode",
    "Fälligkeit", "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz",
    "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip


class CurrencyNotForDatev(Refusal):
    code = "currency_not_for_datev"


@dataclass(frozen=True, slots=True)
class Batch:
    """The first line: whose books, which fiscal year and days, what currency."""

    consultant: str
    client: str
    fiscal_year_first: date
    account_length: int
    first: date
    last: date
    currency: str
    chart: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Row:
    """One booking. `document` is what DATEV matches payments by: the invoice number."""

    pair: Pair
    day: date
    document: str
    text: str


def lines(batch: Batch, rows: Iterable[Row]) -> Iterator[bytes]:
    """
    The file line by line, encoded; characters Windows-1252 lacks become question marks.

    :raises CurrencyNotForDatev: if the currency has more than two decimals
    """
    if exponent_of(batch.currency) > 2:
        raise CurrencyNotForDatev(
            f"DATEV amounts have two decimals and {batch.currency} has more. Use the CSV."
        )
    yield encoded(head(batch))
    yield encoded(COLUMNS)
    for row in rows:
        yield encoded(cells(row, currency=batch.currency))


def encoded(fields: Iterable[str]) -> bytes:
    return (";".join(fields) + "\r\n").encode("cp1252", errors="replace")


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def head(batch: Batch) -> list[str]:
    """31 fields."""
    name = f"Seatledger {batch.first:%Y-%m-%d} {batch.currency}"[:30]
    return [
        quoted("EXTF"), "700", "21", quoted("Buchungsstapel"), "13",
        f"{batch.created_at:%Y%m%d%H%M%S}{batch.created_at.microsecond // 1000:03d}", "",
        quoted("SL"), quoted("Seatledger"), quoted(""), batch.consultant, batch.client,
        f"{batch.fiscal_year_first:%Y%m%d}", str(batch.account_length), f"{batch.first:%Y%m%d}",
        f"{batch.last:%Y%m%d}", quoted(name), quoted(""), "1", "0", "0", quoted(batch.currency),
        "", quoted(""), "", "", quoted(batch.chart), "", "", quoted(""), quoted(""),
    ]  # fmt: skip


def cells(row: Row, *, currency: str) -> list[str]:
    """125 fields; what we do not know stays empty."""
    fields = [""] * COLUMN_COUNT
    fields[0] = amount(row.pair.minor, currency)
    fields[1] = quoted("S")
    fields[2] = quoted(currency)
    fields[6], fields[7] = row.pair.debit, row.pair.credit
    fields[9] = f"{row.day:%d%m}"
    fields[10] = quoted(document_field(row.document))
    fields[13] = quoted(text_field(row.text))
    return fields


def amount(minor: int, currency: str) -> str:
    """28.39 as “28,39”: always two decimals, no thousands, no sign."""
    value = Decimal(minor).scaleb(-exponent_of(currency))
    return f"{value:.2f}".replace(".", ",")


def document_field(text: str) -> str:
    """Only characters the field allows; never the start of a formula."""
    return NOT_IN_DOCUMENT.sub("", text).lstrip("+-")[:DOCUMENT_LENGTH]


def text_field(text: str) -> str:
    """One line of at most 60 characters that a spreadsheet does not compute."""
    return harmless_cell(CONTROL.sub(" ", text).strip())[:TEXT_LENGTH]
