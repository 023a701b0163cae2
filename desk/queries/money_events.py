"""Webhooks as stored: waiting, applied, or parked with the refusal of the settle stage."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.queries.paging import PAGE_SIZE, Page, page_of
from billing.enums import StageName
from billing.models import (
    Dispute,
    GatewayEvent,
    Payment,
    PaymentAttempt,
    Refund,
    StageRefusal,
)
from desk.queries.money_rows import EventRow, event_row

STATES = {"waiting": "Waiting", "parked": "Parked", "applied": "Applied"}


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What was asked for; empty means any. Days are UTC dates of receipt, both included."""

    search: str = ""
    state: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about, as we know it."""

    words: str
    kind: str
    key: UUID


@dataclass(frozen=True, slots=True)
class EventPage:
    """One event with its body, indented when it is JSON; as signed it is kept untouched."""

    row: EventRow
    body: str
    is_json: bool
    attempts: int
    subjects: tuple[Subject, ...]


def parked() -> "QuerySet[StageRefusal]":
    return StageRefusal.objects.filter(
        stage=StageName.SETTLE, subject_id=OuterRef("pk"), resolved_at=None
    )


def found_events(asked: EventFilter) -> QuerySet[GatewayEvent]:
    rows = GatewayEvent.objects.defer("body")
    if asked.search:
        rows = rows.filter(
            Q(event_id=asked.search) | Q(object_id=asked.search) | Q(kind__startswith=asked.search)
        )
    if asked.kind:
        rows = rows.filter(kind=asked.kind)
    if asked.state == "applied":
        rows = rows.filter(applied_at__isnull=False)
    elif asked.state == "parked":
        rows = rows.filter(Exists(parked()), applied_at=None)
    elif asked.state == "waiting":
        rows = rows.filter(~Exists(parked()), applied_at=None)
    if asked.first:
        rows = rows.filter(received_at__date__gte=asked.first)
    if asked.last:
        rows = rows.filter(received_at__date__lte=asked.last)
    return rows.order_by("-received_at", "-pk")


def event_list(asked: EventFilter, *, number: int) -> Page[EventRow]:
    """Two queries: the page, and why those on it are parked."""
    page = page_of(found_events(asked), number=number, to_row=lambda event: event, size=PAGE_SIZE)
    return Page(tuple(event_rows(page.rows)), page.number, page.has_next)


def event_rows(events: Sequence[GatewayEvent]) -> Iterable[EventRow]:
    refusals = open_refusals([one.pk for one in events if one.applied_at is None])
    for one in events:
        refusal = refusals.get(one.pk)
        yield event_row(
            one,
            problem=refusal.message if refusal else "",
            refusal_id=refusal.pk if refusal else None,
        )


def open_refusals(keys: Sequence[UUID]) -> dict[UUID, StageRefusal]:
    rows = StageRefusal.objects.filter(
        stage=StageName.SETTLE, subject_id__in=keys, resolved_at=None
    )
    return {one.subject_id: one for one in rows}


def event_page(event_id: UUID) -> EventPage | None:
    event = GatewayEvent.objects.filter(pk=event_id).first()
    if event is None:
        return None
    (row,) = event_rows([event])
    refusal = open_refusals([event.pk]).get(event.pk)
    try:
        body, is_json = json.dumps(json.loads(event.body), indent=2, ensure_ascii=False), True
    except ValueError:
        body, is_json = event.body, False
    return EventPage(
        row=row,
        body=body,
        is_json=is_json,
        attempts=refusal.attempts if refusal else 0,
        subjects=subjects_of(event.object_id),
    )


def subjects_of(object_id: str) -> tuple[Subject, ...]:
    """Attempts, payments, refunds and disputes known under a gateway id. Four queries."""
    if not object_id:
        return ()
    attempts = PaymentAttempt.objects.filter(gateway_id=object_id).select_related(
        "receivable__invoice"
    )
    return (
        *(
            Subject(f"Attempt {one.number} for {one.receivable.invoice.number}", "invoice",
                    one.receivable_id)
            for one in attempts
        ),
        *(
            Subject(f"{one.get_kind_display()} money", "money_payment", one.pk)
            for one in Payment.objects.filter(gateway_id=object_id)
        ),
        *(
            Subject("Refund", "money_payment", one.payment_id)
            for one in Refund.objects.filter(gateway_id=object_id)
        ),
        *(
            Subject("Dispute", "money_payment", one.payment_id)
            for one in Dispute.objects.filter(gateway_id=object_id)
        ),
    )  # fmt: skip
