"""Imported bank statements: the newest, and one with what became of its lines."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.queries.paging import Page, page_of
from billing.enums import BankLineState
from billing.models import BankLine, BankStatement
from desk.queries.bank import LineRow, line_row

NEWEST = 20


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A file as imported. Balances in minor units of `currency`; None where the file tells none."""

    id: UUID
    file_name: str
    format: str
    entity: str
    entity_name: str
    account: str
    currency: str
    first_day: date | None
    last_day: date | None
    opening_minor: int | None
    closing_minor: int | None
    imported_at: datetime
    imported_by: str
    sha256: str
    lines: int
    waiting: int
    matched: int
    set_aside: int


def statements() -> "QuerySet[BankStatement]":
    """With how many lines each brought and what became of them."""
    return BankStatement.objects.select_related("billing_entity", "imported_by").annotate(
        line_count=Count("lines"),
        open_count=Count("lines", filter=Q(lines__state=BankLineState.OPEN)),
        matched_count=Count("lines", filter=Q(lines__state=BankLineState.MATCHED)),
        aside_count=Count("lines", filter=Q(lines__state=BankLineState.SET_ASIDE)),
    )


def newest_statements() -> tuple[StatementRow, ...]:
    newest = BankStatement.objects.order_by("-imported_at").values("pk")[:NEWEST]
    rows = statements().filter(pk__in=newest).order_by("-imported_at")
    return tuple(statement_row(row) for row in rows)


def statement_of(statement_id: UUID) -> StatementRow | None:
    row = statements().filter(pk=statement_id).first()
    return statement_row(row) if row else None


def statement_lines(statement_id: UUID, *, number: int) -> Page[LineRow]:
    """Its lines in the file's order. One query."""
    rows = (
        BankLine.objects.filter(statement=statement_id)
        .select_related("statement", "billing_entity", "payment__customer", "decided_by")
        .order_by("position")
    )
    return page_of(rows, number=number, to_row=line_row)


def statement_row(row: "BankStatement") -> StatementRow:
    counts = vars(row)
    return StatementRow(
        id=row.pk,
        file_name=row.file_name,
        format=row.get_format_display(),
        entity=row.billing_entity.code,
        entity_name=row.billing_entity.legal_name,
        account=row.account,
        currency=row.currency,
        first_day=row.first_day,
        last_day=row.last_day,
        opening_minor=row.opening_minor,
        closing_minor=row.closing_minor,
        imported_at=row.imported_at,
        imported_by=row.imported_by.get_username() if row.imported_by else "",
        sha256=row.sha256,
        lines=counts["line_count"],
        waiting=counts["open_count"],
        matched=counts["matched_count"],
        set_aside=counts["aside_count"],
    )
