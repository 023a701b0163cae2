"""The reconciliation as shown: each check with its sums, and each difference with the page of its row."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from billing.models import InvoiceLine
from billing.operations.reconcile_books import Reconciled, reconcile_books
from billing.queries.books_checks import SHOWN, Difference, Total

PAGES = {"invoice": "desk:invoice", "payment": "desk:money_payment", "customer": "desk:customer"}


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A row that differs, in minor units; None: that side has none."""

    label: str
    address: str
    entity: str
    currency: str
    books_minor: int | None
    source_minor: int | None
    difference_minor: int


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check: what it says, both sides by currency, what differs."""

    name: str
    says: str
    totals: tuple[Total, ...]
    differences: tuple[DifferenceRow, ...]
    is_cut: bool

    @property
    def rows(self) -> int:
        return sum(total.rows for total in self.totals)


@dataclass(frozen=True, slots=True)
class ReconciliationPage:
    """All checks on one snapshot."""

    checks: tuple[CheckRow, ...]
    waiting: int
    is_clean: bool


def reconciliation_page(
    *, at: datetime, entity_id: UUID | None, codes: dict[UUID, str]
) -> ReconciliationPage:
    """Two queries a check, whatever is found, and one for the lines that differ."""
    done = reconcile_books(at=at, billing_entity_id=entity_id)
    lines = [
        row.subject_id
        for one in done.checks
        if one.check.subject == "line"
        for row in one.differences
    ]
    invoices = dict(InvoiceLine.objects.filter(pk__in=lines).values_list("pk", "invoice_id"))
    return ReconciliationPage(
        checks=tuple(check_row(one, codes, invoices) for one in done.checks),
        waiting=done.waiting,
        is_clean=done.is_clean,
    )


def check_row(one: Reconciled, codes: dict[UUID, str], invoices: dict[UUID, UUID]) -> CheckRow:
    return CheckRow(
        name=one.check.name,
        says=one.check.says,
        totals=one.totals,
        differences=tuple(
            DifferenceRow(
                label=row.label or str(row.subject_id),
                address=address_of(one.check.subject, row, invoices),
                entity=codes.get(row.entity_id, ""),
                currency=row.currency,
                books_minor=row.books_minor,
                source_minor=row.source_minor,
                difference_minor=row.difference_minor,
            )
            for row in one.differences
        ),
        is_cut=len(one.differences) == SHOWN,
    )


def address_of(subject: str, row: Difference, invoices: dict[UUID, UUID]) -> str:
    """The page of the row; a posting with nothing behind it has none."""
    if subject == "line":
        return reverse("desk:invoice", args=[invoices[row.subject_id]])
    if subject in PAGES and row.source_minor is not None:
        return reverse(PAGES[subject], args=[row.subject_id])
    return ""
