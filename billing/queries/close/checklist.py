"""Where a month stands: its round, its signatures, and what keeps it open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch

from billing.calc.close.items import BY_CODE, ITEMS
from billing.enums import CloseOutcome, RunState
from billing.models import (
    CloseCheck,
    CloseReopening,
    CloseRun,
    CloseSignature,
    CloseWaiver,
    PeriodClose,
)
from billing.models.close import NEVER_WAIVED
from kernel.period import Period, add_months


@dataclass(frozen=True, slots=True)
class ItemState:
    """An item with the waiver that covers its present finding, if one does."""

    check: CloseCheck
    waiver: CloseWaiver | None

    @property
    def is_settled(self) -> bool:
        return self.check.outcome == CloseOutcome.PASSED or self.waiver is not None

    @property
    def may_be_waived(self) -> bool:
        found = self.check.outcome == CloseOutcome.FOUND
        return found and self.waiver is None and self.check.code not in NEVER_WAIVED


@dataclass(frozen=True, slots=True)
class CloseState:
    """A month on its way: `signatures` are those over the present result in this round."""

    close: PeriodClose
    round: int
    items: tuple[ItemState, ...]
    run: CloseRun | None
    result: CloseRun | None
    signatures: tuple[CloseSignature, ...]
    reopenings: tuple[CloseReopening, ...]

    @property
    def month(self) -> Period:
        return month_of(self.close.month)

    @property
    def is_locked(self) -> bool:
        return len(self.signatures) > 1

    @property
    def blocking(self) -> tuple[ItemState, ...]:
        return tuple(item for item in self.items if not item.is_settled)

    @property
    def waived(self) -> tuple[ItemState, ...]:
        return tuple(item for item in self.items if item.waiver is not None)


def month_of(first: date) -> Period:
    return Period(first, add_months(first, 1))


def close_states(closes: Sequence[PeriodClose]) -> list[CloseState]:
    """In the order given, without rows and results. Seven queries for any number of months."""
    keys = [close.pk for close in closes]
    rows = PeriodClose.objects.filter(pk__in=keys).select_related("billing_entity")
    people = ("signatures__by", "waivers__by", "reopenings__request")
    loaded = rows.prefetch_related(
        Prefetch("checks", CloseCheck.objects.defer("rows").select_related("owner")),
        Prefetch("runs", CloseRun.objects.defer("result").select_related("requested_by")),
        *people,
    )
    by_key = {close.pk: close for close in loaded}
    return [state_of(by_key[key]) for key in keys]


def close_state(close: PeriodClose) -> CloseState:
    (state,) = close_states([close])
    return state


def state_of(close: PeriodClose) -> CloseState:
    """Of a close with all its rows at hand; no query."""
    reopenings = tuple(close.reopenings.all())
    current = len(reopenings) + 1
    runs = list(close.runs.all())
    signed = [one for one in close.signatures.all() if one.round == current]
    locking = next((one for one in signed if one.position == 2), None)
    result = next((one for one in runs if one.digest), None)
    if locking:
        result = next(one for one in runs if one.pk == locking.run_id)
    digest = result.digest if result else ""
    waivers = {(one.code, one.finding): one for one in close.waivers.all() if one.round == current}
    return CloseState(
        close=close,
        round=current,
        items=tuple(item_state(one, waivers) for one in in_order(close.checks.all())),
        run=next((one for one in runs if one.state == RunState.RUNNING), None),
        result=result,
        signatures=tuple(one for one in signed if one.digest == digest),
        reopenings=reopenings,
    )


def in_order(checks: Iterable[CloseCheck]) -> list[CloseCheck]:
    order = {item.code: number for number, item in enumerate(ITEMS)}
    return sorted((one for one in checks if one.code in BY_CODE), key=lambda one: order[one.code])


def item_state(check: CloseCheck, waivers: dict[tuple[str, str], CloseWaiver]) -> ItemState:
    return ItemState(check=check, waiver=waivers.get((check.code, check.finding)))
