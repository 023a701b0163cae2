"""What people agreed to about the documents of a packet, and what the customer looked at."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from accounts.enums import ActorKind
from accounts.models import AuditEntry, ExceptionRequest
from desk.queries.packet.versions import name_of

ROWS_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class DecisionRow:
    verdict: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """An exception somebody asked for and every decision on it. Minor units of `currency`."""

    id: UUID
    number: str
    kind: str
    kind_words: str
    state: str
    terms: dict[str, Any]
    currency: str
    amount_minor: int
    list_minor: int | None
    realized_minor: int | None
    reason: str
    customer_text: str
    starts_on: date | None
    ends_on: date | None
    asked_by: str
    asked_at: datetime
    decided_at: datetime | None
    decisions: tuple[DecisionRow, ...]


@dataclass(frozen=True, slots=True)
class ViewRow:
    """That the customer opened a page, as the trail has it. `sequence` is its place in the trail."""

    sequence: int
    at: datetime
    action: str
    subject_kind: str
    subject_id: str
    digest: str


def approval_rows(*, customer_id: UUID, subject_ids: Collection[UUID]) -> tuple[ApprovalRow, ...]:
    """The latest about the customer as a whole or one of the subjects, in order. Two queries."""
    rows = (
        ExceptionRequest.objects.filter(
            customer=customer_id, subject_id__in={customer_id, *subject_ids}
        )
        .select_related("asked_by", "asked_by_client")
        .prefetch_related("decisions__by")
        .order_by("-asked_at", "-pk")
    )
    latest = list(rows[:ROWS_AT_MOST])
    return tuple(approval_row(row) for row in reversed(latest))


def approval_row(row: ExceptionRequest) -> ApprovalRow:
    """Needs who asked and the decisions loaded with it."""
    return ApprovalRow(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        kind_words=row.get_kind_display(),
        state=row.state,
        terms=row.terms,
        currency=row.currency,
        amount_minor=row.amount_minor,
        list_minor=row.list_minor,
        realized_minor=row.realized_minor,
        reason=row.reason,
        customer_text=row.customer_text,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        asked_by=str(row.asked_by or row.asked_by_client),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        decisions=tuple(
            DecisionRow(one.verdict, name_of(one.by), one.reason, one.at)
            for one in row.decisions.all()
        ),
    )


def view_rows(case_ids: Collection[UUID]) -> tuple[ViewRow, ...]:
    """The latest visits to the page to pay of these cases, in order. One query."""
    rows = AuditEntry.objects.filter(
        subject_kind="dunningcase",
        subject_id__in=[str(key) for key in case_ids],
        actor_kind=ActorKind.CUSTOMER,
    ).order_by("-sequence")
    return tuple(
        ViewRow(
            sequence=row.sequence,
            at=row.at,
            action=row.action,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            digest=row.digest,
        )
        for row in reversed(rows[:ROWS_AT_MOST])
    )
