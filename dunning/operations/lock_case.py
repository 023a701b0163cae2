"""Lock a case before it is changed, and the words every change by a person needs."""

from uuid import UUID

from billing.operations.record_payment import lock_account
from dunning.enums import CaseState
from dunning.models import DunningCase
from dunning.operations.refusals import CaseClosed, CaseNotRunning, ReasonMissing


def lock_case(case_id: UUID) -> DunningCase:
    """
    The case, locked until the transaction ends, its customer's account with it.

    :raises CaseClosed: if it is closed; a closed case never changes
    """
    case = DunningCase.objects.select_for_update(of=("self",), no_key=True).get(pk=case_id)
    lock_account(case.customer_id)
    if case.state == CaseState.CLOSED:
        raise CaseClosed("This case is closed. What is owed again becomes a new case by itself.")
    return case


def lock_running_case(case_id: UUID) -> DunningCase:
    """
    :raises CaseClosed: if it is closed
    :raises CaseNotRunning: if a person has taken it over
    """
    case = lock_case(case_id)
    if case.state == CaseState.HANDED_OVER:
        raise CaseNotRunning(
            "This case was handed over: nothing is done by machine. Write a note instead."
        )
    return case


def words_of(reason: str) -> str:
    """:raises ReasonMissing: if nothing is said"""
    if not reason.strip():
        raise ReasonMissing("Say why, so that others understand it later.")
    return reason.strip()[:300]
