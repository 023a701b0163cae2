"""Close cases that are settled through whatever door, and take back what was planned and advised."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.enums import MailState
from billing.enums import AllocationSource
from billing.models.receivables import Allocation, Receivable
from billing.operations.record_payment import lock_accounts
from dunning.enums import CaseState, CloseReason
from dunning.models import CaseReceivable, DunningCase, Message
from dunning.operations.recommend_access import recommend_access
from kernel.stage import StageOutcome


@transaction.atomic
def close_cases(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Cases without enough open are closed; messages not sent are canceled, charges planned are taken
    off, advice on access is withdrawn. What was reopened meanwhile is left alone.
    """
    customers = DunningCase.objects.filter(pk__in=keys).values_list("customer_id", flat=True)
    lock_accounts(set(customers))
    cases = DunningCase.objects.filter(pk__in=keys).select_related("campaign")
    for case in cases.exclude(state=CaseState.CLOSED).order_by("pk"):
        reason = reason_to_close(case)
        if reason:
            close_case(case, reason, at)
    return StageOutcome(passed=len(keys), refused=0)


def reason_to_close(case: DunningCase) -> CloseReason | None:
    joined = Receivable.objects.filter(in_cases__case=case)
    open_minor = sum(joined.values_list("open_minor", flat=True))
    if open_minor:
        is_little = open_minor < case.campaign.threshold_minor
        return CloseReason.BELOW_THRESHOLD if is_little else None
    since = Allocation.objects.filter(
        receivable__in=joined, undoes=None, recorded_at__gte=case.opened_at
    )
    sources = set(since.values_list("source", flat=True))
    if AllocationSource.PAYMENT in sources:
        return CloseReason.PAID
    return (
        CloseReason.WRITTEN_OFF if AllocationSource.WRITE_OFF in sources else CloseReason.CREDITED
    )


def close_case(case: DunningCase, reason: CloseReason, at: datetime) -> None:
    case.state, case.closed_at, case.closed_reason = CaseState.CLOSED, at, reason
    case.access_level, case.look_at, case.looked_at = "none", None, at
    case.next_step_at, case.next_step_key, case.next_step_why = None, "", ""
    case.save()
    Message.objects.filter(case=case, state=MailState.QUEUED).update(
        state=MailState.CANCELED, problem="Settled before it was sent"
    )
    in_case = CaseReceivable.objects.filter(case=case).values("receivable")
    Receivable.objects.filter(
        pk__in=in_case, next_attempt_at__isnull=False, first_failed_at__isnull=False
    ).update(next_attempt_at=None)
    recommend_access(customer_id=case.customer_id, at=at)
