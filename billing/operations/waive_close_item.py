"""Waive a finding of month end: it stays on the report with who took it on and why."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.enums import CloseItem, CloseOutcome
from billing.models import CloseWaiver, PeriodClose
from billing.models.close import NEVER_WAIVED
from billing.queries.close.checklist import close_state
from kernel.refusal import Refusal


class CloseWaiverNotAllowed(Refusal):
    code = "close_item_never_waived"


class CloseNothingToWaive(Refusal):
    code = "close_nothing_to_waive"


class CloseReasonMissing(Refusal):
    code = "close_reason_missing"


@transaction.atomic
def waive_close_item(
    *, close_id: UUID, code: str, finding: str, reason: str, by: User, at: datetime
) -> CloseWaiver:
    """
    Explain the finding the page showed, known by its digest. Another finding needs another waiver.

    :raises CloseReasonMissing: without a reason
    :raises CloseWaiverNotAllowed: for the ledger, recheck, the books, and the order of months
    :raises CloseNothingToWaive: if nothing was found, it could not be checked, or it is another by now
    """
    if not reason.strip():
        raise CloseReasonMissing("Say why this does not keep the month open.")
    if code in NEVER_WAIVED:
        raise CloseWaiverNotAllowed(f"“{CloseItem(code).label}” is never waived. Mend it instead.")
    close = PeriodClose.objects.select_for_update(no_key=True).get(pk=close_id)
    state = close_state(close)
    if state.is_locked:
        raise CloseNothingToWaive("This month is locked. There is nothing to waive.")
    item = next(one for one in state.items if one.check.code == code)
    if item.check.outcome != CloseOutcome.FOUND or item.check.finding != finding:
        raise CloseNothingToWaive("There is another result by now. Look at it, then decide.")
    waiver, _ = CloseWaiver.objects.get_or_create(
        close=close, round=state.round, code=code, finding=finding,
        defaults={"count": item.check.count, "reason": reason.strip()[:500], "by": by, "at": at},
    )  # fmt: skip
    return waiver
