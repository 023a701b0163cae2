"""Take the steps that are due: charge again, write, advise on access, or ask a person."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from billing.models.receivables import Receivable
from billing.operations.record_payment import lock_accounts
from dunning.calc.facts import CaseFacts, Step
from dunning.calc.ladder import next_step
from dunning.enums import CaseState, PlannedEnding, StepKind, StepState
from dunning.models import DunningCase, DunningStep
from dunning.operations.queue_message import queue_message
from dunning.operations.recommend_access import recommend_access
from dunning.queries.campaigns import terms_of
from dunning.queries.case_facts import LoadedCase, load_cases
from kernel.stage import StageOutcome

LOOK_AGAIN = timedelta(days=1)
LOOK_SOON = timedelta(minutes=10)
MACHINE_REASON = "The campaign has come to its end."


@transaction.atomic
def take_steps(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    One step of each of these cases if one is due, else when to look again. The cases are locked.

    The account of each customer is locked before the facts are read: a payment that is being
    recorded is seen, or waits until the step is written.
    """
    customers = DunningCase.objects.filter(pk__in=keys).values_list("customer_id", flat=True)
    lock_accounts(set(customers))
    for loaded in load_cases(case_ids=keys, at=at):
        look_at_case(loaded, at)
    return StageOutcome(passed=len(keys), refused=0)


def look_at_case(loaded: LoadedCase, at: datetime) -> None:
    """After a step the case is looked at again at once, with its new facts."""
    if loaded.case.state == CaseState.PAUSED and loaded.facts.free_at(at) == at:
        loaded.case.state = CaseState.OPEN
    step = next_step(terms_of(loaded.case.campaign), loaded.facts, at)
    if step and step.at <= at:
        take(loaded, step, at)
        remember(loaded.case, None, look_at=at, at=at)
    else:
        remember(loaded.case, step, look_at=look_again_at(loaded.facts, step, at), at=at)


def look_again_at(facts: CaseFacts, step: Step | None, at: datetime) -> datetime | None:
    """
    Not later than a day, soon while a charge is under way, and when a pause ends. A case whose
    campaign is over waits for news.
    """
    if facts.is_retry_waiting or facts.has_open_try:
        return at + LOOK_SOON
    if step is None:
        return None if "end" in facts.taken_keys else at + LOOK_AGAIN
    free_at = facts.free_at(at)
    return min(step.at, at + LOOK_AGAIN, *([free_at] if free_at > at else []))


def remember(
    case: DunningCase, step: Step | None, *, look_at: datetime | None, at: datetime
) -> None:
    case.looked_at = at
    case.look_at = None if case.state == CaseState.HANDED_OVER else look_at
    case.next_step_at = step.at if step else None
    case.next_step_key = step.key if step else ""
    case.next_step_why = step.why if step else ""
    case.save(
        update_fields=[
            "state", "looked_at", "look_at", "next_step_at", "next_step_key", "next_step_why",
        ]
    )  # fmt: skip


def take(loaded: LoadedCase, step: Step, at: datetime) -> None:
    case = loaded.case
    DunningStep.objects.bulk_create(
        [
            DunningStep(
                case=case, key=key, kind=step.kind, state=StepState.PASSED_OVER,
                why=f"Passed over: “{step.key}” was due as well.", planned_at=step.at, done_at=at,
            )
            for key in step.passes_over
        ]
    )  # fmt: skip
    ACTS[StepKind(step.kind)](loaded, step, at)


def charge_again(loaded: LoadedCase, step: Step, at: datetime) -> None:
    """The oldest open invoice alone: a card that is declined is not asked for the others too."""
    oldest = loaded.open_receivables[0]
    write_step(loaded, step, at, receivable=oldest)
    Receivable.objects.filter(pk=oldest.pk).update(next_attempt_at=at)


def write(loaded: LoadedCase, step: Step, at: datetime) -> None:
    queue_message(loaded=loaded, step=step, template=step.value, at=at)


def advise(loaded: LoadedCase, step: Step, at: datetime) -> None:
    case = loaded.case
    case.access_level = step.value
    case.save(update_fields=["access_level"])
    if step.message:
        queue_message(loaded=loaded, step=step, template=step.message, at=at)
    else:
        write_step(loaded, step, at)
    recommend_access(customer_id=case.customer_id, at=at)


def come_to_an_end(loaded: LoadedCase, step: Step, at: datetime) -> None:
    """A request to a person; nothing is written off and nobody is sued by machine."""
    case = loaded.case
    write_step(loaded, step, at)
    if step.value == PlannedEnding.HAND_OVER:
        case.state = CaseState.HANDED_OVER
        case.handed_over_at, case.handed_over_reason = at, MACHINE_REASON
        case.save(update_fields=["state", "handed_over_at", "handed_over_reason"])
    elif case.write_off_requested_at is None:
        case.write_off_requested_at, case.write_off_reason = at, MACHINE_REASON
        case.save(update_fields=["write_off_requested_at", "write_off_reason"])


def write_step(
    loaded: LoadedCase, step: Step, at: datetime, receivable: Receivable | None = None
) -> DunningStep:
    return DunningStep.objects.create(
        case=loaded.case, key=step.key, kind=step.kind, value=step.value, receivable=receivable,
        why=step.why, planned_at=step.at, done_at=at,
    )  # fmt: skip


ACTS = {
    StepKind.RETRY: charge_again,
    StepKind.MESSAGE: write,
    StepKind.ACCESS: advise,
    StepKind.END: come_to_an_end,
}
