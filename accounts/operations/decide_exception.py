"""Decide a request: what is said is a row of its own, and the database moves the request by it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.calc.authority import Asked, check_decider
from accounts.calc.refusals import (
    ExceptionMoved,
    ExceptionStateDiffers,
    NotYourDecision,
    ReasonMissing,
    StepUpMissing,
)
from accounts.enums import PENDING_STATES, ExceptionState, Verdict
from accounts.models import Customer, ExceptionDecision, ExceptionRequest
from accounts.queries.authority import roles_of, rule_of

BY_DECIDERS = {Verdict.APPROVE, Verdict.REJECT, Verdict.SEND_BACK}
BY_WHO_ASKED = {Verdict.RESUBMIT, Verdict.WITHDRAW}
FROM_STATES: dict[str, tuple[str, ...]] = {
    Verdict.RESUBMIT: (ExceptionState.SENT_BACK,),
    Verdict.WITHDRAW: PENDING_STATES,
    Verdict.EXPIRE: PENDING_STATES,
    Verdict.REVOKE: (ExceptionState.APPROVED,),
}


@transaction.atomic
def decide_exception(
    *,
    request_id: UUID,
    verdict: str,
    reason: str,
    at: datetime,
    by: User | None = None,
    seen_digest: str = "",
    digest_now: Callable[[ExceptionRequest], str] | None = None,
    proved_again: bool = False,
) -> ExceptionRequest:
    """
    Write one decision. `by` None is the clock, which may only expire and escalate.

    `digest_now` computes the effect again under the lock; it must equal what the page showed.

    :raises ReasonMissing: without a reason
    :raises ExceptionStateDiffers: if the request is past this
    :raises OwnRequest: NotYourDecision likewise, by the authority matrix
    :raises StepUpMissing: if the rule asks for a fresh sign-in
    :raises ExceptionMoved: if the effect is no longer what was seen
    """
    if not reason.strip():
        raise ReasonMissing()
    asked = lock_exception(request_id)
    if asked.state not in FROM_STATES.get(verdict, (ExceptionState.REQUESTED,)):
        raise ExceptionStateDiffers(
            f"{asked.number} is {asked.get_state_display().lower()}, so this is no longer possible."
        )
    if by is not None:
        check_person(asked, verdict=verdict, by=by, at=at)
    if verdict == Verdict.APPROVE and asked.rule.needs_step_up and not proved_again:
        raise StepUpMissing()
    if verdict in BY_DECIDERS and digest_now and digest_now(asked) != seen_digest:
        raise ExceptionMoved()
    ExceptionDecision.objects.create(
        request=asked, round=asked.round, verdict=verdict, by=by, reason=reason.strip(),
        seen_digest=seen_digest, proved_again=proved_again, at=at,
    )  # fmt: skip
    asked.refresh_from_db()
    return asked


def lock_exception(request_id: UUID) -> ExceptionRequest:
    """The request, its customer locked first as everything that moves money does."""
    customer_id = ExceptionRequest.objects.values_list("customer_id", flat=True).get(pk=request_id)
    if customer_id:
        Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    return (
        ExceptionRequest.objects.select_for_update(of=("self",))
        .select_related("rule")
        .get(pk=request_id)
    )


def check_person(asked: ExceptionRequest, *, verdict: str, by: User, at: datetime) -> None:
    """Whether this person may say this."""
    if verdict in BY_WHO_ASKED:
        if asked.asked_by_id not in (None, by.pk):
            raise NotYourDecision("Only who asked may do this.")
        return
    roles = roles_of(by)
    if verdict == Verdict.ESCALATE and by.pk == asked.asked_by_id:
        return
    if verdict in BY_DECIDERS:
        check_decider(asked_record(asked), by=str(by.pk), roles=roles, at=at)
    elif not {asked.rule.role, asked.rule.stand_in} & roles:
        raise NotYourDecision(f"The matrix gives this to: {asked.rule.role}.")


def asked_record(asked: ExceptionRequest) -> Asked:
    """What calc needs to know of a request."""
    approved = asked.decisions.filter(round=asked.round, verdict=Verdict.APPROVE)
    return Asked(
        rule=rule_of(asked.rule),
        asked_by=str(asked.asked_by_id or ""),
        target_at=asked.target_at,
        escalated=asked.escalated_at is not None,
        approved_by=frozenset(str(key) for key in approved.values_list("by_id", flat=True)),
    )


@transaction.atomic
def revoke_exception(
    *, request_id: UUID, reason: str, at: datetime, by: User, ends_on: date | None
) -> ExceptionRequest:
    """
    Take an approved exception back. What it changed goes on until `ends_on`, the next cycle's day.

    :raises ExceptionStateDiffers: if it is not approved; ReasonMissing, NotYourDecision likewise
    """
    asked = decide_exception(
        request_id=request_id, verdict=Verdict.REVOKE, reason=reason, by=by, at=at
    )
    if asked.carried_out_at and ends_on and (asked.ends_on is None or ends_on < asked.ends_on):
        first_end = asked.starts_on + timedelta(days=1) if asked.starts_on else ends_on
        asked.ends_on = max(ends_on, first_end)
        asked.save(update_fields=["ends_on"])
    return asked
