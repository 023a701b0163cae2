"""File a tax return or a sales list: its figures are kept as they were and never change again."""

from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.queries.return_figures import ReturnFigures, first_sales, return_figures
from kernel.refusal import Refusal
from tax.calc.filing_periods import Cadence, FilingPeriod, filing_periods
from tax.models import TaxRegistration, TaxReturn


class ReturnFiled(Refusal):
    code = "tax_return_filed"


class PeriodNotOver(Refusal):
    code = "tax_period_not_over"


class NoSuchPeriod(Refusal):
    code = "tax_period_unknown"


class ReturnIncomplete(Refusal):
    code = "tax_return_incomplete"


@transaction.atomic
def file_return(
    *,
    registration_id: UUID,
    kind: str,
    period_first: date,
    reference: str,
    by: User,
    at: datetime,
) -> TaxReturn:
    """
    Lock what the return declares; what comes later for this period is a correction in the next one.

    :raises NoSuchPeriod: if the registration does not file for a period that begins then
    :raises PeriodNotOver: before the period has ended (UTC)
    :raises ReturnFiled: if somebody was faster
    :raises ReturnIncomplete: if an amount lacks its exchange rate or the proof does not add up
    """
    registration = (
        TaxRegistration.objects.select_for_update(of=("self",))
        .select_related("billing_entity")
        .get(pk=registration_id)
    )
    today = at.astimezone(UTC).date()
    since = first_sales([registration.billing_entity_id]).get(registration.billing_entity_id, today)
    period = period_of(registration, first=period_first, since=since, today=today)
    filed = set(
        TaxReturn.objects.filter(registration=registration, kind=kind).values_list(
            "period_first", flat=True
        )
    )
    if period_first in filed:
        raise ReturnFiled("This period is filed already; what came later joins the next one.")
    figures = return_figures(
        registration,
        kind=kind,
        period=period.period,
        is_earliest_open=is_earliest_open(registration, filed, period_first, since=since),
    )
    refuse_incomplete(figures)
    return TaxReturn.objects.create(
        registration=registration,
        kind=kind,
        period_first=period.period.first,
        period_after=period.period.after,
        figures=figures_as_filed(figures),
        invoice_tax_ids=list(figures.ids),
        reference=reference,
        filed_by=by,
        filed_at=at,
    )


def cadence_of(registration: TaxRegistration) -> Cadence:
    return Cadence(
        frequency=registration.filing_frequency,
        months_after=registration.due_months_after,
        due_day=registration.due_day,
        days_after=registration.due_days_after,
        valid_from=registration.valid_from,
        valid_to=registration.valid_to,
    )


def period_of(
    registration: TaxRegistration, *, first: date, since: date, today: date
) -> FilingPeriod:
    periods = filing_periods(cadence_of(registration), since=since, until=max(first, today))
    found = next((one for one in periods if one.period.first == first), None)
    if found is None:
        raise NoSuchPeriod(f"{registration} files for no period that begins on {first}.")
    if found.period.after > today:
        raise PeriodNotOver(
            f"The period lasts until {found.period.last}. File it from the day after on."
        )
    return found


def is_earliest_open(
    registration: TaxRegistration, filed: set[date], first: date, *, since: date
) -> bool:
    """The first period that is not filed takes the corrections of those that are."""
    periods = filing_periods(cadence_of(registration), since=since, until=first)
    still_open = (one.period.first for one in periods if one.period.first not in filed)
    return next(still_open, None) == first


def refuse_incomplete(figures: ReturnFigures) -> None:
    if figures.unconverted:
        raise ReturnIncomplete(
            f"Amounts in {', '.join(figures.unconverted)} have no exchange rate into "
            f"{figures.currency} on record. Load the rates, then file."
        )
    if any(one.difference_minor for one in figures.reconciled):
        raise ReturnIncomplete(
            "The taxes on the invoices do not add up to what they charge. Do not file; report it."
        )


def figures_as_filed(figures: ReturnFigures) -> dict[str, Any]:
    """Amounts in minor units, rates and dates as text."""
    kept = asdict(figures)
    del kept["ids"]
    return dict(plain(kept))


def plain(value: Any) -> Any:
    """What JSON can hold: dates and decimals become text."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value if value is None or isinstance(value, str | int | bool) else str(value)
