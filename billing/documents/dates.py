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


def supply_date(invoice: Invoice, taxes: Sequence[InvoiceTax]) -> date | None:
    """The tax point if all lines share it and it is not the day of issue; else lines name theirs."""
    points = {tax.tax_point for tax in taxes}
    return points.pop() if len(points) == 1 and points != {issued_on(invoice)} else None


def last_day(first: date, after: date) -> date:
    """Of a half-open period; an empty one ends on its first day."""
    return max(first, after - timedelta(days=1))
