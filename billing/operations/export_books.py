"""Export a period of the journal: as CSV, posting by posting, or as a DATEV batch."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from billing.calc.books.datev import Batch, Row, lines
from billing.calc.books.export_period import fiscal_year
from billing.calc.books.pairs import Side, pairs
from billing.models import Books, JournalPosting
from kernel.money import Money
from kernel.period import Period
from kernel.refusal import Refusal
from kernel.spreadsheet import harmless_cell
from tax.models import BillingEntity

Format = Literal["csv", "datev"]
CHUNK = 2000
DATEV_ROWS = 99_999
HEADER = (
    "entry", "day", "kind", "document", "customer_id", "customer", "account", "role", "debit",
    "credit", "currency", "invoice", "text", "source", "posted_at",
)  # fmt: skip
CHARTS = {"SKR03": "03", "SKR04": "04"}


class DatevNumbersMissing(Refusal):
    code = "datev_numbers_missing"


class ExportLeavesFiscalYear(Refusal):
    code = "export_leaves_fiscal_year"


class NothingToExport(Refusal):
    code = "nothing_to_export"


class ExportTooLong(Refusal):
    code = "export_too_long"


@dataclass(frozen=True, slots=True)
class BooksExport:
    """A file as it streams."""

    name: str
    content_type: str
    chunks: Iterator[bytes]


def export_books(
    *,
    billing_entity: BillingEntity,
    period: Period,
    format: Format,
    at: datetime,
    currency: str = "",
) -> BooksExport:
    """
    The journal of an entity over a period. DATEV takes one currency a file: the entity's, or as named.

    :raises NothingToExport: if nothing is posted in it
    :raises DatevNumbersMissing: without the consultant's and client's number
    :raises ExportLeavesFiscalYear: if a DATEV batch would span two fiscal years
    :raises ExportTooLong: above what one DATEV batch holds
    """
    if format == "datev":
        currency = currency or billing_entity.currency
    rows = postings(billing_entity.pk, period, currency)
    if not rows.exists():
        raise NothingToExport(
            f"Nothing is posted for {billing_entity.code} {currency} from {period.first} to "
            f"{period.last}. Choose another period{' or currency' if currency else ''}."
        )
    name = f"{billing_entity.code}-{period.first}-{period.last}"
    if format == "csv":
        return BooksExport(f"journal-{name}.csv", "text/csv; charset=utf-8", csv_chunks(rows))
    batch = batch_of(billing_entity, period, currency=currency, at=at)
    if rows.count() > DATEV_ROWS:
        raise ExportTooLong(f"A DATEV batch holds {DATEV_ROWS} bookings. Choose a shorter period.")
    return BooksExport(
        f"EXTF_Buchungsstapel_{name}-{currency}.csv",
        "text/csv; charset=windows-1252",
        lines(batch, datev_rows(rows)),
    )


def postings(entity_id: UUID, period: Period, currency: str) -> "QuerySet[JournalPosting]":
    """In the order of the journal."""
    rows = JournalPosting.objects.filter(
        entry__billing_entity=entity_id, entry__day__gte=period.first, entry__day__lt=period.after
    )
    if currency:
        rows = rows.filter(entry__currency=currency)
    return rows.select_related("entry__customer", "invoice").order_by(
        "entry__day", "entry_id", "position"
    )


def currencies_of(*, billing_entity_id: UUID, period: Period) -> list[str]:
    """Currencies with entries in the period."""
    rows = postings(billing_entity_id, period, "").select_related(None).order_by()
    found = rows.values_list("entry__currency", flat=True).distinct()
    return sorted(found)


def batch_of(entity: BillingEntity, period: Period, *, currency: str, at: datetime) -> Batch:
    books = Books.objects.get(pk=entity.pk)
    if not (books.datev_consultant and books.datev_client):
        raise DatevNumbersMissing(
            f"Enter the tax adviser's number and the client's number in the books of {entity.code}, "
            "then export again."
        )
    year = fiscal_year(period.first, first_month=books.fiscal_year_first_month)
    if period.after > year.after:
        raise ExportLeavesFiscalYear(
            f"A DATEV batch stays within one fiscal year; this one ends on {year.last}. Choose a "
            "shorter period."
        )
    return Batch(
        consultant=books.datev_consultant, client=books.datev_client, fiscal_year_first=year.first,
        account_length=books.account_length, first=period.first, last=period.last,
        currency=currency, chart=CHARTS.get(books.chart, ""),
        created_at=at.astimezone(ZoneInfo(books.time_zone)),
    )  # fmt: skip


def datev_rows(rows: "QuerySet[JournalPosting]") -> Iterator[Row]:
    """Each entry as pairs of accounts; a payment carries the number of the invoice it settles."""
    for _, legs in groupby(rows.iterator(chunk_size=CHUNK), key=lambda leg: leg.entry_id):
        postings_of_entry = list(legs)
        entry = postings_of_entry[0].entry
        sides = [
            Side(
                account=leg.account, minor=leg.amount_minor, text=leg.text,
                document=leg.invoice.number if leg.invoice else "",
            )
            for leg in postings_of_entry
        ]  # fmt: skip
        for pair in pairs(sides):
            words = [entry.text, entry.get_kind_display(), pair.text]
            yield Row(
                pair=pair,
                day=entry.day,
                document=pair.document or entry.document,
                text=", ".join(word for word in words if word),
            )


def csv_chunks(rows: "QuerySet[JournalPosting]") -> Iterator[bytes]:
    """UTF-8 with a byte order mark; plain decimals, and no cell a spreadsheet would compute."""
    yield "\ufeff".encode()
    yield csv_line(HEADER)
    for leg in rows.iterator(chunk_size=CHUNK):
        entry = leg.entry
        size = str(Money(abs(leg.amount_minor), entry.currency))
        yield csv_line(
            (
                str(entry.pk), entry.day.isoformat(), entry.kind, entry.document,
                entry.customer.external_id if entry.customer else "", entry.text, leg.account,
                leg.role, size if leg.amount_minor >= 0 else "",
                size if leg.amount_minor < 0 else "", entry.currency,
                leg.invoice.number if leg.invoice else "", leg.text, str(entry.source_id),
                entry.posted_at.isoformat(timespec="seconds"),
            )
        )  # fmt: skip


def csv_line(cells: tuple[str, ...]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([harmless_cell(cell) for cell in cells])
    return line.getvalue().encode()
