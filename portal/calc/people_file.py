"""A list of people as a file or pasted text: rows with their line, or a refusal that says where and what."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from kernel.refusal import Refusal

COLUMNS = ("email", "name", "seat_type", "group", "action")
ALSO_CALLED: Mapping[str, str] = {
    "e-mail": "email",
    "mail": "email",
    "e-mail address": "email",
    "email address": "email",
    "full name": "name",
    "seat type": "seat_type",
    "seat": "seat_type",
    "department": "group",
    "team": "group",
}
MOST_ROWS = 5_000
MOST_BYTES = 2_000_000
LONGEST = 254


class FileUnreadable(Refusal):
    code = "people_file_unreadable"


@dataclass(frozen=True, slots=True)
class FileRow:
    """One person of the file; texts as written but for spaces around them. `line` counts from 1."""

    line: int
    email: str
    name: str = ""
    seat_type: str = ""
    group: str = ""
    action: str = ""


def read_people_bytes(content: bytes) -> tuple[FileRow, ...]:
    """
    :raises FileUnreadable: also if it is too large or no text
    """
    if len(content) > MOST_BYTES:
        raise FileUnreadable("The file is larger than 2 MB. Split it into smaller ones.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise FileUnreadable(
            f"Line {line} holds letters that are not UTF-8. Save the sheet as “CSV UTF-8”."
        ) from error
    return read_people_text(text)


def read_people_text(text: str) -> tuple[FileRow, ...]:
    """
    Rows below a line of column names; without such a line the columns are read in their usual order.

    Commas, semicolons and tabs may part the cells.

    :raises FileUnreadable: naming the line, the column and what to do
    """
    if "\x00" in text:
        raise FileUnreadable("This is no text. Save the sheet as “CSV UTF-8” first.")
    reader = csv.reader(StringIO(text), delimiter=delimiter_of(text), strict=True)
    try:
        cells = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except csv.Error as error:
        raise FileUnreadable(
            f"Line {reader.line_num} cannot be read: a quotation mark is missing there."
        ) from error
    filled = [(line, row) for line, row in cells if any(row)]
    if not filled:
        raise FileUnreadable("There is nobody in it. Put one person on each line.")
    columns, rows = columns_of(filled)
    if len(rows) > MOST_ROWS:
        raise FileUnreadable(
            f"These are {len(rows)} people; {MOST_ROWS} fit at once. Split the file."
        )
    if not rows:
        raise FileUnreadable("There is nobody below the column names. Put one person on each line.")
    return tuple(row_of(line, row, columns) for line, row in rows)


def delimiter_of(text: str) -> str:
    """Whichever parts the first line most often."""
    first = text.lstrip().partition("\n")[0]
    return max(",;\t", key=first.count)


Numbered = tuple[int, list[str]]


def columns_of(rows: Sequence[Numbered]) -> tuple[list[str], Sequence[Numbered]]:
    line, first = rows[0]
    if any("@" in cell for cell in first):
        return list(COLUMNS), rows
    names = [ALSO_CALLED.get(cell.casefold(), cell.casefold().replace(" ", "_")) for cell in first]
    if "email" not in names:
        raise FileUnreadable(
            f"Line {line} names no column “email”. The columns are {', '.join(COLUMNS)}."
        )
    for number, name in enumerate(names, start=1):
        if name not in COLUMNS:
            raise FileUnreadable(
                f"Line {line}, column {number}: “{first[number - 1][:40]}” is not known. "
                f"The columns are {', '.join(COLUMNS)}."
            )
        if names.index(name) != number - 1:
            raise FileUnreadable(f"Line {line}, column {number}: “{name}” is there twice.")
    return names, rows[1:]


def row_of(line: int, cells: Sequence[str], columns: Sequence[str]) -> FileRow:
    if any(cells[len(columns) :]):
        raise FileUnreadable(
            f"Line {line}, column {len(columns) + 1}: there are more cells than column names. "
            "Put text that holds the separator into quotation marks."
        )
    said = dict(zip(columns, cells, strict=False))
    for number, name in enumerate(columns, start=1):
        if len(said.get(name, "")) > LONGEST:
            raise FileUnreadable(f"Line {line}, column {number}: the {name} is too long.")
    return FileRow(line=line, **said)
