"""The feed of changed answers, read so that no change is skipped whichever commits first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections
from django.db.models import Q

from accounts.calc.feed_place import CursorUnknown, Place
from accounts.models import EntitlementChange

COLUMNS = (
    *("xid", "id", "customer_id", "customer__external_id", "grantee__external_id"),
    *("subscription", "kind", "effective_at", "recorded_at"),
)


@dataclass(frozen=True, slots=True)
class NotedChange:
    """`customer` and `grantee` are external ids; without a grantee it is about everyone."""

    place: Place
    customer_id: UUID
    customer: str
    grantee: str | None
    subscription: str
    kind: str
    effective_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ChangePage:
    """`next` is where to go on; a change that commits later comes after it."""

    changes: Sequence[NotedChange]
    next: Place
    has_more: bool


def horizon() -> Place:
    """Every transaction before it has ended: what it wrote is in sight, or was never written."""
    with connections[EntitlementChange.objects.all().db].cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return Place(cursor.fetchone()[0], 0)


def read_changes(
    *, after: Place, limit: int, customer_id: UUID | None = None, kinds: Sequence[str] = ()
) -> ChangePage:
    """
    At most `limit` changes after a place, in order; `kinds` empty means all.

    :raises CursorUnknown: if the place lies ahead of this database's transactions
    """
    end = horizon()
    if after > end:
        raise CursorUnknown(
            "This cursor was given by another database, or before a restore. Ask for every"
            " entitlement you keep once more, and follow on from since=latest."
        )
    rows = EntitlementChange.objects.filter(xid__gte=after.xid, xid__lt=end.xid)
    rows = rows.filter(Q(xid__gt=after.xid) | Q(id__gt=after.id))
    if customer_id:
        rows = rows.filter(customer_id=customer_id)
    if kinds:
        rows = rows.filter(kind__in=kinds)
    found = [
        NotedChange(Place(xid, key), *rest)
        for xid, key, *rest in rows.order_by("xid", "id").values_list(*COLUMNS)[: limit + 1]
    ]
    has_more, page = len(found) > limit, found[:limit]
    return ChangePage(page, next=page[-1].place if has_more else end, has_more=has_more)
