"""The release check: start one, play what is left of it, and close it when nothing is left."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Q

from billing.calc.scenario.fields import ScenarioUnusable
from billing.operations.play_scenario import play_scenario
from desk.calc.proposal import Proposal, as_json, from_json
from desk.enums import CheckReason, CheckState, ScenarioOutcome
from desk.models import ReleaseCheckResult, ReleaseCheckRun, ReleaseScenario
from desk.operations.load_scenarios import load_scenarios, text_digest
from desk.queries.release_story import release_story
from kernel.refusal import Refusal
from kernel.stage import Stage

KEPT_OF_INVOICE = ("kind", "issued_at", "currency", "subtotal", "tax", "total", "amount_due")
KEPT_OF_LINE = ("kind", "description", "quantity", "from", "to", "amount")


class NothingToCheck(Refusal):
    code = "release_check_without_scenarios"


def start_release_check(
    *,
    reason: CheckReason,
    at: datetime,
    by: User | None = None,
    subject: str = "",
    proposal: Proposal | None = None,
) -> ReleaseCheckRun:
    """
    A check of all active scenarios, to be played by `play_release_check`. Those that came with the
    product since are taken over first.

    :raises NothingToCheck: if no scenario is active
    """
    load_scenarios(at=at)
    expected = ReleaseScenario.objects.filter(is_active=True).count()
    if not expected:
        raise NothingToCheck("No scenario is active. Add one, or take one up again, then check.")
    return ReleaseCheckRun.objects.create(
        reason=reason,
        subject=subject[:200],
        proposal=as_json(proposal) if proposal else None,
        proposal_digest=proposal.digest if proposal else "",
        requested_by=by,
        started_at=at,
        expected=expected,
    )


def play_release_check(
    *, run_id: UUID, stages: Sequence[Stage], now: Callable[[], datetime]
) -> ReleaseCheckRun:
    """
    Play each scenario that has no result yet and close the check. Safe to call again: what is
    played stays played, so a check whose worker died goes on where it stopped.
    """
    run = ReleaseCheckRun.objects.get(pk=run_id)
    if run.state == CheckState.FINISHED:
        return run
    proposal = from_json(run.proposal) if run.proposal else None
    left = ReleaseScenario.objects.filter(is_active=True).exclude(results__run=run)
    for scenario in left.select_related("plan"):
        result = played(scenario, stages=stages, proposal=proposal)
        result.run = run
        ReleaseCheckResult.objects.bulk_create([result], ignore_conflicts=True)
    return finish(run_id, at=now())


def played(
    scenario: ReleaseScenario, *, stages: Sequence[Stage], proposal: Proposal | None
) -> ReleaseCheckResult:
    """How it comes out now. Nothing is saved; what it writes is rolled back."""
    begun = time.perf_counter()
    outcome, differences, figures = outcome_of(
        scenario.text, plan=scenario.plan, stages=stages, proposal=proposal
    )
    return ReleaseCheckResult(
        scenario=scenario,
        outcome=outcome,
        differences=differences,
        figures=figures,
        text_digest=text_digest(scenario.text),
        took_ms=round((time.perf_counter() - begun) * 1000),
    )


def outcome_of(
    text: str, *, plan: Any, stages: Sequence[Stage], proposal: Proposal | None = None
) -> tuple[ScenarioOutcome, list[str], list[dict[str, Any]]]:
    """Outcome, differences in words, and the invoices that came out."""
    try:
        story = release_story(text=text, plan=plan, proposal=proposal)
        record = play_scenario(story=story, stages=stages)
    except ScenarioUnusable as unusable:
        return ScenarioOutcome.UNUSABLE, [str(unusable)], []
    outcome = ScenarioOutcome.PASSED if record["ok"] else ScenarioOutcome.DIFFERS
    return outcome, list(record["differences"]), [figures_of(one) for one in record["invoices"]]


def figures_of(invoice: Mapping[str, Any]) -> dict[str, Any]:
    """What two checks are compared by."""
    lines = [{name: line[name] for name in KEPT_OF_LINE} for line in invoice["lines"]]
    return {**{name: invoice[name] for name in KEPT_OF_INVOICE}, "lines": lines}


@transaction.atomic
def finish(run_id: UUID, *, at: datetime) -> ReleaseCheckRun:
    run = ReleaseCheckRun.objects.select_for_update().get(pk=run_id)
    if run.state == CheckState.FINISHED:
        return run
    counts = run.results.aggregate(
        **{one.value: Count("pk", filter=Q(outcome=one)) for one in ScenarioOutcome}
    )
    run.passed, run.differing, run.unusable = (counts[one.value] for one in ScenarioOutcome)
    run.state, run.finished_at = CheckState.FINISHED, at
    run.expected = sum(counts.values())
    run.save()
    return run
