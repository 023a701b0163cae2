"""An invoice run: one push of everything due by an instant, counted so that people can watch it."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from billing.enums import RunState
from billing.models import InvoiceRun, StageRefusal
from billing.operations.push_flow import push_flow
from billing.queries.work import subscriptions_due
from kernel.refusal import Refusal
from kernel.stage import Stage, StageOutcome

COUNTED = {
    "rate": "rated",
    "draft": "drafted",
    "finalize": "finalized",
    "render": "rendered",
}


class RunInTheFuture(Refusal):
    code = "run_in_the_future"


def start_run(
    *,
    as_of: datetime,
    trigger: str,
    at: datetime,
    requested_by: User | None = None,
) -> InvoiceRun:
    """
    Record a run of everything due by `as_of`; hands then push it.

    :raises RunInTheFuture: if `as_of` lies after `at`: what is due then is not known yet
    """
    if as_of > at:
        raise RunInTheFuture(
            f"A run as of {as_of:%Y-%m-%d %H:%M %Z} lies in the future; choose {at:%Y-%m-%d} or earlier."
        )
    return InvoiceRun.objects.create(
        as_of=as_of,
        trigger=trigger,
        requested_by=requested_by,
        started_at=at,
        waiting_at_start=subscriptions_due(as_of).count(),
    )


def push_run(
    *,
    run_id: UUID,
    stages: tuple[Stage, ...],
    now: Callable[[], datetime],
    watch: Callable[[Stage, StageOutcome], None] | None = None,
) -> InvoiceRun:
    """
    Lend a hand to a run until nothing waits, then finish it. Safe to call from many places at once.

    Work is judged as of the run's instant; what is issued carries that instant too.
    """
    run = InvoiceRun.objects.get(pk=run_id)

    def count(stage: Stage, outcome: StageOutcome) -> None:
        count_outcome(run_id=run.pk, stage=stage.name, outcome=outcome)
        if watch:
            watch(stage, outcome)

    push_flow(stages=stages, at=run.as_of, watch=count)
    return finish_run(run_id=run_id, at=now())


def count_outcome(*, run_id: UUID, stage: str, outcome: StageOutcome) -> None:
    """Add a chunk's outcome to the run's counts and claim the refusals it met."""
    counts = {"refused": F("refused") + outcome.refused}
    if stage in COUNTED:
        counts[COUNTED[stage]] = F(COUNTED[stage]) + outcome.passed
    InvoiceRun.objects.filter(pk=run_id).update(**counts)
    if outcome.refused:
        StageRefusal.objects.filter(run=None, resolved_at=None, stage=stage).update(run=run_id)


@transaction.atomic
def finish_run(*, run_id: UUID, at: datetime) -> InvoiceRun:
    """The first hand that finds nothing due ends the run; later ones find it ended."""
    run = InvoiceRun.objects.select_for_update().get(pk=run_id)
    if run.state == RunState.RUNNING and not subscriptions_due(run.as_of).exists():
        run.state, run.finished_at = RunState.FINISHED, at
        run.save(update_fields=["state", "finished_at"])
    return run
