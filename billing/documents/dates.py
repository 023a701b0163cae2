"""The dates an invoice states, the same on paper and as data."""

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from billing.enums import LineKind
from billing.models import Invoice, InvoiceLine, InvoiceTax


def issued_on(invoice: Invoice) -> date:
    """The date in the customer's time zone at the moment of issue."""
    assert invoice.issued_at is not None, "only finalized invoices are issued"
    return invoice.issued_at.astimezone(ZoneInfo(invoice.time_zone)).date()


def billing_period(lines: Sequence[InvoiceLine]) -> tuple[date, date]:
    """First day and the day after the last one; corrections of earlier periods stand apart."""
    regular = [line for line in lines if line.kind != LineKind.ADJUSTMENT] or lines
    return min(line.span_first for line in regular), max(line.span_after for line in regular)


def supply_dates(
    invoice: Invoice, lines: Sequence[InvoiceLine], taxes: Sequence[InvoiceTax]
) -> tuple[date, ...]:
    """
    When what the lines bill was supplied, in order: the billing moment, or the last day of service
    where that was earlier, and the earliest tax point of each tax, which credits have from the
    charge they give back.
    """
    served = {min(invoice.cycle_date, last_day(line.span_first, line.span_after)) for line in lines}
    return tuple(sorted(served | {tax.tax_point for tax in taxes}))


def supply_date(
    invoice: Invoice, lines: Sequence[InvoiceLine], taxes: Sequence[InvoiceTax]
) -> date | None:
    """The one day of supply if that is not the day of issue; else the lines name their days."""
    dates = supply_dates(invoice, lines, taxes) if taxes else ()
    return dates[0] if len(dates) == 1 and dates != (issued_on(invoice),) else None


def last_day(first: date, after: date) -> date:
    """Of a half-open period; an empty one ends on its first day."""
    return max(first, after - timedelta(days=1))
