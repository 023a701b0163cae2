"""What was expected against what came out, in plain words. Amounts compare as numbers, not as text."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from billing.calc.scenario.story import Expectations

Record = Mapping[str, Any]
MANY = 15


def compare(expect: Expectations, played: Record, *, zone: str) -> list[str]:
    """Every difference as a sentence; `played` is the record `scenario --json` prints."""
    invoices = played["invoices"]
    lines = [line for invoice in invoices for line in invoice["lines"]]
    found = missing_lines(expect.lines_include, lines)
    if expect.last_invoice_total is not None:
        found += last_total(expect.last_invoice_total, invoices)
    if expect.invoices is not None:
        found += whole_invoices(expect.invoices, invoices, ZoneInfo(zone))
    for seat_type, count in (expect.seats or {}).items():
        held = played["seats"].get(seat_type, 0)
        if held != count:
            found.append(f"There are {held} {seat_type} seats, not {count}.")
    if expect.refusals is not None:
        found += whole_rows("refusal", expect.refusals, played["refusals"])
    if expect.held is not None:
        found += whole_rows("hold", expect.held, played["held"])
    found += [
        f"The flow stopped: {one['message']}"
        for one in played["held"]
        if one["code"] == "unexpected_error"
    ]
    return found


def missing_lines(expected: Sequence[Record], lines: Sequence[Record]) -> list[str]:
    """Each expected line needs a line of its own."""
    return [
        f"No invoice has the line {words(expected[number])}. {what_there_is(lines)}"
        for number in unmatched(expected, lines, matches)
    ]


def last_total(expected: Decimal, invoices: Sequence[Record]) -> list[str]:
    if not invoices:
        return [f"No invoice was issued; the last was to come to {expected}."]
    total = invoices[-1]["total"]
    if Decimal(total) == expected:
        return []
    return [f"The last invoice comes to {total}, not {expected}."]


def whole_invoices(
    expected: Sequence[Record], invoices: Sequence[Record], zone: ZoneInfo
) -> list[str]:
    found = []
    if len(expected) != len(invoices):
        issued = ", ".join(f"{local_day(one, zone)}: {one['total']}" for one in invoices) or "none"
        found.append(
            f"{len(invoices)} invoices were issued, not {len(expected)}. Issued were {issued}."
        )
    for number, (wanted, invoice) in enumerate(zip(expected, invoices, strict=False), 1):
        found += [
            f"Invoice {number}: {one[0].lower()}{one[1:]}"
            for one in one_invoice(wanted, invoice, zone)
        ]
    return found


def one_invoice(wanted: Record, invoice: Record, zone: ZoneInfo) -> list[str]:
    found = []
    for name, value in wanted.items():
        if name == "issued":
            found += issue_moment(value, invoice, zone)
        elif name == "lines":
            found += whole_rows("line", value, invoice["lines"])
        elif name == "taxes":
            found += whole_rows("tax", value, invoice["taxes"])
        elif not same(value, invoice.get(name)):
            found.append(f"{name} is {invoice.get(name)}, not {shown(value)}.")
    return found


def issue_moment(value: str | datetime, invoice: Record, zone: ZoneInfo) -> list[str]:
    """A date is compared with the local date of issue, an instant with the instant."""
    instant = datetime.fromisoformat(invoice["issued_at"])
    if isinstance(value, datetime):
        is_same, issued, wanted = instant == value, instant.isoformat(), value.isoformat()
    else:
        issued, wanted = local_day(invoice, zone), value
        is_same = issued == wanted
    return [] if is_same else [f"it was issued on {issued}, not on {wanted}."]


def local_day(invoice: Record, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(invoice["issued_at"]).astimezone(zone).date().isoformat()


def whole_rows(noun: str, expected: Sequence[Record], rows: Sequence[Record]) -> list[str]:
    """Nothing more, nothing less."""
    lost = unmatched(expected, rows, matches)
    extra = unmatched(rows, expected, lambda row, wanted: matches(wanted, row))
    return [f"There is no {noun} {words(expected[number])}." for number in lost] + [
        f"Nobody expected the {noun} {brief(rows[number])}." for number in extra
    ]


def unmatched(
    wanted: Sequence[Record], rows: Sequence[Record], fits: Callable[[Record, Record], bool]
) -> list[int]:
    """Numbers of `wanted` that find no row of their own, when as many as possible find one."""
    partner: dict[int, int] = {}

    def place(number: int, tried: set[int]) -> bool:
        for index, row in enumerate(rows):
            if index in tried or not fits(wanted[number], row):
                continue
            tried.add(index)
            if index not in partner or place(partner[index], tried):
                partner[index] = number
                return True
        return False

    return [number for number in range(len(wanted)) if not place(number, set())]


def matches(wanted: Record, row: Record) -> bool:
    """On the keys that are named."""
    return all(same(value, row.get(name)) for name, value in wanted.items())


def same(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Decimal):
        return value is not None and Decimal(str(value)) == wanted
    if isinstance(wanted, list):
        return sorted(value or []) == wanted
    return bool(wanted == value)


def words(wanted: Record) -> str:
    return "with " + ", ".join(f"{name} {shown(value)}" for name, value in wanted.items())


def shown(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


def what_there_is(lines: Sequence[Record]) -> str:
    if not lines:
        return "There are no lines at all."
    more = f" and {len(lines) - MANY} more" if len(lines) > MANY else ""
    return f"There are {'; '.join(brief(line) for line in lines[:MANY])}{more}."


def brief(row: Record) -> str:
    """A row in a few words."""
    if "seat_type" in row:
        return f"{row['kind']} {row['quantity']} {row['seat_type']} = {row['amount']}"
    return f"{row.get('event') or row.get('name') or ''} {row.get('code') or row.get('amount')}".strip()
