"""The list of payments: search, filters, sums by currency, and rows for CSV."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts.queries.paging import Page, page_of
from billing.models import Allocation, CreditEntry, Dispute, Payment
from desk.queries.invoice_list import customers_named
from kernel.money import EXPONENTS

SORTS = {
    "": ("-recorded_at", "-pk"),
    "recorded": ("recorded_at", "pk"),
    "-paid_on": ("-paid_on", "-pk"),
    "paid_on": ("paid_on", "pk"),
    "-amount": ("-amount_minor", "-pk"),
    "amount": ("amount_minor", "pk"),
}
DECIMALS = (0, 3, 4)
MOST_DIGITS = 15
PAYMENTS_AT_MOST = 1000
NOTES = {"credit": "Left over as credit", "dispute": "Disputed"}


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What was asked for; empty means any. Days are value dates, both included."""

    search: str = ""
    kind: str = ""
    method: str = ""
    entity: str = ""
    currency: str = ""
    note: str = ""
    first: date | None = None
    last: date | None = None
    sort: str = ""


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Money that moved; signed amounts in minor units of `currency`."""

    id: UUID
    kind: str
    kind_words: str
    method: str
    customer_id: UUID
    customer_name: str
    entity: str
    currency: str
    amount_minor: int
    fee_minor: int
    paid_on: date
    recorded_at: datetime
    recorded_by: str
    gateway_id: str
    reference: str
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentSum:
    """What the found payments of a currency come to, in minor units."""

    currency: str
    count: int
    amount_minor: int
    fee_minor: int


def found_payments(asked: PaymentFilter) -> QuerySet[Payment]:
    rows = Payment.objects.select_related("customer", "billing_entity", "recorded_by")
    if asked.search:
        rows = rows.filter(matches(asked.search))
    if asked.note == "credit":
        rows = rows.filter(Exists(CreditEntry.objects.filter(payment=OuterRef("pk"))))
    elif asked.note == "dispute":
        rows = rows.filter(Exists(Dispute.objects.filter(payment=OuterRef("pk"))))
    exact: dict[str, Any] = {
        "kind": asked.kind,
        "method": asked.method,
        "billing_entity__code": asked.entity,
        "currency": asked.currency.upper(),
        "paid_on__gte": asked.first,
        "paid_on__lte": asked.last,
    }
    found = rows.filter(**{name: value for name, value in exact.items() if value})
    return found.order_by(*SORTS.get(asked.sort, SORTS[""]))


def matches(search: str) -> Q:
    """A customer, a gateway id, what the payer wrote, the number of an invoice, or an amount."""
    of_invoice = Allocation.objects.filter(
        receivable__invoice__number=search.upper(), payment__isnull=False
    )
    wanted = (
        Q(gateway_id=search)
        | Q(reference__icontains=search)
        | Q(customer__in=customers_named(search))
        | Q(pk__in=list(of_invoice.values_list("payment", flat=True)[:PAYMENTS_AT_MOST]))
    )
    same_amount = amount_is(search)
    return wanted | same_amount if same_amount else wanted


def amount_is(search: str, field: str = "amount_minor") -> Q | None:
    """ "200.00" is 20000 in EUR, 200 in JPY and 200000 in KWD, whatever its sign. None: no amount."""
    try:
        amount = abs(Decimal(search.replace(",", "")))
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount.adjusted() > MOST_DIGITS:
        return None
    special = [code for code, places in EXPONENTS.items() if places in DECIMALS]
    wanted = with_decimals(amount, 2, field) & ~Q(currency__in=special)
    for places in DECIMALS:
        codes = [code for code, own in EXPONENTS.items() if own == places]
        wanted |= with_decimals(amount, places, field) & Q(currency__in=codes)
    return wanted


def with_decimals(amount: Decimal, places: int, field: str) -> Q:
    minor = amount.scaleb(places)
    if minor != minor.to_integral_value():
        return Q(pk__in=[])
    return Q(**{f"{field}__in": [int(minor), -int(minor)]})


def payment_list(asked: PaymentFilter, *, number: int) -> Page[PaymentRow]:
    """One query a page, and two for what a search means."""
    return page_of(found_payments(asked), number=number, to_row=payment_row)


def payment_sums(asked: PaymentFilter) -> tuple[PaymentSum, ...]:
    rows = (
        found_payments(asked)
        .select_related(None)
        .order_by("currency")
        .values_list("currency")
        .annotate(Count("pk"), Sum("amount_minor"), Sum("fee_minor"))
    )
    return tuple(PaymentSum(*row) for row in rows)


def payment_row(payment: Payment) -> PaymentRow:
    return PaymentRow(
        id=payment.pk,
        kind=payment.kind,
        kind_words=payment.get_kind_display(),
        method=payment.get_method_display(),
        customer_id=payment.customer_id,
        customer_name=payment.customer.legal_name,
        entity=payment.billing_entity.code,
        currency=payment.currency,
        amount_minor=payment.amount_minor,
        fee_minor=payment.fee_minor,
        paid_on=payment.paid_on,
        recorded_at=payment.recorded_at,
        recorded_by=payment.recorded_by.get_username() if payment.recorded_by else "",
        gateway_id=payment.gateway_id,
        reference=payment.reference,
        reason=payment.reason,
    )
