"""Read a bank's CSV export: commas or semicolons, English or German headings and numbers."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from billing.calc.bank.csv_columns import Columns, columns_of
from billing.calc.bank.csv_values import (
    DayOrder,
    DecimalMark,
    Writing,
    amount_of,
    day_of,
    decimal_mark_of,
    is_day_first,
)
from billing.calc.bank.file import (
    MOST_ACCOUNT,
    MOST_BOOKINGS,
    MOST_NAME,
    MOST_REFERENCE,
    BankFile,
    Booking,
    StatementUnreadable,
    clean,
    with_keys,
)
from kernel.money import Money
from kernel.refusal import Refusal

DELIMITERS = ";,\t|"
HEADING_WITHIN = 30
OUT_WORDS = frozenset(["S", "D", "DR", "DBIT", "DEBIT", "SOLL", "OUT"])
IN_WORDS = frozenset(["H", "C", "CR", "CRDT", "CREDIT", "HABEN", "IN"])


@dataclass(frozen=True, slots=True)
class CsvHints:
    """What a person says of a file that does not say it itself."""

    account: str = ""
    currency: str = ""
    decimal_mark: DecimalMark = ""
    day_order: DayOrder = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells with the line of the file they end on."""

    line: int
    cells: list[str]


def read_csv(content: bytes, hints: CsvHints) -> BankFile:
    """
    Every row below the headings, in the file's order.

    :raises StatementUnreadable: naming the line and what to do; nothing is read then
    """
    columns, rows = table_in(text_of(content))
    if len(rows) > MOST_BOOKINGS:
        raise StatementUnreadable(
            f"The file holds {len(rows)} bookings; at most {MOST_BOOKINGS} are imported at once. "
            "Export fewer days."
        )
    currency = the_one(rows, columns, "currency", or_else=columns.currency or hints.currency)
    if not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
        raise StatementUnreadable(
            "The file does not name its currency. Choose it, or export a column “Currency”."
        )
    account = the_one(rows, columns, "account", or_else=hints.account).replace(" ", "")
    writing = how_it_writes(rows, columns, hints, currency)
    bookings = [read_row(row, columns, writing, currency) for row in rows]
    opening, closing = balances(rows, bookings, columns, writing, currency)
    return BankFile(
        format="csv",
        account=clean(account, MOST_ACCOUNT),
        currency=currency,
        bookings=with_keys(bookings),
        opening_minor=opening,
        closing_minor=closing,
    )


def text_of(content: bytes) -> str:
    """UTF-8 with or without its mark, UTF-16 with it, else what Western banks still send."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise StatementUnreadable(
        "This is neither text nor XML. Export the statement as CAMT.053 or CSV."
    )


def table_in(text: str) -> tuple[Columns, list[Row]]:
    """The columns of the row of headings, which lines about the account may precede, and the rows."""
    for delimiter in DELIMITERS:
        try:
            rows = list(rows_of(text, delimiter))
        except csv.Error:
            continue
        for place, row in enumerate(rows[:HEADING_WITHIN]):
            if columns := columns_of(row.cells):
                below = [one for one in rows[place + 1 :] if any(map(str.strip, one.cells))]
                return columns, checked(below, width=len(row.cells))
    raise StatementUnreadable(
        "No row of headings with a date and an amount was found. The headings may be English or "
        "German, such as “Booking date; Amount; Payer; Reference”."
    )


def rows_of(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    for cells in reader:
        yield Row(reader.line_num, cells)


def checked(rows: list[Row], *, width: int) -> list[Row]:
    """
    The rows, if none has more cells than there are headings: it would put amounts in wrong columns.

    :raises StatementUnreadable: naming the first such row
    """
    if not rows:
        raise StatementUnreadable("There is no booking below the headings. Export more days.")
    for row in rows:
        while len(row.cells) > width and not row.cells[-1].strip():
            row.cells.pop()
        if len(row.cells) > width:
            raise StatementUnreadable(
                f"this row has {len(row.cells)} cells below {width} headings. Put text that holds "
                "the separator in quotes.",
                line=row.line,
            )
    return rows


def the_one(rows: Sequence[Row], columns: Columns, field: str, *, or_else: str) -> str:
    """
    What all rows say alike, else the other.

    :raises StatementUnreadable: if rows differ
    """
    found = ""
    for row in rows:
        said = columns.cell(row.cells, field)
        if found and said and said != found:
            raise StatementUnreadable(
                f"this row is of {said}, the rows before of {found}. Import one account and one "
                "currency at a time.",
                line=row.line,
            )
        found = found or said
    return found or or_else


def how_it_writes(rows: Sequence[Row], columns: Columns, hints: CsvHints, currency: str) -> Writing:
    amounts = [
        cell
        for row in rows
        for field in ("amount", "paid_in", "paid_out", "balance")
        for cell in columns.cells(row.cells, field)
    ]
    days = [day_cell(row, columns) for row in rows]
    try:
        return Writing(
            decimal_mark_of(amounts, currency=currency, said=hints.decimal_mark),
            is_day_first(days, said=hints.day_order),
        )
    except Refusal as refusal:
        message = refusal.message[0].upper() + refusal.message[1:]
        raise StatementUnreadable(message) from refusal


def day_cell(row: Row, columns: Columns) -> str:
    return columns.cell(row.cells, "booked_on") or columns.cell(row.cells, "valued_on")


def read_row(row: Row, columns: Columns, writing: Writing, currency: str) -> Booking:
    written = dict.fromkeys(columns.cells(row.cells, "reference"))
    return Booking(
        line=row.line,
        booked_on=day_in(row, columns, writing),
        currency=currency,
        amount_minor=signed_amount(row, columns, writing, currency),
        payer_name=clean(columns.cell(row.cells, "payer_name"), MOST_NAME),
        payer_account=clean(
            columns.cell(row.cells, "payer_account").replace(" ", ""), MOST_ACCOUNT
        ),
        reference=clean(" ".join(written), MOST_REFERENCE),
        bank_reference=columns.cell(row.cells, "bank_reference"),
    )


def day_in(row: Row, columns: Columns, writing: Writing) -> date:
    try:
        return day_of(day_cell(row, columns), day_first=writing.is_day_first)
    except Refusal as refusal:
        raise StatementUnreadable(refusal.message, line=row.line) from refusal


def minor_in(row: Row, text: str, writing: Writing, currency: str) -> int:
    """Signed minor units of a cell, or a refusal that names its line."""
    try:
        return amount_of(text, currency=currency, decimal_mark=writing.decimal_mark)
    except Refusal as refusal:
        raise StatementUnreadable(refusal.message, line=row.line) from refusal


def signed_amount(row: Row, columns: Columns, writing: Writing, currency: str) -> int:
    """Money in is positive, whether a sign, a word or the column says so."""

    def minor_of(field: str) -> int:
        return minor_in(row, columns.cell(row.cells, field) or "0", writing, currency)

    if not columns.has("amount"):
        minor = abs(minor_of("paid_in")) - abs(minor_of("paid_out"))
    else:
        minor = directed(row, columns, minor_of("amount"))
    if not minor:
        raise StatementUnreadable(
            "this row has no amount, or it is zero. Correct or remove it.", line=row.line
        )
    return minor


def directed(row: Row, columns: Columns, minor: int) -> int:
    """An amount with the sign of its direction, where a column tells one."""
    word = columns.cell(row.cells, "direction").upper()
    if word in OUT_WORDS:
        return -abs(minor)
    if not columns.has("direction") or word in IN_WORDS or not word:
        return minor
    raise StatementUnreadable(
        f"“{word[:20]}” says neither money in nor money out. Write credit or debit.", line=row.line
    )


def balances(
    rows: Sequence[Row],
    bookings: Sequence[Booking],
    columns: Columns,
    writing: Writing,
    currency: str,
) -> tuple[int | None, int | None]:
    """
    Opening and closing by the running balance, newest row first or last; None where there is none.

    :raises StatementUnreadable: at the first row whose balance does not follow from its neighbor
    """
    cells = [columns.cell(row.cells, "balance") for row in rows]
    if not all(cells):
        return None, None
    after = [minor_in(row, cell, writing, currency) for row, cell in zip(rows, cells, strict=True)]
    moved = [one.amount_minor for one in bookings]
    breaks = [first_break(after, moved), first_break(after[::-1], moved[::-1])]
    if breaks[0] is None:
        return after[0] - moved[0], after[-1]
    if breaks[1] is None:
        return after[-1] - moved[-1], after[0]
    is_oldest_first = bookings[0].booked_on <= bookings[-1].booked_on
    place = breaks[0] if is_oldest_first else len(rows) - 1 - breaks[1]
    raise StatementUnreadable(
        f"the balance {Money(after[place], currency)} {currency} does not follow from the row "
        "before and this amount. A row is missing; export the statement again.",
        line=rows[place].line,
    )


def first_break(after: Sequence[int], moved: Sequence[int]) -> int | None:
    """Where a running balance, oldest first, does not go on by what was moved."""
    for place in range(1, len(after)):
        if after[place - 1] + moved[place] != after[place]:
            return place
    return None
