"""Import tax rates from a table: local US rates by ZIP code, or any other change of a rate."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction

from kernel.refusal import Refusal
from tax.models import TaxRate

COLUMNS = ("jurisdiction", "postal_code", "tax", "percent", "valid_from", "source", "grade")
ONE_DAY = timedelta(days=1)


class RatesMalformed(Refusal):
    code = "tax_rates_malformed"


@transaction.atomic
def import_tax_rates(*, content: str) -> dict[str, int]:
    """
    Record every row of a CSV table with the columns COLUMNS; a rate that was open ends the day before.

    The same table again changes nothing. Returns how many rates were added and how many unchanged.

    :raises RatesMalformed: naming the line; nothing is recorded then
    """
    counts = {"added": 0, "unchanged": 0}
    for line, row in read_rows(content):
        counts["added" if record_rate(row, line) else "unchanged"] += 1
    return counts


def read_rows(content: str) -> Iterator[tuple[int, TaxRate]]:
    table = csv.DictReader(io.StringIO(content))
    missing = [name for name in COLUMNS if name not in (table.fieldnames or [])]
    if missing:
        raise RatesMalformed(
            f"Line 1: the column {missing[0]} is missing. A table has the columns "
            f"{', '.join(COLUMNS)}."
        )
    for line, said in enumerate(table, 2):
        try:
            row = TaxRate(
                jurisdiction=said["jurisdiction"].strip(),
                postal_code=said["postal_code"].strip(),
                tax=said["tax"].strip(),
                percent=Decimal(said["percent"].strip()),
                valid_from=date.fromisoformat(said["valid_from"].strip()),
                source=said["source"].strip(),
                grade=said["grade"].strip(),
            )
            row.clean_fields()
            row.validate_constraints(
                exclude=["valid_from", "valid_to"]
            )  # a change closes the old rate
        except (AttributeError, InvalidOperation, ValueError, ValidationError) as error:
            raise RatesMalformed(
                f"Line {line}: {plain(error)}. Correct it and import again."
            ) from error
        yield line, row


def plain(error: Exception) -> str:
    """The first problem with its column."""
    if isinstance(error, ValidationError):
        field, problems = next(iter(error.message_dict.items()))
        name = "" if field == NON_FIELD_ERRORS else f"{field}: "
        return f"{name}{problems[0].rstrip('.')}"
    return f"a value cannot be read ({error or type(error).__name__})"


def record_rate(row: TaxRate, line: int) -> bool:
    """False when the rate is on record already."""
    same = TaxRate.objects.filter(
        jurisdiction=row.jurisdiction, tax=row.tax, postal_code=row.postal_code,
        buyer_kind=row.buyer_kind,
    )  # fmt: skip
    newest = same.order_by("-valid_from").first()
    if newest and newest.valid_from == row.valid_from and newest.percent == row.percent:
        return False
    if newest and newest.valid_from >= row.valid_from:
        raise RatesMalformed(
            f"Line {line}: {row.jurisdiction} {row.postal_code} {row.tax} has a rate since "
            f"{newest.valid_from} already. A new one must begin later; correct the old one by hand."
        )
    if newest and newest.valid_to is None:
        newest.valid_to = row.valid_from - ONE_DAY
        newest.save(update_fields=["valid_to"])
    row.save()
    return True
