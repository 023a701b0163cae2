"""Advise the product on a customer's access, or take the advice back. Nothing else is touched."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import ChangeKind
from accounts.models import AccessAdvice, Customer
from accounts.operations.note_changes import Change, note_changes

NOTHING = "none"


@transaction.atomic
def advise_access(
    *, customer_id: UUID, level: str, reason_code: str, words: str, at: datetime
) -> AccessAdvice | None:
    """
    The advice in force from `at` on; `level` is a value of AccessLevel, or "none" to withdraw.

    Saying the same again changes nothing. The customer's row is locked, so that two cannot speak at once.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    current = AccessAdvice.objects.filter(customer_id=customer_id, until=None).first()
    if current and (current.level, current.reason_code, current.words) == (
        level,
        reason_code,
        words,
    ):
        return current
    if current:
        current.until = max(at, current.since)
        current.save(update_fields=["until"])
    if current or level != NOTHING:
        note_changes([Change(customer_id, ChangeKind.ACCESS_ADVISED, effective_at=at)], at=at)
    if level == NOTHING:
        return None
    return AccessAdvice.objects.create(
        customer_id=customer_id, level=level, reason_code=reason_code, words=words, since=at
    )
