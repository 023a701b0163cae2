"""Pause a case until a day, or go on before that. Deadlines do not move."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.models.receivables import Receivable
from dunning.enums import CaseState
from dunning.models import CaseReceivable, DunningCase, Pause
from dunning.operations.lock_case import lock_running_case, words_of
from dunning.operations.refusals import PauseOver, PauseTooLong

LONGEST = timedelta(days=90)


@transaction.atomic
def pause_case(
    *, case_id: UUID, until: datetime, reason: str, at: datetime, by: User | None = None
) -> Pause:
    """
    Nothing is charged, written or advised until then; what was planned is taken off.

    :raises ReasonMissing: without a reason
    :raises PauseTooLong: if it lasts more than 90 days
    :raises PauseOver: if it would end before it begins
    :raises CaseClosed: if the case is closed
    :raises CaseNotRunning: if it was handed over
    """
    words = words_of(reason)
    case = lock_running_case(case_id)
    if until <= at:
        raise PauseOver("A pause ends in the future. Choose a later day.")
    if until - at > LONGEST:
        raise PauseTooLong("A pause lasts 90 days at most. Hand the case over instead.")
    pause = Pause.objects.create(case=case, since=at, until=until, reason=words, paused_by=by)
    hold(case, at)
    return pause


def hold(case: DunningCase, at: datetime) -> None:
    case.state, case.look_at = CaseState.PAUSED, at
    case.save(update_fields=["state", "look_at"])
    joined = CaseReceivable.objects.filter(case=case).values("receivable")
    Receivable.objects.filter(pk__in=joined, next_attempt_at__isnull=False).update(
        next_attempt_at=None
    )


@transaction.atomic
def resume_case(*, case_id: UUID, at: datetime) -> DunningCase:
    """
    End every pause now; the next step is planned at once.

    :raises PauseOver: if the case is not paused
    :raises CaseClosed: if the case is closed
    :raises CaseNotRunning: if it was handed over
    """
    case = lock_running_case(case_id)
    running = list(case.pauses.filter(until__gt=at))
    if not running:
        raise PauseOver("This case is not paused.")
    for pause in running:
        pause.until = max(at, pause.since)
        pause.save(update_fields=["until"])
    case.state, case.look_at = CaseState.OPEN, at
    case.save(update_fields=["state", "look_at"])
    return case
