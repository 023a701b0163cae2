"""A page of a long list: what is shown, and where the neighbors are."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import QuerySet

Row = TypeVar("Row")
PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows of one page. `number` counts from 1; no total is counted, so that long lists stay fast."""

    rows: tuple[Row, ...]
    number: int
    has_next: bool

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def page_of(
    rows: "QuerySet[Any]", *, number: int, to_row: Callable[[Any], Row], size: int = PAGE_SIZE
) -> Page[Row]:
    """One query: a row more than shown says whether there is a next page."""
    number = max(1, number)
    first = (number - 1) * size
    found = list(rows[first : first + size + 1])
    return Page(
        rows=tuple(to_row(row) for row in found[:size]), number=number, has_next=len(found) > size
    )
