"""The demo's months: three of each seller closed by Ben and Carla, the last one left with something to do."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from billing.calc.close.findings import Finding
from billing.enums import CloseItem, CloseOutcome
from billing.models import PeriodClose
from billing.operations.assign_close_item import assign_close_item
from billing.operations.check_month import Checking, check_item
from billing.operations.compute_close import begin_close, compute_close, start_close_run
from billing.operations.push_flow import push_flow
from billing.operations.sign_close import sign_close
from billing.operations.waive_close_item import waive_close_item
from billing.pipeline import POST
from billing.queries.close.checklist import close_state, month_of
from billing.queries.close.work_left import first_booked
from kernel.period import add_months
from tax.models import BillingEntity

PREPARES, LOCKS = "ben", "carla"
CLOSED = 3
CLOSING_DAY = timedelta(days=4)
BETWEEN = timedelta(hours=3)
EXPLAINED: Mapping[str, str] = {
    "documents": "The demo prints its documents when a worker runs; they were looked at on screen.",
    "refusals": "This customer has no seller on purpose, so that the flow board has something to show.",
    "drafts": "Held for tax since; they are issued in a later month.",
    "returns": "Waits for an exchange rate; the adviser knows.",
}
SAME_FOR_ALL = (CloseItem.LEDGER, CloseItem.RECHECK, CloseItem.RECONCILE)
OWNERS = {"drafts": PREPARES, "documents": PREPARES, "returns": LOCKS}


def close_past_months(*, today: date) -> int:
    """Close in order what can be closed; returns how many months are. The last finished one is checked."""
    push_flow(stages=(POST,), at=timezone.now())
    last = add_months(today.replace(day=1), -1)
    return sum(close_months_of(entity, last=last) for entity in BillingEntity.objects.all())


def close_months_of(entity: BillingEntity, *, last: date) -> int:
    first = first_booked(entity.pk)
    if first is None or first >= add_months(last, 1):
        return 0
    known = slow_findings(entity, last)
    months = [add_months(last, -back) for back in range(CLOSED, 0, -1)]
    closed = 0
    for month in months:
        if add_months(month, 1) <= first:
            continue
        if not close_month(entity, month, known):
            break
        closed += 1
    leave_open(entity, last, known)
    return closed


def slow_findings(entity: BillingEntity, month: date) -> dict[str, Finding]:
    """Ledger, recheck and books once for all months: nothing changes in between."""
    asked = Checking(entity, month_of(month), timezone.now(), progress=lambda done, total: None)
    return {code: check_item(code=code, asked=asked) for code in SAME_FOR_ALL}


def checked(
    entity: BillingEntity, month: date, known: Mapping[str, Finding], at: datetime
) -> PeriodClose:
    ben = User.objects.get(username=PREPARES)
    close = begin_close(entity=entity, month=month, at=at)
    run = start_close_run(close=close, at=at, by=ben)
    compute_close(run_id=run.pk, now=lambda: at, known=known)
    return close


def close_month(entity: BillingEntity, month: date, known: Mapping[str, Finding]) -> bool:
    """Checked, explained and signed on the fourth working morning; False if something blocks it."""
    at = datetime.combine(add_months(month, 1) + CLOSING_DAY, time(9), tzinfo=UTC)
    close = checked(entity, month, known, at)
    carla = User.objects.get(username=LOCKS)
    for item in close_state(close).blocking:
        code = item.check.code
        if item.check.outcome != CloseOutcome.FOUND or code not in EXPLAINED:
            return False
        waive_close_item(
            close_id=close.pk, code=code, finding=item.check.finding, reason=EXPLAINED[code],
            by=carla, at=at + BETWEEN,
        )  # fmt: skip
    result = close_state(close).result
    digest = result.digest if result else ""
    for number, name in enumerate((PREPARES, LOCKS), start=1):
        sign_close(
            close_id=close.pk, digest=digest, by=User.objects.get(username=name),
            may_lock=name == LOCKS, at=at + number * 2 * BETWEEN,
        )  # fmt: skip
    return True


def leave_open(entity: BillingEntity, month: date, known: Mapping[str, Finding]) -> None:
    """Checked today, each finding with somebody who sees to it."""
    close = checked(entity, month, known, timezone.now())
    for code, name in OWNERS.items():
        check = close.checks.get(code=code)
        assign_close_item(
            close=close, code=code, owner=User.objects.get(username=name), due=check.due, note=""
        )
