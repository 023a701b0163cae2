"""Note that answers about entitlements changed, in the transaction that changes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.models.changes import EntitlementChange

AT_ONCE = 1000


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

    Followers see them as soon as it has committed, and every transaction older than it has ended.
    """
    EntitlementChange.objects.bulk_create(
        [
            EntitlementChange(
                customer_id=row.customer_id,
                grantee_id=row.grantee_id,
                subscription=row.subscription,
                kind=row.kind,
                effective_at=row.effective_at,
                recorded_at=at,
            )
            for row in dict.fromkeys(rows)
        ],
        batch_size=AT_ONCE,
    )
