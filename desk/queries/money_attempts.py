"""Attempts to charge, disputes and payouts as lists; and attempts of one invoice."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.queries.paging import Page, page_of
from billing.enums import AttemptState
from billing.models import Dispute, PaymentAttempt, Payout, Refund
from desk.queries.invoice_list import customers_named
from desk.queries.money_rows import DisputeRow, RefundRow, dispute_row, refund_row


@dataclass(frozen=True, slots=True)
class AttemptFilter:
    """What was asked for; empty means any. Days are UTC dates of the start, both included."""

    search: str = ""
    state: str = ""
    trigger: str = ""
    decline: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """One try to charge an invoice, in minor units of `currency`."""

    id: UUID
    number: int
    invoice_id: UUID
    invoice_number: str
    customer_id: UUID
    customer_name: str
    currency: str
    amount_minor: int
    state: str
    state_words: str
    trigger: str
    payment_method: str
    started_at: datetime
    ask_at: datetime | None
    asked_count: int
    answered_at: datetime | None
    gateway_id: str
    decline_code: str
    problem: str
    requested_by: str


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Of disputes, refunds and payouts: a state, and a customer or gateway id; empty means any."""

    search: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """What the gateway sent to our bank, in minor units of `currency`."""

    id: UUID
    gateway_id: str
    currency: str
    amount_minor: int
    state: str
    arrives_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StateCount:
    state: str
    words: str
    count: int


def found_attempts(asked: AttemptFilter) -> QuerySet[PaymentAttempt]:
    rows = PaymentAttempt.objects.select_related(
        "customer", "receivable__invoice", "payment_method", "requested_by"
    )
    if asked.search:
        rows = rows.filter(
            Q(gateway_id=asked.search)
            | Q(receivable__invoice__number=asked.search.upper())
            | Q(customer__in=customers_named(asked.search))
        )
    exact: dict[str, Any] = {
        "state": asked.state,
        "trigger": asked.trigger,
        "decline_code": asked.decline,
        "started_at__date__gte": asked.first,
        "started_at__date__lte": asked.last,
    }
    given = {name: value for name, value in exact.items() if value}
    return rows.filter(**given).order_by("-started_at", "-pk")


def attempt_list(asked: AttemptFilter, *, number: int) -> Page[AttemptRow]:
    return page_of(found_attempts(asked), number=number, to_row=attempt_row)


def attempt_counts(asked: AttemptFilter) -> tuple[StateCount, ...]:
    """What was asked for, by state. One query."""
    rows = (
        found_attempts(asked).select_related(None).order_by().values_list("state").annotate(
            Count("pk")
        )
    )  # fmt: skip
    found = dict(rows)
    return tuple(
        StateCount(state, str(words), found[state])
        for state, words in AttemptState.choices
        if state in found
    )


def attempts_of(invoice_id: UUID) -> tuple[AttemptRow, ...]:
    """The latest first. One query."""
    rows = found_attempts(AttemptFilter()).filter(receivable=invoice_id)
    return tuple(attempt_row(one) for one in rows.order_by("-number"))


def attempt_row(one: PaymentAttempt) -> AttemptRow:
    return AttemptRow(
        id=one.pk,
        number=one.number,
        invoice_id=one.receivable_id,
        invoice_number=one.receivable.invoice.number,
        customer_id=one.customer_id,
        customer_name=one.customer.legal_name,
        currency=one.currency,
        amount_minor=one.amount_minor,
        state=one.state,
        state_words=one.get_state_display(),
        trigger=one.get_trigger_display(),
        payment_method=str(one.payment_method) if one.payment_method else "",
        started_at=one.started_at,
        ask_at=one.ask_at,
        asked_count=one.asked_count,
        answered_at=one.answered_at,
        gateway_id=one.gateway_id,
        decline_code=one.decline_code,
        problem=one.problem,
        requested_by=one.requested_by.get_username() if one.requested_by else "",
    )


def found_disputes(asked: ListFilter) -> QuerySet[Dispute]:
    rows = Dispute.objects.select_related("customer")
    if asked.state:
        rows = rows.filter(state=asked.state)
    return of_whom(rows, asked.search).order_by("-opened_at", "-pk")


def dispute_list(asked: ListFilter, *, number: int) -> Page[DisputeRow]:
    return page_of(found_disputes(asked), number=number, to_row=dispute_row)


def found_refunds(asked: ListFilter) -> QuerySet[Refund]:
    rows = Refund.objects.select_related("customer", "requested_by", "payment")
    if asked.state:
        rows = rows.filter(state=asked.state)
    return of_whom(rows, asked.search).order_by("-requested_at", "-pk")


def refund_list(asked: ListFilter, *, number: int) -> Page[RefundRow]:
    return page_of(found_refunds(asked), number=number, to_row=refund_row)


def of_whom(rows: QuerySet[Any], search: str) -> QuerySet[Any]:
    """Those of a customer or with a gateway id."""
    if not search:
        return rows
    return rows.filter(
        Q(gateway_id=search)
        | Q(payment__gateway_id=search)
        | Q(customer__in=customers_named(search))
    )


def found_payouts(asked: ListFilter) -> QuerySet[Payout]:
    rows = Payout.objects.all()
    if asked.search:
        rows = rows.filter(gateway_id=asked.search)
    if asked.state:
        rows = rows.filter(state=asked.state)
    return rows.order_by("-arrives_on", "-pk")


def payout_list(asked: ListFilter, *, number: int) -> Page[PayoutRow]:
    return page_of(found_payouts(asked), number=number, to_row=payout_row)


def payout_row(one: Payout) -> PayoutRow:
    return PayoutRow(
        id=one.pk,
        gateway_id=one.gateway_id,
        currency=one.currency,
        amount_minor=one.amount_minor,
        state=one.state,
        arrives_on=one.arrives_on,
        recorded_at=one.recorded_at,
    )
