"""Note that answers about entitlements changed, in the transaction that changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from accounts.models.changes import EntitlementChange

INSERT = """
INSERT INTO accounts_entitlementchange
    (customer_id, kind, effective_at, grantee_id, subscription, recorded_at)
SELECT *, %s FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::uuid[], %s::text[])
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One answer to ask for again; `kind` is a value of ChangeKind, `subscription` an external id."""

    customer_id: UUID
    kind: str
    effective_at: datetime
    grantee_id: UUID | None = None
    subscription: str = ""


def note_changes(rows: Sequence[Change], *, at: datetime) -> None:
    """
    Written in the caller's transaction, each distinct change once; `at` is the time of recording.

    One statement: a thousand rows cost no more than a few. Followers see them as soon as the
    transaction has committed, and every transaction older than it has ended.
    """
    if not rows:
        return
    noted = list(dict.fromkeys(rows))
    columns: list[list[Any]] = [
        [one.customer_id for one in noted],
        [str(one.kind) for one in noted],
        [one.effective_at for one in noted],
        [one.grantee_id for one in noted],
        [one.subscription for one in noted],
    ]
    with connections[EntitlementChange.objects.all().db].cursor() as cursor:
        cursor.execute(INSERT, [at, *columns])
