"""Returns at the desk: what is due when, what was filed, and one return with its proof."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.operations.file_return import cadence_of
from billing.queries.return_figures import (
    ONE_STOP_SHOP,
    ReturnFigures,
    first_sales,
    return_figures,
)
from kernel.period import Period, add_months
from tax.calc.fact_book import EU_VAT_AREA
from tax.calc.filing_periods import FilingPeriod, filing_periods
from tax.calc.return_rows import Reconciled, ReturnRow, SalesListRow
from tax.enums import ReturnKind, TaxTreatment
from tax.models import TaxRegistration, TaxReturn

CALENDAR_MONTHS = 12
SOON_DAYS = 14
Filed = Mapping[tuple[UUID, str, date], TaxReturn]


@dataclass(frozen=True, slots=True)
class PeriodRow:
    """One return of one registration. `state`: filed, overdue, due, open (not over yet)."""

    registration_id: UUID
    entity: str
    jurisdiction: str
    kind: str
    kind_words: str
    first: date
    last: date
    due: date
    state: str
    days_left: int
    filed_at: datetime | None
    filed_by: str
    reference: str
    owner: str

    @property
    def chip(self) -> str:
        if self.state == "due":
            return "dk-chip-wait" if self.days_left <= SOON_DAYS else "dk-chip-info"
        return {"filed": "dk-chip-ok", "overdue": "dk-chip-stop"}.get(self.state, "")


@dataclass(frozen=True, slots=True)
class CalendarMonth:
    """Returns due in a month, in the order of their days."""

    first: date
    rows: tuple[PeriodRow, ...]


@dataclass(frozen=True, slots=True)
class ReturnPage:
    registration: TaxRegistration
    row: PeriodRow
    figures: ReturnFigures
    is_sales_list: bool
    may_file: bool
    later: int


def kinds_of(registration: TaxRegistration) -> tuple[str, ...]:
    """A local registration at home in the EU also lists its sales to businesses abroad."""
    home = registration.billing_entity.country
    lists = registration.jurisdiction == home and home in EU_VAT_AREA
    is_local = registration.scheme not in ONE_STOP_SHOP
    both = (str(ReturnKind.TAX_RETURN), str(ReturnKind.SALES_LIST))
    return both if lists and is_local else both[:1]


def all_periods(
    *, today: date, until: date, registrations: Collection[TaxRegistration] | None = None
) -> list[PeriodRow]:
    """Every period of every registration that begins by `until`, filed or not. Three queries."""
    rows = (
        list(TaxRegistration.objects.select_related("billing_entity", "owner"))
        if registrations is None
        else list(registrations)
    )
    returns = TaxReturn.objects.filter(registration__in=rows).select_related("filed_by")
    filed = {(one.registration_id, one.kind, one.period_first): one for one in returns}
    since = first_sales({one.billing_entity_id for one in rows})
    return [
        period_row(registration, period, kind=kind, filed=filed, today=today)
        for registration in rows
        for period in filing_periods(
            cadence_of(registration),
            since=since.get(registration.billing_entity_id, today),
            until=until,
        )
        for kind in kinds_of(registration)
    ]


def period_row(
    registration: TaxRegistration, one: FilingPeriod, *, kind: str, filed: Filed, today: date
) -> PeriodRow:
    found = filed.get((registration.pk, kind, one.period.first))
    return PeriodRow(
        registration_id=registration.pk,
        entity=registration.billing_entity.code,
        jurisdiction=registration.jurisdiction,
        kind=kind,
        kind_words=str(ReturnKind(kind).label),
        first=one.period.first,
        last=one.period.last,
        due=one.due,
        state=state_of(one, is_filed=found is not None, today=today),
        days_left=(one.due - today).days,
        filed_at=found.filed_at if found else None,
        filed_by=found.filed_by.get_username() if found else "",
        reference=found.reference if found else "",
        owner=registration.owner.get_username() if registration.owner else "",
    )


def state_of(one: FilingPeriod, *, is_filed: bool, today: date) -> str:
    if is_filed:
        return "filed"
    if one.due < today:
        return "overdue"
    return "due" if one.period.after <= today else "open"


def filing_calendar(rows: Sequence[PeriodRow], *, today: date) -> tuple[CalendarMonth, ...]:
    """What is due in each of the next 12 months, filed ones left out."""
    start = today.replace(day=1)
    by_month: defaultdict[date, list[PeriodRow]] = defaultdict(list)
    for row in rows:
        if row.state != "filed" and row.due >= today:
            by_month[row.due.replace(day=1)].append(row)
    months = (add_months(start, number) for number in range(CALENDAR_MONTHS))
    return tuple(
        CalendarMonth(month, tuple(sorted(by_month[month], key=lambda row: (row.due, row.entity))))
        for month in months
    )


def open_and_overdue(rows: Sequence[PeriodRow]) -> tuple[PeriodRow, ...]:
    """Over and not filed, the most urgent first."""
    open_rows = [row for row in rows if row.state in {"overdue", "due"}]
    return tuple(sorted(open_rows, key=lambda row: (row.due, row.entity, row.jurisdiction)))


def next_filings(rows: Sequence[PeriodRow]) -> dict[UUID, PeriodRow]:
    """By registration, the next return that is not filed."""
    found: dict[UUID, PeriodRow] = {}
    for row in sorted(rows, key=lambda row: row.due):
        if row.state != "filed":
            found.setdefault(row.registration_id, row)
    return found


def calendar_end(today: date) -> date:
    """Periods that begin later are not due within the calendar."""
    return add_months(today.replace(day=1), CALENDAR_MONTHS) - timedelta(days=1)


def registration_periods(registration_id: UUID, *, today: date) -> tuple[PeriodRow, ...]:
    """Latest first, up to the one that runs. Four queries."""
    registrations = TaxRegistration.objects.filter(pk=registration_id)
    rows = all_periods(
        today=today,
        until=today,
        registrations=registrations.select_related("billing_entity", "owner"),
    )
    return tuple(sorted(rows, key=lambda row: (row.first, row.kind), reverse=True))


def return_page(
    registration: TaxRegistration, *, kind: str, first: date, today: date
) -> ReturnPage | None:
    """As filed, or as it stands now; None if the registration does not file for such a period."""
    rows = all_periods(today=today, until=max(first, today), registrations=[registration])
    row = next((one for one in rows if (one.kind, one.first) == (kind, first)), None)
    if row is None:
        return None
    period = Period(row.first, row.last + timedelta(days=1))
    figures, later = figures_of(registration, rows, row=row, period=period)
    return ReturnPage(
        registration=registration,
        row=row,
        figures=figures,
        is_sales_list=kind == ReturnKind.SALES_LIST,
        may_file=row.state in {"overdue", "due"} and not figures.unconverted,
        later=later,
    )


def figures_of(
    registration: TaxRegistration, rows: Sequence[PeriodRow], *, row: PeriodRow, period: Period
) -> tuple[ReturnFigures, int]:
    """The figures as filed and how many tax rows came later, or as they stand now."""
    same = [one for one in rows if one.kind == row.kind]
    if row.state == "filed":
        stored = TaxReturn.objects.get(
            registration=registration, kind=row.kind, period_first=row.first
        )
        now = return_figures(registration, kind=row.kind, period=period, is_earliest_open=False)
        return figures_read(stored), len(now.ids)
    earliest = min(one.first for one in same if one.state != "filed")
    figures = return_figures(
        registration, kind=row.kind, period=period, is_earliest_open=earliest == row.first
    )
    return figures, 0


def figures_read(stored: TaxReturn) -> ReturnFigures:
    """The figures as they were filed."""
    kept = stored.figures
    return ReturnFigures(
        currency=kept["currency"],
        base_minor=kept["base_minor"],
        tax_minor=kept["tax_minor"],
        rows=tuple(
            ReturnRow(**{**row, "rate": Decimal(row["rate"]), "corrects": day_of(row)})
            for row in kept["rows"]
        ),
        buyers=tuple(SalesListRow(**{**row, "corrects": day_of(row)}) for row in kept["buyers"]),
        reconciled=tuple(Reconciled(**row) for row in kept["reconciled"]),
        unconverted=tuple(kept["unconverted"]),
        ids=tuple(stored.invoice_tax_ids),
        waiting=0,
    )


def day_of(row: Mapping[str, Any]) -> date | None:
    return date.fromisoformat(row["corrects"]) if row["corrects"] else None


def treatment_words(treatment: str) -> str:
    return str(TaxTreatment(treatment).label) if treatment in TaxTreatment.values else treatment
