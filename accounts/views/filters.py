"""Form fields and address parts that the lists of the desk and the portal share."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest


class DayConverter:
    """A date in an address: 2026-01-31."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


class MonthConverter:
    """A month in an address, as its first day: 2026-01."""

    regex = r"\d{4}-(?:0[1-9]|1[0-2])"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


def any_of(choices: Iterable[Any], label: str) -> forms.ChoiceField:
    """One of a vocabulary, or any."""
    return forms.ChoiceField(choices=[("", "Any"), *choices], required=False, label=label)


def date_of(label: str) -> forms.DateField:
    return forms.DateField(
        required=False, label=label, widget=forms.DateInput(attrs={"type": "date"})
    )


def page_number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isdigit() else 1


def query_without_page(request: HttpRequest) -> str:
    """The address's query for links to other pages and to the CSV."""
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()
