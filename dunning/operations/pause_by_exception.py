"""Pause a customer's cases because two people agreed to it, not one."""

from collections.abc import Sequence
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models.exceptions import ExceptionRequest
from billing.enums import StageName
from billing.operations.grants.carry_out import carry_out
from billing.operations.grants.granted import Granted
from dunning.enums import CaseState
from dunning.models import DunningCase
from dunning.operations.pause_case import pause_case
from kernel.refusal import Refusal
from kernel.stage import StageOutcome


class NothingToPause(Refusal):
    code = "dunning_nothing_to_pause"


def pause_by_exception(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """Carry out approved pauses; what cannot be paused waits for a person."""
    return carry_out(keys=keys, grants={"dunning_pause": grant_pause}, stage=StageName.PAUSE, at=at)


def grant_pause(asked: ExceptionRequest, at: datetime) -> Granted:
    """
    Pause every running case of the customer until the local midnight that was asked for.

    :raises NothingToPause: if no case is running
    """
    assert asked.customer is not None, "a pause is asked for a customer"
    until = datetime.combine(
        date.fromisoformat(asked.terms["until"]), time(0), tzinfo=ZoneInfo(asked.customer.time_zone)
    )
    running = DunningCase.objects.filter(
        customer=asked.customer, state__in=(CaseState.OPEN, CaseState.PAUSED)
    )
    words = f"{asked.number}: {asked.reason}"[:300]
    pauses = [
        pause_case(case_id=case.pk, until=until, reason=words, at=at, by=asked.asked_by)
        for case in running.order_by("pk")
    ]
    if not pauses:
        raise NothingToPause(
            f"{asked.customer} has no case to pause. Ask again when there is one, or revoke it."
        )
    return Granted(outcome={"pauses": [str(one.pk) for one in pauses]}, is_over=True)
