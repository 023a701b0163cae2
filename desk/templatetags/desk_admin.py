"""The date hierarchy of admin lists, from the first and last date alone: long tables are never scanned."""

from calendar import monthrange
from datetime import UTC, date, datetime
from typing import Any

from django import template
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, Min

register = template.Library()

Choice = dict[str, Any]


@register.inclusion_tag("admin/date_hierarchy.html")
def calendar(cl: ChangeList) -> dict[str, Any]:
    """Years, then months, then days between the earliest and the latest row; days are UTC."""
    path = str(cl.date_hierarchy)
    first, last = first_and_last(cl, path)
    if first is None or last is None:
        return {"show": False}
    year, month, day = (number_of(cl, f"{path}__{part}") for part in ("year", "month", "day"))
    if year and month and day:
        month_link = link(cl, path, year=year, month=month)
        back: Choice | None = {"link": month_link, "title": f"{year}-{month:02}"}
        return {"show": True, "back": back, "choices": []}
    if year and month:
        back = {"link": link(cl, path, year=year), "title": str(year)}
        return {"show": True, "back": back, "choices": days(cl, path, year, month)}
    if year or first.year == last.year:
        back = {"link": link(cl, path), "title": "All dates"} if year else None
        choices = months(cl, path, year or first.year, first, last)
        return {"show": True, "back": back, "choices": choices}
    years = range(first.year, last.year + 1)
    choices = [{"link": link(cl, path, year=one), "title": str(one)} for one in years]
    return {"show": True, "back": None, "choices": choices}


def first_and_last(cl: ChangeList, path: str) -> tuple[date | None, date | None]:
    """Of all rows of the table that holds the date; an index answers it."""
    field = get_fields_from_path(cl.model, path)[-1]
    rows = field.model._default_manager.order_by()
    ends = rows.aggregate(first=Min(field.name), last=Max(field.name))
    return as_date(ends["first"]), as_date(ends["last"])


def as_date(value: date | None) -> date | None:
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def number_of(cl: ChangeList, lookup: str) -> int:
    given = str(cl.params.get(lookup) or "")
    return int(given) if given.isdigit() else 0


def link(cl: ChangeList, path: str, **parts: int) -> str:
    lookups = {f"{path}__{part}": str(number) for part, number in parts.items()}
    return str(cl.get_query_string(lookups, [f"{path}__"]))


def months(cl: ChangeList, path: str, year: int, first: date, last: date) -> list[Choice]:
    known = range(first.year * 12 + first.month, last.year * 12 + last.month + 1)
    return [
        {"link": link(cl, path, year=year, month=month), "title": f"{year}-{month:02}"}
        for month in range(1, 13)
        if year * 12 + month in known
    ]


def days(cl: ChangeList, path: str, year: int, month: int) -> list[Choice]:
    return [
        {"link": link(cl, path, year=year, month=month, day=day), "title": f"{day:02}"}
        for day in range(1, monthrange(year, month)[1] + 1)
    ]
