"""Record exchange rates as the European Central Bank publishes them; a day's rate is final."""

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree import ElementTree

from kernel.refusal import Refusal
from tax.models import ExchangeRate

SOURCE = "European Central Bank"
NOT_PUBLISHED = {"", "N/A"}
Published = tuple[date, str, Decimal]


class RatesUnreadable(Refusal):
    code = "exchange_rates_unreadable"


def record_exchange_rates(*, content: str, at: datetime, source: str = SOURCE) -> int:
    """
    Insert the rates of a eurofxref file (CSV or XML) that are not on record; returns how many.

    :raises RatesUnreadable: naming the line or element; nothing is recorded then
    """
    published = read_xml(content) if content.lstrip().startswith("<") else read_csv(content)
    rows = [
        ExchangeRate(day=day, quote=currency, rate=rate, source=source, recorded_at=at)
        for day, currency, rate in published
    ]
    before = ExchangeRate.objects.count()
    ExchangeRate.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5_000)
    return ExchangeRate.objects.count() - before


def read_csv(content: str) -> Iterator[Published]:
    """A column a currency, a row a day."""
    rows = csv.reader(io.StringIO(content))
    head = [name.strip() for name in next(rows, [])]
    if not head or head[0] != "Date":
        raise RatesUnreadable(
            "Line 1: the first column must be Date. Use the European Central Bank's eurofxref file."
        )
    for number, row in enumerate(rows, 2):
        for currency, value in zip(head[1:], row[1:], strict=False):
            if currency and value.strip() not in NOT_PUBLISHED:
                yield read_rate(row[0], currency, value, place=f"Line {number}")


def read_xml(content: str) -> Iterator[Published]:
    """Cubes of days with cubes of currencies."""
    try:
        root = ElementTree.fromstring(content)  # noqa: S314 - expat refuses external entities
    except ElementTree.ParseError as error:
        raise RatesUnreadable(f"The file is no XML: {error}. Download it again.") from error
    for cube in root.iter():
        if "time" not in cube.attrib:
            continue
        for rate in cube:
            said = rate.attrib
            yield read_rate(
                cube.attrib["time"], said.get("currency", ""), said.get("rate", ""),
                place=f"Day {cube.attrib['time']}",
            )  # fmt: skip


def read_rate(day: str, currency: str, value: str, *, place: str) -> Published:
    try:
        rate = Decimal(value.strip())
        found = date.fromisoformat(day.strip())
    except (InvalidOperation, ValueError):
        raise RatesUnreadable(
            f"{place}: “{day} {currency} {value}” is no day with a rate."
        ) from None
    if not rate.is_finite() or rate <= 0 or len(currency) != 3:
        raise RatesUnreadable(f"{place}: “{currency} {value}” is no rate of a currency.")
    return found, currency, rate
