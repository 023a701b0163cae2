"""Columns for amounts: written for people in lists, as plain decimals in CSV."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.contrib import admin

from billing.documents.staff_text import money_decimal, staff_money

Column = Callable[..., str | None]


def money_column(amount: str, title: str, *, currency: str) -> Column:
    """
    A list column for an attribute in minor units.

    `currency` is the dotted path from the row to the ISO 4217 code, so that list_select_related can hold it.
    """
    currency_of = attrgetter(currency)

    def column(*row: Any) -> str | None:
        minor = getattr(row[-1], amount)
        return None if minor is None else staff_money(minor, currency_of(row[-1]))

    def csv_value(row: Any) -> str | None:
        minor = getattr(row, amount)
        return None if minor is None else money_decimal(minor, currency_of(row))

    column.__name__ = title.lower().replace(" ", "_")
    column.csv_value = csv_value  # type: ignore[attr-defined]
    return admin.display(description=title, ordering=amount)(column)
