"""Compute a month's checklist: every item, the figures, and one digest over all of it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.calc.close.findings import Finding, digest_of, finding_digest, rows_as_json
from billing.calc.close.items import ITEMS, due_on
from billing.enums import CloseOutcome, RunState
from billing.models import CloseCheck, CloseRun, PeriodClose
from billing.operations.check_month import Checking, check_item
from billing.queries.close.checklist import close_state, month_of
from billing.queries.close.month_books import figures_of_month, marks_of_month
from billing.queries.close.work_left import zone_of_books
from kernel.refusal import Refusal
from tax.models import BillingEntity

logger = logging.getLogger(__name__)

SILENT_FOR = timedelta(minutes=10)
STEPS = 100
Now = Callable[[], datetime]
Findings = Mapping[str, Finding]


class CloseMonthNotOver(Refusal):
    code = "close_month_not_over"


class CloseLocked(Refusal):
    code = "close_locked_already"


@transaction.atomic
def begin_close(*, entity: BillingEntity, month: date, at: datetime) -> PeriodClose:
    """
    The checklist of a month, made when it is first asked for. `month` is its first day.

    :raises CloseMonthNotOver: while the month goes on where the entity's books are kept
    """
    check_is_over(entity, month, at=at)
    close, is_new = PeriodClose.objects.get_or_create(
        billing_entity=entity, month=month, defaults={"begun_at": at}
    )
    if is_new:
        CloseCheck.objects.bulk_create(
            CloseCheck(
                close=close, code=item.code, due=due_on(item, month_after=month_of(month).after)
            )
            for item in ITEMS
        )
    return close


def check_is_over(entity: BillingEntity, month: date, *, at: datetime) -> None:
    """:raises CloseMonthNotOver: while the month goes on where the entity's books are kept"""
    period = month_of(month)
    if at.astimezone(zone_of_books(entity)).date() < period.after:
        raise CloseMonthNotOver(f"{month:%B %Y} goes on until {period.last}. Close it afterwards.")


@transaction.atomic
def start_close_run(*, close: PeriodClose, at: datetime, by: User | None = None) -> CloseRun:
    """
    Record that the checks are to be run; while some run, those are answered.

    A run that gave no sign of life for ten minutes is ended without a result.

    :raises CloseLocked: if two people signed the month
    """
    PeriodClose.objects.select_for_update(no_key=True).get(pk=close.pk)
    if close_state(close).is_locked:
        raise CloseLocked("This month is signed by two people and locked.")
    running = CloseRun.objects.filter(close=close, state=RunState.RUNNING).first()
    if running and running.seen_at > at - SILENT_FOR:
        return running
    if running:
        running.state, running.finished_at = RunState.FINISHED, at
        running.save(update_fields=["state", "finished_at"])
    return CloseRun.objects.create(close=close, requested_by=by, started_at=at, seen_at=at)


def compute_close(*, run_id: UUID, now: Now, known: Findings | None = None) -> CloseRun:
    """
    Check item by item, telling how far it is, then keep the results. One hand takes a run once.

    An item that breaks says so and blocks; the others are checked all the same. `known` holds slow
    findings that were computed a moment ago for the same rows.
    """
    run = CloseRun.objects.select_related("close__billing_entity").get(pk=run_id)
    fresh = CloseRun.objects.filter(pk=run_id, state=RunState.RUNNING, item="")
    if not fresh.update(item=ITEMS[0].code, seen_at=now()):
        return run
    entity, month = run.close.billing_entity, month_of(run.close.month)
    outcomes: dict[str, tuple[str, Finding]] = {}
    for item in ITEMS:
        asked = Checking(entity, month, now(), progress=teller(run_id, item.code, now))
        asked.progress(0, 0)
        outcomes[item.code] = outcome_of(item.code, asked, known or {})
    return keep_results(run, outcomes, at=now())


def teller(run_id: UUID, code: str, now: Now) -> Callable[[int, int], None]:
    """Writes down how far an item is, at most a hundred times."""

    def tell(done: int, total: int) -> None:
        if done % max(1, total // STEPS) == 0 or done == total:
            CloseRun.objects.filter(pk=run_id).update(
                item=code, done=done, total=total, seen_at=now()
            )

    return tell


def outcome_of(code: str, asked: Checking, known: Findings) -> tuple[str, Finding]:
    """What came of an item; what breaks is told in its place."""
    try:
        finding = known[code] if code in known else check_item(code=code, asked=asked)
    except Exception as error:  # the item blocks the close and names what went wrong
        logger.exception("month end: %s could not be checked", code)
        words = f"This could not be checked: {type(error).__name__}: {error}"
        return CloseOutcome.ERROR, Finding(words=words[:500])
    return (CloseOutcome.PASSED if finding.is_clean else CloseOutcome.FOUND), finding


@transaction.atomic
def keep_results(
    run: CloseRun, outcomes: Mapping[str, tuple[str, Finding]], *, at: datetime
) -> CloseRun:
    """The items as they are now, and the run's result with its digest."""
    checks = {check.code: check for check in CloseCheck.objects.filter(close=run.close)}
    for code, (outcome, finding) in outcomes.items():
        check = checks[code]
        check.outcome, check.count, check.words = outcome, finding.count, finding.words[:500]
        check.amounts, check.rows = dict(finding.amounts), rows_as_json(finding.rows)
        check.computed_at, check.finding = at, digest_of_finding(code, finding)
    fields = ["outcome", "count", "words", "amounts", "rows", "computed_at", "finding"]
    CloseCheck.objects.bulk_update(checks.values(), fields)
    result = result_of(run.close, outcomes)
    run.state, run.finished_at, run.seen_at = RunState.FINISHED, at, at
    run.item, run.result, run.digest = ITEMS[-1].code, result, signed_digest(result)
    run.save()
    return run


def digest_of_finding(code: str, finding: Finding) -> str:
    return finding_digest(
        code=code,
        count=finding.count,
        amounts=finding.amounts,
        rows=rows_as_json(finding.rows),
    )


def signed_digest(result: Mapping[str, Any]) -> str:
    """
    What two people sign: all but the sentences.

    Sentences count things that grow while the month stands still, such as the entries of the ledger.
    """
    items = [{**item, "words": ""} for item in result["items"]]
    return digest_of({**result, "items": items})


def result_of(close: PeriodClose, outcomes: Mapping[str, tuple[str, Finding]]) -> dict[str, Any]:
    """Everything the report tells and two people sign; without times, so that it stays the same."""
    month = month_of(close.month)
    return {
        "entity": close.billing_entity.code,
        "month": f"{close.month:%Y-%m}",
        "items": [
            {
                "code": code,
                "outcome": str(outcome),
                "count": finding.count,
                "amounts": dict(finding.amounts),
                "words": finding.words,
                "finding": digest_of_finding(code, finding),
            }
            for code, (outcome, finding) in outcomes.items()
        ],
        "figures": [asdict(one) for one in figures_of_month(close.billing_entity_id, month)],
        "marks": marks_of_month(close.billing_entity_id, month),
    }
