"""Measure every seller's sales against the registration thresholds, and remember where they stand."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.queries.tax_sales import PlaceSales, currencies_and_days, sales_since
from tax.calc.fact_book import EU_VAT_AREA
from tax.calc.thresholds import DaySales, Threshold, counting, measure
from tax.models import BillingEntity, RegistrationThreshold, TaxRegistration, ThresholdPosition
from tax.records.exchange_book import ExchangeBook, load_exchange_book

MEASURED = (
    "sales_minor", "transactions", "percent", "state", "crosses_on", "missing_rates", "measured_at",
)  # fmt: skip


@transaction.atomic
def measure_thresholds(*, at: datetime) -> int:
    """
    Bring the positions of all billing entities up to date; returns how many there are.

    A threshold of the seller's own country says nothing: it is registered at home or held there.
    Sales in a currency without an exchange rate are left out, and the position names the currency.
    """
    today = at.astimezone(UTC).date()
    thresholds = list(
        RegistrationThreshold.objects.filter(
            Q(valid_to=None) | Q(valid_to__gte=today), valid_from__lte=today
        )
    )
    sales = sales_since(first=datetime(today.year - 1, 1, 1, tzinfo=UTC), at=at)
    currencies, days = currencies_and_days(one for found in sales.values() for one in found)
    book = load_exchange_book(
        currencies=currencies | {row.currency for row in thresholds}, days=days or {today}
    )
    registered = registrations_on(today)
    positions = [
        position_of(
            entity,
            row,
            sales.get(entity.pk, []),
            book=book,
            is_registered=(entity.pk, row.jurisdiction) in registered,
            at=at,
        )
        for entity in BillingEntity.objects.all()
        for row in thresholds
        if row.jurisdiction != entity.country
    ]
    ThresholdPosition.objects.bulk_create(
        positions,
        update_conflicts=True,
        unique_fields=["billing_entity", "threshold"],
        update_fields=MEASURED,
    )
    return len(positions)


def registrations_on(day: date) -> set[tuple[UUID, str]]:
    rows = TaxRegistration.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day
    )
    return set(rows.values_list("billing_entity", "jurisdiction"))


def position_of(
    entity: BillingEntity,
    row: RegistrationThreshold,
    sales: Sequence[PlaceSales],
    *,
    book: ExchangeBook,
    is_registered: bool,
    at: datetime,
) -> ThresholdPosition:
    threshold = Threshold(
        jurisdiction=row.jurisdiction,
        amount_minor=row.amount_minor,
        currency=row.currency,
        transactions=row.transactions,
        both_needed=row.both_needed,
        period=row.period,
        counts=row.counts,
    )
    converted, missing = in_currency(sales, currency=row.currency, book=book)
    counted = counting(threshold, converted, home=entity.country, union=EU_VAT_AREA)
    found = measure(
        threshold, counted, today=at.astimezone(UTC).date(), is_registered=is_registered
    )
    return ThresholdPosition(
        billing_entity=entity,
        threshold=row,
        sales_minor=found.sales_minor,
        transactions=found.transactions,
        percent=found.percent,
        state=found.state,
        crosses_on=found.crosses_on,
        missing_rates=", ".join(sorted(missing)),
        measured_at=at,
    )


def in_currency(
    sales: Sequence[PlaceSales], *, currency: str, book: ExchangeBook
) -> tuple[list[DaySales], set[str]]:
    """Each day's sales by that day's rate, and the currencies that have none."""
    converted, missing = [], set()
    for one in sales:
        found = book.convert(one.amount_minor, currency=one.currency, into=currency, day=one.day)
        if found is None:
            missing.add(one.currency)
            continue
        converted.append(
            DaySales(one.day, one.place, one.is_confirmed_business, found.minor, one.transactions)
        )
    return converted, missing
