"""Release checks as the desk shows them: the latest, one with its results, and what changed since before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery

from desk.enums import CheckState, ScenarioArea, ScenarioOutcome
from desk.models import ReleaseCheckResult, ReleaseCheckRun, ReleaseScenario

AREAS = list(ScenarioArea)
BAD = frozenset([ScenarioOutcome.DIFFERS, ScenarioOutcome.UNUSABLE])


@dataclass(frozen=True, slots=True)
class CheckRow:
    """A check and its counts. `played` of `expected` have a result while it runs."""

    id: UUID
    reason: str
    subject: str
    requested_by: str
    is_running: bool
    is_clean: bool
    started_at: datetime
    finished_at: datetime | None
    expected: int
    played: int
    passed: int
    differing: int
    unusable: int
    acknowledged_by: str
    acknowledged_at: datetime | None
    acknowledgment: str

    @property
    def progress(self) -> int:
        """Whole percent."""
        return 100 if not self.is_running else self.played * 100 // max(1, self.expected)

    @property
    def words(self) -> str:
        if self.is_running:
            return f"{self.played} of {self.expected} scenarios played."
        found = [f"{self.passed} as expected"]
        found += [f"{self.differing} different"] if self.differing else []
        found += [f"{self.unusable} unusable"] if self.unusable else []
        return f"{self.expected} scenarios: {', '.join(found)}."


@dataclass(frozen=True, slots=True)
class ResultRow:
    """How a scenario came out, and how that compares with the check before."""

    scenario_id: UUID
    key: str
    name: str
    area: str
    plan: str
    outcome: str
    outcome_words: str
    differences: tuple[str, ...]
    change: str
    money: tuple["MoneyChange", ...]
    took_ms: int

    @property
    def is_bad(self) -> bool:
        return self.outcome in BAD


@dataclass(frozen=True, slots=True)
class MoneyChange:
    """An invoice whose figures are not those of the check before; totals as text in `currency`."""

    issued_at: str
    currency: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CheckPage:
    """A check, its results (those that differ first) and the check it is compared with."""

    run: CheckRow
    rows: tuple[ResultRow, ...]
    before: CheckRow | None


def checks(*, limit: int) -> tuple[CheckRow, ...]:
    """The latest first. One query."""
    return tuple(check_row(one) for one in counted_runs()[:limit])


def last_check() -> CheckRow | None:
    """The latest of what is in force, not of a proposal. One query."""
    run = counted_runs().filter(proposal_digest="").first()
    return check_row(run) if run else None


def counted_runs() -> QuerySet[ReleaseCheckRun]:
    played = (
        ReleaseCheckResult.objects.filter(run=OuterRef("pk"))
        .order_by()
        .values("run")
        .annotate(count=Count("pk"))
        .values("count")
    )
    runs = ReleaseCheckRun.objects.select_related("requested_by", "acknowledged_by")
    return runs.annotate(played=Subquery(played)).order_by("-started_at", "-pk")


def check_row(run: ReleaseCheckRun) -> CheckRow:
    return CheckRow(
        id=run.pk,
        reason=run.get_reason_display(),
        subject=run.subject,
        requested_by=run.requested_by.get_username() if run.requested_by else "",
        is_running=run.state == CheckState.RUNNING,
        is_clean=run.is_clean,
        started_at=run.started_at,
        finished_at=run.finished_at,
        expected=run.expected,
        played=getattr(run, "played", None) or 0,
        passed=run.passed,
        differing=run.differing,
        unusable=run.unusable,
        acknowledged_by=run.acknowledged_by.get_username() if run.acknowledged_by else "",
        acknowledged_at=run.acknowledged_at,
        acknowledgment=run.acknowledgment,
    )


def check_page(run_id: UUID) -> CheckPage | None:
    """Four queries."""
    found = counted_runs().filter(pk=run_id).first()
    if found is None:
        return None
    earlier = counted_runs().filter(
        state=CheckState.FINISHED, proposal_digest="", started_at__lt=found.started_at
    )
    before = earlier.first()
    old = results_by_scenario(before) if before else {}
    rows = [result_row(one, old.get(one.scenario_id), before) for one in results_of(found)]
    rows.sort(key=lambda row: (not row.is_bad, AREAS.index(ScenarioArea(row.area)), row.key))
    return CheckPage(check_row(found), tuple(rows), check_row(before) if before else None)


def results_of(run: ReleaseCheckRun) -> QuerySet[ReleaseCheckResult]:
    return ReleaseCheckResult.objects.filter(run=run).select_related("scenario__plan")


def results_by_scenario(run: ReleaseCheckRun) -> Mapping[UUID, ReleaseCheckResult]:
    return {one.scenario_id: one for one in results_of(run)}


def result_row(
    result: ReleaseCheckResult, old: ReleaseCheckResult | None, before: ReleaseCheckRun | None
) -> ResultRow:
    scenario = result.scenario
    return ResultRow(
        scenario_id=scenario.pk,
        key=scenario.key,
        name=scenario.name,
        area=scenario.area,
        plan=scenario.plan.name if scenario.plan else "",
        outcome=result.outcome,
        outcome_words=result.get_outcome_display(),
        differences=tuple(result.differences),
        change=change_words(result, old) if before else "",
        money=money_changes(old.figures, result.figures) if old else (),
        took_ms=result.took_ms,
    )


def change_words(new: ReleaseCheckResult, old: ReleaseCheckResult | None) -> str:
    """What changed since the check before, in a few words; empty: nothing."""
    if old is None:
        return "new"
    if old.outcome != new.outcome:
        return "passes again" if new.outcome == ScenarioOutcome.PASSED else "passed before"
    if old.text_digest != new.text_digest:
        return "scenario edited"
    if old.figures != new.figures:
        return "other figures"
    return "" if new.outcome == ScenarioOutcome.PASSED else "as before"


def money_changes(
    old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> tuple[MoneyChange, ...]:
    """Invoice by invoice in the order of issue; “none” where one check has no such invoice."""
    pairs = [
        (old[at] if at < len(old) else None, new[at] if at < len(new) else None)
        for at in range(max(len(old), len(new)))
    ]
    return tuple(money_change(was, now) for was, now in pairs if was != now)


def money_change(was: Mapping[str, Any] | None, now: Mapping[str, Any] | None) -> MoneyChange:
    known = now or was or {}
    return MoneyChange(
        issued_at=str(known["issued_at"])[:10],
        currency=known["currency"],
        before=was["total"] if was else "none",
        after=now["total"] if now else "none",
    )


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario in the list, with how it came out last."""

    id: UUID
    key: str
    name: str
    area: str
    plan: str
    is_active: bool
    is_shipped: bool
    changed_at: datetime
    last_outcome: str


def scenario_list() -> tuple[ScenarioRow, ...]:
    """Every scenario, by area. One query."""
    last = (
        ReleaseCheckResult.objects.filter(scenario=OuterRef("pk"), run__proposal_digest="")
        .order_by("-run__started_at")
        .values("outcome")[:1]
    )
    rows = ReleaseScenario.objects.select_related("plan").annotate(last_outcome=Subquery(last))
    found = [
        ScenarioRow(
            id=one.pk,
            key=one.key,
            name=one.name,
            area=one.get_area_display(),
            plan=one.plan.name if one.plan else "",
            is_active=one.is_active,
            is_shipped=bool(one.shipped_digest),
            changed_at=one.changed_at,
            last_outcome=one.last_outcome or "",
        )
        for one in rows
    ]
    return tuple(found)
