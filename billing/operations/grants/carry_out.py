"""Carry out approved exceptions by the grant of their kind; what is refused waits for a person."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import lock_exception
from billing.enums import StageName
from billing.operations.grants.granted import Granted
from billing.operations.refuse import Refused, record_refusals
from kernel.refusal import Refusal
from kernel.stage import StageOutcome

Grant = Callable[[ExceptionRequest, datetime], Granted]


@transaction.atomic
def carry_out(
    *, keys: Sequence[UUID], grants: Mapping[str, Grant], stage: StageName, at: datetime
) -> StageOutcome:
    """Carry out these requests by their kind's grant, each in a savepoint of its own."""
    refused = []
    for key in keys:
        asked = lock_exception(key)
        if asked.grant_due_at is None or asked.grant_due_at > at:
            continue
        try:
            with transaction.atomic():
                note(asked, grants[asked.kind](asked, at), at=at)
        except Refusal as refusal:
            refused.append(Refused(key, asked.number, refusal.code, str(refusal)))
    record_refusals(stage=stage, refused=refused, at=at)
    return StageOutcome(passed=len(keys) - len(refused), refused=len(refused))


def note(asked: ExceptionRequest, granted: Granted, *, at: datetime) -> None:
    """Write down what was done, and when there is more to do."""
    if granted.is_begun and asked.carried_out_at is None:
        asked.carried_out_at = at
    if granted.is_over:
        asked.ended_at = at
    asked.outcome, asked.grant_due_at = granted.outcome, granted.next_at
    asked.save(update_fields=["carried_out_at", "ended_at", "outcome", "grant_due_at"])
