"""What detectors decide about invoices: taxed otherwise, off their range, missing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from uuid import UUID

from desk.calc.findings import Found, Limits
from kernel.money import Money

HISTORY_AT_LEAST = 6
SPREAD_OF_NORMAL = Decimal("1.4826")
LEAST_SPREAD = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class TaxedInvoice:
    """An invoice's treatments ("standard in DE"), and those of the customer's invoice before it."""

    customer_id: UUID
    invoice_id: UUID
    invoice: str
    treatments: tuple[str, ...]
    previous: str
    previous_treatments: tuple[str, ...]


def tax_changed(rows: Iterable[TaxedInvoice]) -> list[Found]:
    return [
        Found(
            subject=str(one.invoice_id),
            customer_id=one.customer_id,
            invoice_id=one.invoice_id,
            words=(
                f"{one.invoice} is taxed as {listed(one.treatments)}; {one.previous} before it was "
                f"taxed as {listed(one.previous_treatments)}."
            ),
        )
        for one in rows
        if set(one.treatments) != set(one.previous_treatments)
    ]


def listed(words: Sequence[str]) -> str:
    return ", ".join(sorted(set(words))) or "nothing"


@dataclass(frozen=True, slots=True)
class PricedInvoice:
    """An invoice before tax in minor units, and those of the same customer before it."""

    customer_id: UUID
    invoice_id: UUID
    invoice: str
    currency: str
    amount_minor: int
    earlier_minor: tuple[int, ...]


def unusual_invoices(rows: Iterable[PricedInvoice], limits: Limits) -> list[Found]:
    """
    Farther from the median than `at_least` robust deviations and than `percent` of it.

    A deviation is the median absolute deviation scaled to that of a normal spread, and at least 2 %
    of the median, so that a customer who always pays the same is not found for a cent. Too little
    history says nothing.
    """
    found = []
    for one in rows:
        usual = usual_range(one.earlier_minor, limits)
        if usual and not usual[0] <= one.amount_minor <= usual[1]:
            found.append(found_unusual(one, usual))
    return found


def usual_range(earlier: Sequence[int], limits: Limits) -> tuple[Decimal, Decimal] | None:
    """Lowest and highest usual amount in minor units; None without enough history."""
    if len(earlier) < HISTORY_AT_LEAST:
        return None
    middle = Decimal(median(earlier))
    spread = SPREAD_OF_NORMAL * Decimal(median([abs(one - middle) for one in earlier]))
    spread = max(spread, LEAST_SPREAD * abs(middle))
    reach = max(limits.at_least * spread, limits.percent * abs(middle) / 100)
    return middle - reach, middle + reach


def found_unusual(one: PricedInvoice, usual: tuple[Decimal, Decimal]) -> Found:
    low, high = (Money(int(max(edge, 0)), one.currency) for edge in usual)
    return Found(
        subject=str(one.invoice_id),
        customer_id=one.customer_id,
        invoice_id=one.invoice_id,
        words=(
            f"{one.invoice} comes to {Money(one.amount_minor, one.currency)} {one.currency} before tax; "
            f"the {len(one.earlier_minor)} before it say between {low} and {high} {one.currency}."
        ),
    )


@dataclass(frozen=True, slots=True)
class DueSubscription:
    """An active subscription with seats; `billed_until` is where its last line on an invoice ends."""

    customer_id: UUID
    subscription_id: UUID
    subscription: str
    due_at: datetime
    billed_until: date | None
    why: str


def missing_invoices(
    rows: Iterable[DueSubscription], *, at: datetime, limits: Limits
) -> list[Found]:
    """Due for more than `at_least` hours, and nothing was written for it."""
    grace = timedelta(hours=float(limits.at_least))
    return [
        Found(
            subject=f"{one.subscription_id}:{one.due_at:%Y-%m-%d}",
            customer_id=one.customer_id,
            subscription_id=one.subscription_id,
            words=(
                f"{one.subscription} was due on {one.due_at:%Y-%m-%d %H:%M} UTC and is on no invoice "
                f"since {one.billed_until or 'its start'}. {one.why}"
            ).strip(),
        )
        for one in rows
        if at - one.due_at > grace
    ]
