"""How a CSV file writes numbers and days: decided for the whole file, or refused as unclear."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kernel.money import exponent_of, minor_units
from kernel.refusal import Refusal

DecimalMark = Literal["", ",", "."]
DayOrder = Literal["", "day_first", "month_first"]

WHOLE = re.compile(r"\d{0,15}|\d{1,3}(?:[.,' ]\d{3}){1,4}", re.ASCII)
DECIMALS = re.compile(r"\d{0,5}", re.ASCII)
NUMERIC_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})", re.ASCII)
YEAR_FIRST = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
LAST_MONTH = 12
GROUP = 3


class ValueUnclear(Refusal):
    code = "bank_statement_unreadable"


@dataclass(frozen=True, slots=True)
class Writing:
    """How this file writes: its decimal mark, and whether a date like 01/02/2026 starts with the day."""

    decimal_mark: str
    is_day_first: bool


def bare(text: str) -> tuple[str, bool]:
    """Digits and marks of an amount without currency signs, and whether it is negative."""
    plain = (
        text.replace("\u00a0", " ").replace("\u202f", " ").replace("\u2212", "-").replace("’", "'")
    )
    plain = re.sub(r"[A-Z]{3}|[€$£¥]", "", plain).strip()
    is_negative = plain.startswith(("-", "(")) or plain.endswith("-")
    return plain.strip("+-() "), is_negative


def decimal_mark_of(amounts: Iterable[str], *, currency: str, said: DecimalMark = "") -> str:
    """
    The decimal mark of a file's amounts; a point if none of them has decimals.

    :raises ValueUnclear: if "1.234" could be one or a thousand, or amounts contradict each other
    """
    if said:
        return said
    marks = {mark_of(bare(text)[0], currency) for text in amounts}
    if {",", "."} <= marks:
        raise ValueUnclear(
            "some amounts have a decimal comma and some a decimal point. Choose the decimal mark, "
            "or export the file again."
        )
    if "?" in marks and not marks & {",", "."}:
        raise ValueUnclear(
            f"an amount such as 1.234 could be one or a thousand {currency}. Choose the decimal mark."
        )
    return next((mark for mark in (",", ".") if mark in marks), ".")


def mark_of(digits: str, currency: str) -> str:
    """The decimal mark an amount shows; nothing where it shows none, "?" where it may be either."""
    found = [sign for sign in digits if sign in ",."]
    if not found:
        return ""
    last = found[-1]
    other = "." if last == "," else ","
    if other in found:
        return last
    if len(found) > 1:
        return other
    if len(digits) - digits.rindex(last) - 1 != GROUP:
        return last
    return "?" if exponent_of(currency) >= GROUP else other


def amount_of(text: str, *, currency: str, decimal_mark: str) -> int:
    """
    Signed minor units.

    :raises ValueUnclear: if it is no amount as this file writes them
    :raises AmountUnreadable: if it has more decimals than the currency
    """
    digits, is_negative = bare(text)
    whole, _, decimals = digits.partition(decimal_mark)
    is_amount = WHOLE.fullmatch(whole) and DECIMALS.fullmatch(decimals) and whole + decimals
    if not is_amount or len({sign for sign in whole if not sign.isdigit()}) > 1:
        raise ValueUnclear(
            f"“{text[:40]}” is not an amount with the decimal mark “{decimal_mark}”. "
            "Correct the cell or choose another decimal mark."
        )
    number = f"{re.sub('[^0-9]', '', whole) or '0'}.{decimals or '0'}"
    minor = minor_units(number, currency)
    return -minor if is_negative else minor


def is_day_first(days: Iterable[str], *, said: DayOrder = "") -> bool:
    """
    Whether dates start with the day. Dates with points do; with slashes the file has to show it.

    :raises ValueUnclear: if every date reads both ways, or they contradict each other
    """
    if said:
        return said == "day_first"
    shown = {order_of(text.strip()) for text in days} - {""}
    if {"day", "month"} <= shown:
        raise ValueUnclear(
            "some dates start with the day and some with the month. Write 2026-01-31."
        )
    if shown == {"?"}:
        raise ValueUnclear(
            "a date such as 01/02/2026 could start with the day or the month. Choose the order of "
            "dates."
        )
    return "month" not in shown


def order_of(text: str) -> str:
    """What a date shows of its order: "day", "month", "?" where it reads both ways, or nothing."""
    found = NUMERIC_DAY.fullmatch(text[:10].strip())
    if not found:
        return ""
    first, second = int(found[1]), int(found[2])
    if "." in text or first > LAST_MONTH:
        return "day"
    if second > LAST_MONTH:
        return "month"
    return "" if first == second else "?"


def day_of(text: str, *, day_first: bool) -> date:
    """:raises ValueUnclear: if it is no date"""
    plain = text.strip()
    for form in YEAR_FIRST:
        try:
            return datetime.strptime(plain[:10], form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    found = NUMERIC_DAY.fullmatch(plain.split(" ")[0])
    if found:
        first, second, year = (int(part) for part in found.groups())
        day, month = (first, second) if day_first else (second, first)
        try:
            return date(year + 2000 if year < 100 else year, month, day)
        except ValueError:
            pass
    raise ValueUnclear(f"“{text[:40]}” is not a date. Write it such as 2026-01-31.")
