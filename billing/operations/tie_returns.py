"""Tie the tax returns of a month to its invoices, registration by registration. It writes nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from billing.calc.close.findings import Finding, FindingRow, found
from billing.operations.file_return import cadence_of
from billing.queries.return_figures import first_sales, return_figures
from kernel.period import Period
from tax.calc.filing_periods import filing_periods
from tax.enums import ReturnKind
from tax.models import BillingEntity, TaxRegistration, TaxReturn


def tie_returns(*, entity: BillingEntity, month: Period, at: datetime) -> Finding:
    """What does not add up, what has no exchange rate, and returns that are overdue."""
    registrations = list(
        TaxRegistration.objects.filter(
            billing_entity=entity, valid_from__lt=month.after
        ).select_related("billing_entity")
    )
    today = at.astimezone(UTC).date()
    since = first_sales([entity.pk]).get(entity.pk, today)
    rows = [
        row
        for one in registrations
        for row in (*untied(one, month), *overdue(one, month=month, since=since, today=today))
    ]
    return found(
        rows,
        clean=f"The month ties to the invoices. Registrations compared: {len(registrations)}.",
        dirty="Returns that do not tie or are overdue: {count}.",
    )


def untied(registration: TaxRegistration, month: Period) -> Iterator[FindingRow]:
    """Where the month's declared tax is not what its invoices charge."""
    if registration.valid_to and registration.valid_to < month.first:
        return
    figures = return_figures(
        registration, kind=ReturnKind.TAX_RETURN, period=month, is_earliest_open=False
    )

    def row(words: str, currency: str = "", minor: int | None = None) -> FindingRow:
        key = str(registration.pk)
        return FindingRow(str(registration), words, "registration", key, currency, minor)

    for currency in figures.unconverted:
        yield row(f"No exchange rate from {currency} into {figures.currency} is on record")
    for one in figures.reconciled:
        if one.difference_minor:
            words = "The taxes declared are not what the invoices charge"
            yield row(words, one.currency, one.difference_minor)


def overdue(
    registration: TaxRegistration, *, month: Period, since: date, today: date
) -> Iterator[FindingRow]:
    """Returns of periods that ended by the month's end, past their day and not filed."""
    filed = set(
        TaxReturn.objects.filter(registration=registration, kind=ReturnKind.TAX_RETURN).values_list(
            "period_first", flat=True
        )
    )
    for one in filing_periods(cadence_of(registration), since=since, until=month.last):
        is_late = one.period.after <= month.after and one.due < today
        if is_late and one.period.first not in filed:
            yield FindingRow(
                label=str(registration),
                words=f"The return from {one.period.first} was due on {one.due} and is not filed",
                page="registration",
                key=str(registration.pk),
                day=one.due.isoformat(),
            )
