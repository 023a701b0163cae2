"""What waits to be posted: sources without an entry, and months of revenue that are over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from billing.enums import (
    AllocationSource,
    CreditReason,
    InvoiceState,
    JournalKind,
    StageName,
)
from billing.models import (
    Allocation,
    Books,
    CreditEntry,
    Invoice,
    JournalEntry,
    Payment,
    Payout,
    RecognitionSlice,
)
from billing.queries.work import Waiting, not_refused, taken

NEW = timedelta(days=3)
PAID = "paid"
CAME_BACK = ("failed", "canceled")
OWN_ENTRY = (
    CreditReason.ALLOCATED, CreditReason.UNALLOCATED, CreditReason.RESERVED,
    CreditReason.REFUND_FAILED,
)  # fmt: skip


def posted(*kinds: str) -> Exists:
    """Whether the outer row has an entry; by the unique index of source and kind."""
    entries = JournalEntry.objects.filter(source_id=OuterRef("pk"))
    return Exists(entries.filter(kind__in=kinds) if kinds else entries)


def sources() -> list[tuple["QuerySet[Any]", str]]:
    """Every table that posts, as what waits in it, with the column that says since when."""
    waits = ~posted() & Q(not_refused(StageName.POST))
    payout = Q(state=PAID) & ~posted(JournalKind.PAYOUT)
    back = Q(state__in=CAME_BACK) & posted(JournalKind.PAYOUT) & ~posted(JournalKind.PAYOUT_FAILED)
    return [
        (Invoice.objects.filter(waits, state=InvoiceState.FINALIZED), "issued_at"),
        (Payment.objects.filter(waits), "recorded_at"),
        (CreditEntry.objects.filter(waits, reason__in=OWN_ENTRY), "recorded_at"),
        (Allocation.objects.filter(waits, source=AllocationSource.WRITE_OFF), "recorded_at"),
        (Payout.objects.filter(payout | back, not_refused(StageName.POST)), "recorded_at"),
    ]


def months_over(at: datetime) -> "QuerySet[RecognitionSlice]":
    """Deferred months that are over where the books are kept; by its partial index."""
    over = Q(pk__in=[])
    for entity_id, zone in Books.objects.values_list("pk", "time_zone"):
        this_month = at.astimezone(ZoneInfo(zone)).date().replace(day=1)
        over |= Q(billing_entity=entity_id, month__lt=this_month)
    return RecognitionSlice.objects.filter(over, not_refused(StageName.POST), entry=None)


def to_post(*, at: datetime, limit: int) -> Sequence[UUID]:
    """Sources first, locked; when none waits, one slice for each month of revenue that is over."""
    keys = sources_to_post(limit=limit)
    if keys:
        return keys
    group = ("month", "billing_entity_id", "currency")
    first_of_each = months_over(at).order_by(*group, "pk").distinct(*group)
    return list(first_of_each.values_list("pk", flat=True)[:limit])


def to_post_soon(*, at: datetime, limit: int) -> Sequence[UUID]:
    """What is new, for the tick: the day's run looks through all there ever was, and recognizes months."""
    return sources_to_post(limit=limit, newer_than=at - NEW)


def sources_to_post(*, limit: int, newer_than: datetime | None = None) -> list[UUID]:
    keys: list[UUID] = []
    for rows, since in sources():
        if newer_than:
            rows = rows.filter(**{f"{since}__gt": newer_than})  # noqa: PLW2901
        if len(keys) < limit:
            keys += taken(rows.order_by(since, "pk"), limit - len(keys))
    return keys


def count_to_post(*, at: datetime) -> Waiting:
    """Sources without an entry, and since when the oldest waits. Months are not counted."""
    waiting, oldest = 0, None
    for rows, since in sources():
        counted = rows.order_by().aggregate(waiting=Count("pk"), oldest=Min(since))
        waiting += counted["waiting"]
        if counted["oldest"] and (oldest is None or counted["oldest"] < oldest):
            oldest = counted["oldest"]
    return waiting, oldest
