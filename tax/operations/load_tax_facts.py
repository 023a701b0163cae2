"""Load the published tax facts into their tables. What people added or edited stays as it is."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from django.db import models, transaction

from kernel.money import exponent_of
from kernel.refusal import Refusal
from tax.models import RegistrationThreshold, Taxability, TaxRate, TaxTerritory

FOLDER = Path(__file__).resolve().parent.parent / "facts"
SINCE = date(2016, 1, 1)
ONE_DAY = timedelta(days=1)
Row = models.Model


class TaxFactsMalformed(Refusal):
    code = "tax_facts_malformed"


@transaction.atomic
def load_tax_facts(*, folder: Path = FOLDER) -> dict[str, int]:
    """
    Insert facts that no row has yet; returns how many by table.

    A fact is known by jurisdiction, tax and kind of buyer: once any of its history is on record,
    the table is the master and the file is not looked at again.

    :raises TaxFactsMalformed: naming file and entry
    """
    return {
        "rates": insert(TaxRate, rates(folder), ("jurisdiction", "tax", "buyer_kind")),
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
    with (folder / name).open(encoding="utf-8") as file:
        found = yaml.safe_load(file)
    for number, entry in enumerate(found, 1):
        yield f"{name}, entry {number}", entry


def rates(folder: Path) -> Iterator[TaxRate]:
    for place, entry in entries(folder, "rates.yaml"):
        for jurisdiction, history in field(entry, "history", place).items():
            days = sorted(history)
            for day, after in zip(days, [*days[1:], None], strict=True):
                yield TaxRate(
                    jurisdiction=jurisdiction,
                    tax=field(entry, "tax", place),
                    buyer_kind=entry.get("buyer_kind", "any"),
                    percent=Decimal(str(history[day])),
                    valid_from=day,
                    valid_to=after - ONE_DAY if after else None,
                    **sourced(entry, place),
                )


def taxability(folder: Path) -> Iterator[Taxability]:
    for place, entry in entries(folder, "taxability.yaml"):
        for jurisdiction, row in field(entry, "rows", place).items():
            yield Taxability(
                jurisdiction=jurisdiction,
                buyer_kind=entry.get("buyer_kind", "any"),
                answer=field(entry, "answer", place),
                share_percent=Decimal(str(row.get("share", 100))),
                has_local_rates=row.get("local", False),
                valid_from=SINCE,
                **sourced(entry, place),
            )


def thresholds(folder: Path) -> Iterator[RegistrationThreshold]:
    for place, entry in entries(folder, "thresholds.yaml"):
        currency = field(entry, "currency", place)
        for jurisdiction, row in field(entry, "rows", place).items():
            yield RegistrationThreshold(
                jurisdiction=jurisdiction,
                amount_minor=field(row, "amount", place) * 10 ** exponent_of(currency),
                currency=currency,
                transactions=row.get("transactions"),
                both_needed=row.get("both", False),
                period=field(entry, "period", place),
                counts=field(entry, "counts", place),
                valid_from=SINCE,
                **sourced(entry, place),
            )


def territories(folder: Path) -> Iterator[TaxTerritory]:
    for place, entry in entries(folder, "territories.yaml"):
        postal_from, postal_to = entry.get("postal", ("", ""))
        yield TaxTerritory(
            country=field(entry, "country", place),
            postal_from=postal_from,
            postal_to=postal_to,
            jurisdiction=field(entry, "jurisdiction", place),
            name=field(entry, "name", place),
            in_eu_vat_area=field(entry, "eu", place),
            **sourced(entry, place),
        )


def sourced(entry: Mapping[str, Any], place: str) -> dict[str, str]:
    return {name: field(entry, name, place) for name in ("source", "grade")}


def field(entry: Mapping[str, Any], name: str, place: str) -> Any:
    if name not in entry:
        raise TaxFactsMalformed(f"{place}: {name} is missing. Every fact needs it.")
    return entry[name]
