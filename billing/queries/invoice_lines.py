"""The lines of an invoice as pages show them: together by plan and seat type, with their sums."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID

from billing.models import InvoiceLine


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line; days are local, from `first` to before `after`; minor units of the invoice's currency."""

    id: UUID
    position: int
    kind: str
    description: str
    quantity: int
    first: date
    after: date
    amount_minor: int
    formula: str


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines of one plan and seat type, with their sum in minor units."""

    plan_name: str
    seat_type_name: str
    lines: tuple[LineRow, ...]
    amount_minor: int


def line_groups(lines: Iterable[InvoiceLine]) -> tuple[LineGroup, ...]:
    """Lines in their order, put together while plan and seat type stay the same."""
    groups = []
    for (plan, seat_type), members in groupby(
        lines, key=lambda line: (line.plan_name, line.seat_type_name)
    ):
        rows = tuple(line_row(line) for line in members)
        total = sum(row.amount_minor for row in rows)
        groups.append(LineGroup(plan, seat_type, rows, total))
    return tuple(groups)


def line_row(line: InvoiceLine) -> LineRow:
    return LineRow(
        id=line.pk,
        position=line.position,
        kind=line.get_kind_display(),
        description=line.description,
        quantity=line.quantity,
        first=line.span_first,
        after=line.span_after,
        amount_minor=line.amount_minor,
        formula=line.formula,
    )
