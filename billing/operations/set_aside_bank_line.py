"""Set a bank line aside: it is nobody's payment, and why."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.enums import BankLineState
from billing.models import BankLine
from billing.operations.match_bank_line import lock_line
from kernel.refusal import Refusal

MOST_REASON = 300


class BankLineSetAside(Refusal):
    code = "bank_line_set_aside"


class BankLineReasonMissing(Refusal):
    code = "bank_line_reason_missing"


@transaction.atomic
def set_aside_bank_line(
    *, line_id: UUID, reason: str, at: datetime, by: User | None = None
) -> BankLine:
    """
    It leaves the work list and may still be matched later.

    :raises BankLineReasonMissing: without a reason
    :raises BankLineMatched: if it is matched
    :raises BankLineSetAside: if somebody was faster
    """
    if not reason.strip():
        raise BankLineReasonMissing("Say why it is nobody's payment, then set it aside.")
    line = lock_line(line_id)
    if line.state == BankLineState.SET_ASIDE:
        raise BankLineSetAside(f"This line was set aside already: {line.reason}")
    line.state, line.reason = BankLineState.SET_ASIDE, reason.strip()[:MOST_REASON]
    line.decided_at, line.decided_by = at, by
    line.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    return line
