"""Month end at the desk: the grid of months and sellers, and one month's checklist with its rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery
from django.urls import reverse

from billing.calc.books.charts import zone_of
from billing.calc.close.items import BY_CODE, ITEMS, due_on
from billing.documents.close_report import ReportFigures
from billing.enums import CloseItem, CloseOutcome
from billing.models import (
    Books,
    CloseCheck,
    CloseReopening,
    CloseRun,
    CloseSignature,
    CloseWaiver,
    JournalEntry,
    PeriodClose,
)
from billing.queries.close.checklist import CloseState, ItemState, close_states
from billing.queries.close.report import report_figures
from billing.queries.closed_periods import closed_days
from kernel.period import Period, add_months
from tax.models import BillingEntity

MONTHS = 13
ROWS_SHOWN = 25
NAMED = 2
BY_KEY: Mapping[str, str] = {
    "invoice": "desk:invoice",
    "customer": "desk:customer",
    "payment": "desk:money_payment",
    "refund": "desk:money_refund",
    "gateway_event": "desk:money_event",
    "bank_line": "desk:money_bank_line",
    "registration": "desk:tax_registration",
    "exception": "desk:approval",
}
WITHOUT_KEY: Mapping[str, str] = {"flow": "desk:flow", "recognition": "desk:books_recognition"}


@dataclass(frozen=True, slots=True)
class Cell:
    """A seller's month. `state`: locked, covered, signed, open, clean, new, running, ahead."""

    entity: str
    month: date
    state: str
    words: str
    detail: str = ""

    @property
    def chip(self) -> str:
        return {
            "locked": "dk-chip-ok", "covered": "dk-chip-ok", "signed": "dk-chip-info",
            "clean": "dk-chip-info", "running": "dk-chip-info", "open": "dk-chip-stop",
            "new": "dk-chip-wait",
        }.get(self.state, "")  # fmt: skip


@dataclass(frozen=True, slots=True)
class GridRow:
    month: date
    cells: tuple[Cell, ...]


def close_grid(entities: Sequence[BillingEntity], *, at: datetime) -> tuple[GridRow, ...]:
    """The last 13 months, latest first, as far as the books go back. Ten queries."""
    keys = [entity.pk for entity in entities]
    firsts = first_days(keys)
    zones = dict(Books.objects.filter(pk__in=keys).values_list("pk", "time_zone"))
    today = {
        entity.pk: at.astimezone(ZoneInfo(zones.get(entity.pk) or zone_of(entity.country))).date()
        for entity in entities
    }
    latest = max((day.replace(day=1) for day in today.values()), default=at.date())
    earliest = min((day.replace(day=1) for day in firsts.values()), default=latest)
    months = [month for back in range(MONTHS) if (month := add_months(latest, -back)) >= earliest]
    closes = PeriodClose.objects.filter(billing_entity__in=keys, month__in=months)
    states = {
        (one.close.billing_entity_id, one.close.month): one for one in close_states(list(closes))
    }
    closed = closed_days(keys)
    return tuple(
        GridRow(
            month=month,
            cells=tuple(
                cell(
                    entity.code,
                    month,
                    states.get((entity.pk, month)),
                    is_over=today[entity.pk] >= add_months(month, 1),
                    is_covered=month <= closed.get(entity.pk, date.min),
                    has_begun=entity.pk in firsts and add_months(month, 1) > firsts[entity.pk],
                )
                for entity in entities
            ),
        )
        for month in months
    )


def first_days(entity_ids: Sequence[UUID]) -> dict[UUID, date]:
    """The first day of each seller's journal, by its index. One query."""
    entries = JournalEntry.objects.filter(billing_entity=OuterRef("pk")).order_by("day")
    rows = BillingEntity.objects.filter(pk__in=entity_ids).annotate(
        first=Subquery(entries.values("day")[:1])
    )
    return {key: day for key, day in rows.values_list("pk", "first") if day}


def cell(
    entity: str,
    month: date,
    state: CloseState | None,
    *,
    is_over: bool,
    is_covered: bool,
    has_begun: bool,
) -> Cell:
    if state and (state.is_locked or not is_covered):
        return Cell(entity, month, *told(state))
    if is_covered:
        return Cell(entity, month, "covered", "closed", "With a later month")
    if not has_begun:
        return Cell(entity, month, "", "nothing booked")
    if not is_over:
        return Cell(entity, month, "ahead", "goes on")
    return Cell(entity, month, "new", "to do", "Not checked yet")


def told(state: CloseState) -> tuple[str, str, str]:
    """State, words on the chip, and the line below it."""
    if state.is_locked:
        by = " and ".join(one.by.get_username() for one in state.signatures)
        return "locked", "closed", f"{by}, {state.signatures[-1].at:%Y-%m-%d}"
    if state.run is not None:
        return "running", "being checked", ""
    if state.result is None:
        return "new", "to do", "Not checked yet"
    if state.blocking:
        return "open", f"{len(state.blocking)} to do", names_of(state.blocking)
    if state.signatures:
        return "signed", "signed once", f"by {state.signatures[0].by.get_username()}"
    return "clean", "ready to sign", "Every item passed or is waived"


def names_of(items: Sequence[ItemState]) -> str:
    """The first two by name."""
    names = [CloseItem(one.check.code).label for one in items]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return "; ".join(names[:NAMED]) + more


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A row behind a finding, with the page it is mended on."""

    label: str
    words: str
    address: str
    currency: str
    minor: int | None
    day: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item of the checklist as shown. `amounts` are currency and minor units."""

    code: str
    title: str
    how: str
    outcome: str
    words: str
    count: int
    amounts: tuple[tuple[str, int], ...]
    computed_at: datetime | None
    owner: str
    due: date
    note: str
    finding: str
    waiver: CloseWaiver | None
    may_be_waived: bool
    is_never_waived: bool
    rows: tuple[DifferenceRow, ...]

    @property
    def more(self) -> int:
        return max(0, self.count - len(self.rows))

    @property
    def chip(self) -> str:
        if self.waiver:
            return "dk-chip-wait"
        return {
            CloseOutcome.PASSED: "dk-chip-ok", CloseOutcome.FOUND: "dk-chip-stop",
            CloseOutcome.ERROR: "dk-chip-stop",
        }.get(CloseOutcome(self.outcome), "") if self.outcome else ""  # fmt: skip

    @property
    def state(self) -> str:
        if self.waiver:
            return "waived"
        return str(CloseOutcome(self.outcome).label).lower() if self.outcome else "not checked"


@dataclass(frozen=True, slots=True)
class ClosePage:
    """All of a month's page. `progress` is percent of the item being checked."""

    state: CloseState
    items: tuple[ItemRow, ...]
    figures: Sequence[ReportFigures]
    run: CloseRun | None
    result: CloseRun | None
    signatures: tuple[CloseSignature, ...]
    reopenings: tuple[CloseReopening, ...]

    @property
    def open_items(self) -> int:
        return len(self.state.blocking)

    @property
    def is_ready(self) -> bool:
        return self.result is not None and self.run is None and not self.state.blocking

    @property
    def item_number(self) -> int:
        """Which item is being checked, counted from 1."""
        codes = list(BY_CODE)
        return codes.index(self.run.item) + 1 if self.run and self.run.item in codes else 0

    @property
    def progress(self) -> int:
        if self.run is None or not self.run.item:
            return 0
        share = self.run.done / self.run.total if self.run.total else 0
        return int(100 * (self.item_number - 1 + share) / len(BY_CODE))


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """An item of a month nobody began yet."""

    title: str
    how: str
    due: date


def not_begun(month: Period) -> tuple[PlannedItem, ...]:
    """What will be checked, and by when."""
    return tuple(
        PlannedItem(str(CloseItem(one.code).label), one.how, due_on(one, month_after=month.after))
        for one in ITEMS
    )


def close_page(state: CloseState) -> ClosePage:
    """Two queries more than the state: the rows behind the findings, and the result."""
    rows = dict(CloseCheck.objects.filter(close=state.close).values_list("code", "rows"))
    return ClosePage(
        state=state,
        items=tuple(item_row(one, rows.get(one.check.code, [])) for one in state.items),
        figures=report_figures(state.result.result or {}) if state.result else (),
        run=state.run,
        result=state.result,
        signatures=state.signatures,
        reopenings=state.reopenings,
    )


def item_row(one: ItemState, rows: Sequence[Mapping[str, Any]]) -> ItemRow:
    check, item = one.check, BY_CODE[one.check.code]
    return ItemRow(
        code=check.code,
        title=str(CloseItem(check.code).label),
        how=item.how,
        outcome=check.outcome,
        words=check.words,
        count=check.count,
        amounts=tuple(sorted(check.amounts.items())),
        computed_at=check.computed_at,
        owner=check.owner.get_username() if check.owner else "",
        due=check.due,
        note=check.note,
        finding=check.finding,
        waiver=one.waiver,
        may_be_waived=one.may_be_waived,
        is_never_waived=not item.may_be_waived,
        rows=tuple(difference_row(row) for row in rows[:ROWS_SHOWN]),
    )


def difference_row(row: Mapping[str, Any]) -> DifferenceRow:
    return DifferenceRow(
        label=row["label"],
        words=row["words"],
        address=address_of(row["page"], row["key"]),
        currency=row["currency"],
        minor=row["minor"],
        day=row["day"],
    )


def address_of(page: str, key: str) -> str:
    """Where a row is mended; empty where there is no such page."""
    if page in WITHOUT_KEY:
        return reverse(WITHOUT_KEY[page])
    return reverse(BY_KEY[page], args=[key]) if page in BY_KEY and key else ""
