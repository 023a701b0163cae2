"""Reconcile: the journal against invoices, payments, what is open and what customers hold as credit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.queries.books_checks import CHECKS, Check, Difference, Total, differences, totals
from billing.queries.books_work import count_to_post
from billing.queries.one_moment import one_moment


@dataclass(frozen=True, slots=True)
class Reconciled:
    """One check with both sides by currency and the rows that differ."""

    check: Check
    totals: tuple[Total, ...]
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All checks at one instant, and how many sources still wait to be posted."""

    checks: tuple[Reconciled, ...]
    waiting: int

    @property
    def is_clean(self) -> bool:
        return not self.waiting and not any(one.differences for one in self.checks)

    @property
    def difference_count(self) -> int:
        return sum(len(one.differences) for one in self.checks)


def reconcile_books(*, at: datetime, billing_entity_id: UUID | None = None) -> Reconciliation:
    """
    Compare row by row on one snapshot of the database; nothing is written.

    What waits for the post stage shows as a difference of its row too.
    """
    with one_moment():
        waiting, _ = count_to_post(at=at)
        return Reconciliation(
            checks=tuple(
                Reconciled(
                    check=check,
                    totals=totals(check, entity_id=billing_entity_id),
                    differences=differences(check, entity_id=billing_entity_id),
                )
                for check in CHECKS
            ),
            waiting=waiting,
        )
