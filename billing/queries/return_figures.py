"""What a registration declares for a period: its rows, who bought, and the proof against the invoices."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Sum

from billing.enums import InvoiceState
from billing.models import Invoice, InvoiceTax
from kernel.money import exponent_of
from kernel.period import Period
from tax.calc.fact_book import EU_VAT_AREA
from tax.calc.return_rows import (
    Declared,
    Reconciled,
    ReturnRow,
    SalesListRow,
    base_once,
    reconcile,
    return_rows,
    sales_list_rows,
)
from tax.enums import ReturnKind, TaxScheme, TaxTreatment
from tax.models import BillingEntity, TaxRegistration, TaxReturn
from tax.records.exchange_book import ExchangeBook, load_exchange_book

ONE_STOP_SHOP = (TaxScheme.OSS_UNION, TaxScheme.OSS_NON_UNION)


@dataclass(frozen=True, slots=True)
class ReturnFigures:
    """
    A return or sales list as it stands. Amounts in minor units of `currency`; `base_minor` counts
    lines with several taxes once.

    `unconverted` names currencies without an exchange rate: they are in no row yet.
    `ids` are the tax rows of invoices it declares; `waiting` counts drafts not issued yet.
    """

    currency: str
    base_minor: int
    tax_minor: int
    rows: tuple[ReturnRow, ...]
    buyers: tuple[SalesListRow, ...]
    reconciled: tuple[Reconciled, ...]
    unconverted: tuple[str, ...]
    ids: tuple[str, ...]
    waiting: int


def return_figures(
    registration: TaxRegistration, *, kind: str, period: Period, is_earliest_open: bool
) -> ReturnFigures:
    """
    Every undeclared tax row of the period; the earliest open one also takes what came late.

    A row is late when its tax point is in a period that is filed already: it is a correction.
    """
    filed = list(TaxReturn.objects.filter(registration=registration, kind=kind))
    taxes = taxes_of(registration, kind=kind)
    wanted = Q(tax_point__gte=period.first, tax_point__lt=period.after)
    if is_earliest_open:
        for one in filed:
            wanted |= Q(tax_point__gte=one.period_first, tax_point__lt=one.period_after)
    declared_before = {key for one in filed for key in one.invoice_tax_ids}
    found = [row for row in taxes.filter(wanted) if str(row.pk) not in declared_before]
    rows = declared_rows(found, registration=registration, period=period, filed=filed)
    counted = [row for row in rows if row.base is not None]
    return ReturnFigures(
        currency=registration.currency,
        base_minor=base_once(counted),
        tax_minor=sum(row.tax or 0 for row in counted),
        rows=return_rows(counted),
        buyers=sales_list_rows(row for row in counted if row.treatment == "reverse_charge"),
        reconciled=reconciled_with_invoices(rows),
        unconverted=tuple(sorted({row.currency for row in rows if row.base is None})),
        ids=tuple(row.key for row in rows),
        waiting=drafts_waiting(registration, period),
    )


def first_sales(entity_ids: Collection[UUID]) -> dict[UUID, date]:
    """
    When the recorded sales of billing entities begin, by tax point.

    Two queries that take the first of each registration, and of what has none, from an index.
    """
    taxes = InvoiceTax.objects.filter(invoice__state=InvoiceState.FINALIZED).order_by("tax_point")
    charged = taxes.filter(registration=OuterRef("pk")).values("tax_point")[:1]
    untaxed = taxes.filter(registration=None, invoice__billing_entity=OuterRef("pk"))
    registered = TaxRegistration.objects.filter(billing_entity__in=entity_ids)
    sellers = BillingEntity.objects.filter(pk__in=entity_ids)
    firsts = [
        *registered.values_list("billing_entity", Subquery(charged)),
        *sellers.values_list("pk", Subquery(untaxed.values("tax_point")[:1])),
    ]
    found: dict[UUID, date] = {}
    for entity_id, first in firsts:
        if first is not None:
            found[entity_id] = min(first, found.get(entity_id, first))
    return found


def taxes_of(registration: TaxRegistration, *, kind: str) -> QuerySet[InvoiceTax]:
    """Tax rows of final invoices that belong to a registration: charged under it, or untaxed there."""
    rows = (
        InvoiceTax.objects.filter(
            invoice__state=InvoiceState.FINALIZED,
            invoice__billing_entity=registration.billing_entity_id,
        )
        .select_related("invoice")
        .defer("words", "note", "invoice__seller", "invoice__buyer", "invoice__policies")
        .order_by("pk")
    )
    if kind == ReturnKind.SALES_LIST:
        return rows.filter(untaxed_under(registration), treatment=TaxTreatment.REVERSE_CHARGE,
                           jurisdiction__in=EU_VAT_AREA)  # fmt: skip
    return rows.filter(Q(registration=registration) | untaxed_under(registration))


def untaxed_under(registration: TaxRegistration) -> Q:
    """
    Sales without tax: where the buyer is if the seller is registered there, else at home.

    One Stop Shop returns name only what is charged under them.
    """
    during = Q(registration=None, tax_point__gte=registration.valid_from)
    if registration.valid_to:
        during &= Q(tax_point__lte=registration.valid_to)
    if registration.scheme in ONE_STOP_SHOP:
        return Q(pk=None)
    if registration.jurisdiction != registration.billing_entity.country:
        return during & within(registration.jurisdiction)
    others = (
        TaxRegistration.objects.filter(billing_entity=registration.billing_entity_id)
        .exclude(jurisdiction=registration.jurisdiction)
        .exclude(scheme__in=ONE_STOP_SHOP)
    )
    for jurisdiction in others.values_list("jurisdiction", flat=True).distinct():
        during &= ~within(jurisdiction)
    return during


def within(jurisdiction: str) -> Q:
    """A jurisdiction and what is part of it: CA holds CA-ON."""
    return Q(jurisdiction=jurisdiction) | Q(jurisdiction__startswith=f"{jurisdiction}-")


def declared_rows(
    taxes: Sequence[InvoiceTax],
    *,
    registration: TaxRegistration,
    period: Period,
    filed: Sequence[TaxReturn],
) -> list[Declared]:
    is_union = registration.scheme in ONE_STOP_SHOP
    days = {period.last} if is_union else {row.tax_point for row in taxes}
    currencies = {row.invoice.currency for row in taxes} | {registration.currency}
    book = load_exchange_book(currencies=currencies, days=days)
    return [
        declared_row(
            row,
            amounts_in(
                row,
                registration.currency,
                book=book,
                day=period.last if is_union else row.tax_point,
                keeps_local=not is_union,
            ),
            corrects=filed_period_of(row.tax_point, filed),
        )
        for row in taxes
    ]


def declared_row(
    row: InvoiceTax, amounts: tuple[int, int] | None, *, corrects: date | None
) -> Declared:
    buyer = row.inputs.get("buyer", {})
    return Declared(
        key=str(row.pk),
        invoice=str(row.invoice_id),
        currency=row.invoice.currency,
        jurisdiction=row.jurisdiction,
        name=row.name,
        treatment=row.treatment,
        rate=row.rate_percent,
        amount_minor=row.amount_minor,
        base=amounts[0] if amounts else None,
        tax=amounts[1] if amounts else None,
        buyer_number=str(buyer.get("tax_number", "")),
        corrects=corrects,
        positions=tuple(row.positions),
    )


def amounts_in(
    row: InvoiceTax, currency: str, *, book: ExchangeBook, day: date, keeps_local: bool
) -> tuple[int, int] | None:
    """Base and tax in a currency: as on the invoice where it says so, else by that day's rate."""
    if row.invoice.currency == currency:
        return row.base_minor, row.amount_minor
    if keeps_local and row.local_currency == currency and row.exchange_rate is not None:
        exponents = exponent_of(currency) - exponent_of(row.invoice.currency)
        base = row.base_minor * row.exchange_rate * Decimal(10) ** exponents
        rounded = base.to_integral_value(rounding=ROUND_HALF_UP)
        return int(rounded), row.local_amount_minor or 0
    base_there = book.convert(row.base_minor, currency=row.invoice.currency, into=currency, day=day)
    tax_there = book.convert(
        row.amount_minor, currency=row.invoice.currency, into=currency, day=day
    )
    return (base_there.minor, tax_there.minor) if base_there and tax_there else None


def filed_period_of(day: date, filed: Iterable[TaxReturn]) -> date | None:
    return next(
        (one.period_first for one in filed if one.period_first <= day < one.period_after), None
    )


def reconciled_with_invoices(rows: Sequence[Declared]) -> tuple[Reconciled, ...]:
    """Two queries: what these invoices charge in all, and all their tax rows."""
    keys = [UUID(one) for one in {row.invoice for row in rows}]
    charged = {
        str(pk): (currency, tax or 0)
        for pk, currency, tax in Invoice.objects.filter(pk__in=keys).values_list(
            "pk", "currency", "tax_minor"
        )
    }
    sums = (
        InvoiceTax.objects.filter(invoice__in=keys)
        .order_by()
        .values_list("invoice")
        .annotate(Sum("amount_minor"))
    )
    return reconcile(rows, charged=charged, all_taxes={str(key): total for key, total in sums})


def drafts_waiting(registration: TaxRegistration, period: Period) -> int:
    """Drafts of the seller in the period that are not issued: they may still join it."""
    return Invoice.objects.filter(
        state=InvoiceState.DRAFT,
        billing_entity=registration.billing_entity_id,
        cycle_date__gte=period.first,
        cycle_date__lt=period.after,
    ).count()
