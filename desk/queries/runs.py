"""Invoice runs as the desk shows them: counts, progress, refusals, and what a new run would do."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from billing.enums import InvoiceState, RunState
from billing.models import Invoice, InvoiceRun
from billing.queries.work import drafts_ready, subscriptions_due


@dataclass(frozen=True, slots=True)
class RunRow:
    """A run with its counts. `progress` is whole percent of the subscriptions due when it started."""

    id: UUID
    as_of: datetime
    trigger: str
    requested_by: str
    is_running: bool
    started_at: datetime
    finished_at: datetime | None
    waiting_at_start: int
    rated: int
    drafted: int
    finalized: int
    rendered: int
    refused: int
    refused_open: int
    progress: int


@dataclass(frozen=True, slots=True)
class RunConsequences:
    """What a run as of an instant would take up, counted before it starts."""

    as_of: datetime
    subscriptions_due: int
    drafts_ready: int
    drafts_in_grace: int


def runs(*, limit: int, offset: int = 0) -> tuple[RunRow, ...]:
    """The latest runs first."""
    return tuple(run_row(run) for run in with_refusals()[offset : offset + limit])


def run_of(run_id: UUID) -> RunRow | None:
    run = with_refusals().filter(pk=run_id).first()
    return run_row(run) if run else None


def with_refusals() -> QuerySet[InvoiceRun]:
    still_open = Count("refusals", filter=Q(refusals__resolved_at=None))
    runs = InvoiceRun.objects.select_related("requested_by").annotate(refused_open=still_open)
    return runs.order_by("-started_at")  # counting drops the model's own order


def run_row(run: InvoiceRun) -> RunRow:
    return RunRow(
        id=run.pk,
        as_of=run.as_of,
        trigger=run.get_trigger_display(),
        requested_by=run.requested_by.get_username() if run.requested_by else "",
        is_running=run.state == RunState.RUNNING,
        started_at=run.started_at,
        finished_at=run.finished_at,
        waiting_at_start=run.waiting_at_start,
        rated=run.rated,
        drafted=run.drafted,
        finalized=run.finalized,
        rendered=run.rendered,
        refused=run.refused,
        refused_open=getattr(run, "refused_open", 0),
        progress=percent(run),
    )


def percent(run: InvoiceRun) -> int:
    """Of the subscriptions due at the start; a run that still works shows 99 at most."""
    if run.state == RunState.FINISHED:
        return 100
    due = run.waiting_at_start
    return min(99, run.rated * 100 // due) if due else 99


def run_consequences(*, as_of: datetime) -> RunConsequences:
    """Counted as of the instant; drafts in grace stay open for late events."""
    in_grace = Invoice.objects.filter(state=InvoiceState.DRAFT, finalize_after__gt=as_of)
    return RunConsequences(
        as_of=as_of,
        subscriptions_due=subscriptions_due(as_of).count(),
        drafts_ready=drafts_ready(as_of).count(),
        drafts_in_grace=in_grace.count(),
    )
