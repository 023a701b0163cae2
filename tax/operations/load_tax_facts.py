"""Load the published tax facts into their tables. What people added or edited stays as it is."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar

import yaml
from django.core.exceptions import ValidationError
from django.db import models, transaction

from kernel.money import exponent_of
from kernel.refusal import Refusal
from tax.models import RegistrationThreshold, Taxability, TaxRate, TaxTerritory
from tax.models.registration import JURISDICTION_CODE

FOLDER = Path(__file__).resolve().parent.parent / "facts"
SINCE = date(2016, 1, 1)
ONE_DAY = timedelta(days=1)
RATE_KEY = ("jurisdiction", "tax", "postal_code", "buyer_kind")
WHOLE = 100
Row = TypeVar("Row", TaxRate, Taxability, RegistrationThreshold, TaxTerritory)


class TaxFactsMalformed(Refusal):
    code = "tax_facts_malformed"


@transaction.atomic
def load_tax_facts(*, folder: Path = FOLDER) -> dict[str, int]:
    """
    Insert facts that no row has yet; returns how many by table.

    A fact is known by jurisdiction, tax and kind of buyer: once any of its history is on record,
    the table is the master. Local rates, which only tables have, are facts of their own.

    :raises TaxFactsMalformed: naming file and entry
    """
    return {
        "rates": insert(TaxRate, rates(folder), RATE_KEY),
        "taxability": insert(Taxability, taxability(folder), ("jurisdiction", "buyer_kind")),
        "thresholds": insert(RegistrationThreshold, thresholds(folder), ("jurisdiction",)),
        "territories": insert(TaxTerritory, territories(folder), ("country", "postal_from")),
    }


def insert(model: type[models.Model], rows: Iterator[Any], key: tuple[str, ...]) -> int:
    known = set(model._default_manager.values_list(*key))
    new = [row for row in rows if tuple(getattr(row, name) for name in key) not in known]
    model._default_manager.bulk_create(new)
    return len(new)


def entries(folder: Path, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of a file, each with the place to name when it is wrong."""
    try:
        found = yaml.safe_load((folder / name).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise TaxFactsMalformed(f"{name} is no YAML: {error}") from error
    if not isinstance(found, list):
        raise TaxFactsMalformed(f"{name} must be a list of entries.")
    for number, entry in enumerate(found, 1):
        place = f"{name}, entry {number}"
        yield place, fields_of(entry, place)


def rates(folder: Path) -> Iterator[TaxRate]:
    for place, entry in entries(folder, "rates.yaml"):
        for jurisdiction, history in section(entry, "history", place).items():
            days = sorted(fields_of(history, place), key=str)
            for day, after in zip(days, [*days[1:], None], strict=True):
                yield checked(
                    TaxRate(
                        jurisdiction=jurisdiction,
                        tax=field(entry, "tax", place),
                        buyer_kind=entry.get("buyer_kind", "any"),
                        percent=percentage(history[day], place),
                        valid_from=a_day(day, place),
                        valid_to=a_day(after, place) - ONE_DAY if after else None,
                        **sourced(entry, place),
                    ),
                    place,
                )


def taxability(folder: Path) -> Iterator[Taxability]:
    for place, entry in entries(folder, "taxability.yaml"):
        for jurisdiction, row in section(entry, "rows", place).items():
            yield checked(
                Taxability(
                    jurisdiction=jurisdiction,
                    buyer_kind=entry.get("buyer_kind", "any"),
                    answer=field(entry, "answer", place),
                    share_percent=percentage(row.get("share", WHOLE), place),
                    has_local_rates=row.get("local", False),
                    valid_from=SINCE,
                    **sourced(entry, place),
                ),
                place,
            )


def thresholds(folder: Path) -> Iterator[RegistrationThreshold]:
    for place, entry in entries(folder, "thresholds.yaml"):
        currency = field(entry, "currency", place)
        for jurisdiction, row in section(entry, "rows", place).items():
            yield checked(
                RegistrationThreshold(
                    jurisdiction=jurisdiction,
                    amount_minor=units(row, place) * 10 ** exponent_of(currency),
                    currency=currency,
                    transactions=row.get("transactions"),
                    both_needed=row.get("both", False),
                    period=field(entry, "period", place),
                    counts=field(entry, "counts", place),
                    valid_from=SINCE,
                    **sourced(entry, place),
                ),
                place,
            )


def territories(folder: Path) -> Iterator[TaxTerritory]:
    for place, entry in entries(folder, "territories.yaml"):
        postal_from, postal_to = entry.get("postal", ("", ""))
        yield checked(
            TaxTerritory(
                country=field(entry, "country", place),
                postal_from=postal_from,
                postal_to=postal_to,
                jurisdiction=field(entry, "jurisdiction", place),
                name=field(entry, "name", place),
                in_eu_vat_area=field(entry, "eu", place),
                **sourced(entry, place),
            ),
            place,
        )


def sourced(entry: Mapping[str, Any], place: str) -> dict[str, str]:
    return {name: field(entry, name, place) for name in ("source", "grade")}


def field(entry: Mapping[str, Any], name: str, place: str) -> Any:
    if name not in entry:
        raise TaxFactsMalformed(f"{place}: {name} is missing. Every fact needs it.")
    return entry[name]


def section(entry: Mapping[str, Any], name: str, place: str) -> Mapping[str, Any]:
    return fields_of(field(entry, name, place), f"{place}, {name}")


def fields_of(found: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(found, Mapping):
        raise TaxFactsMalformed(f"{place}: “{found}” must be names with values.")
    return found


def a_day(found: Any, place: str) -> date:
    if type(found) is not date:
        raise TaxFactsMalformed(f"{place}: “{found}” is no day. Write it as 2026-01-31.")
    return found


def percentage(found: Any, place: str) -> Decimal:
    try:
        percent = Decimal(str(found))
    except InvalidOperation:
        percent = Decimal("NaN")
    if not percent.is_finite() or not 0 <= percent <= WHOLE:
        raise TaxFactsMalformed(f"{place}: “{found}” is no percentage from 0 to 100.")
    return percent


def units(row: Mapping[str, Any], place: str) -> int:
    amount = field(row, "amount", place)
    if type(amount) is not int:
        raise TaxFactsMalformed(f"{place}: the amount “{amount}” must be whole major units.")
    return amount


def checked(row: Row, place: str) -> Row:
    """The row, if each of its fields holds what its column takes."""
    if not re.search(JURISDICTION_CODE, str(row.jurisdiction)):
        raise TaxFactsMalformed(
            f"{place}: “{row.jurisdiction}” is no jurisdiction. Quote NO, which YAML reads as false."
        )
    try:
        row.clean_fields()
    except ValidationError as error:
        why = "; ".join(f"{name}: {' '.join(said)}" for name, said in error.message_dict.items())
        raise TaxFactsMalformed(f"{place}, {row.jurisdiction}: {why}") from error
    return row
