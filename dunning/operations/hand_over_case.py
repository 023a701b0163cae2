"""Give a case to a person: machines do nothing more, payment still closes it."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.enums import MailState
from dunning.enums import CaseState
from dunning.models import DunningCase, Message
from dunning.operations.lock_case import lock_running_case, words_of
from dunning.operations.pause_case import hold


@transaction.atomic
def hand_over_case(
    *, case_id: UUID, reason: str, at: datetime, by: User | None = None
) -> DunningCase:
    """
    Messages not sent are canceled and charges planned are taken off. Advice on access stays as it is.

    :raises ReasonMissing: without a reason
    :raises CaseClosed: if the case is closed
    :raises CaseNotRunning: if it was handed over before
    """
    words = words_of(reason)
    case = lock_running_case(case_id)
    hold(case, at)
    case.state, case.handed_over_at = CaseState.HANDED_OVER, at
    case.handed_over_reason, case.handed_over_by = words, by
    case.look_at, case.next_step_at, case.next_step_key, case.next_step_why = None, None, "", ""
    case.save()
    Message.objects.filter(case=case, state=MailState.QUEUED).update(
        state=MailState.CANCELED, problem="Handed over before it was sent"
    )
    return case
