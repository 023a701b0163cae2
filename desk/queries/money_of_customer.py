"""What a customer owes and has, how it pays, and what is open."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.models import Payment, PaymentMethod, Receivable
from billing.queries.credit import credit_balances
from desk.queries.money_payments import PaymentRow, payment_row

SHOWN = 12


@dataclass(frozen=True, slots=True)
class Balance:
    """Of one currency, in minor units. A positive balance is owed by the customer."""

    currency: str
    open_minor: int
    overdue_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        return self.open_minor - self.credit_minor


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A card or account; `is_expired` on the day asked for."""

    words: str
    kind: str
    is_default: bool
    is_expired: bool
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An open invoice, in minor units."""

    id: UUID
    number: str
    currency: str
    open_minor: int
    amount_minor: int
    due_date: date
    days_overdue: int


@dataclass(frozen=True, slots=True)
class CustomerMoney:
    balances: tuple[Balance, ...]
    methods: tuple[MethodRow, ...]
    open_items: tuple[OpenRow, ...]
    more_open: int
    payments: tuple[PaymentRow, ...]


def customer_money(customer_id: UUID, *, on: date) -> CustomerMoney:
    """Four queries."""
    items = [
        OpenRow(
            id=one.pk,
            number=one.invoice.number,
            currency=one.currency,
            open_minor=one.open_minor,
            amount_minor=one.amount_minor,
            due_date=one.due_date,
            days_overdue=max(0, (on - one.due_date).days),
        )
        for one in Receivable.objects.filter(customer=customer_id, open_minor__gt=0)
        .select_related("invoice")
        .order_by("due_date", "pk")
    ]
    payments = Payment.objects.filter(customer=customer_id).select_related(
        "customer", "billing_entity", "recorded_by"
    )
    return CustomerMoney(
        balances=balances(customer_id, items),
        methods=tuple(
            MethodRow(
                words=str(one),
                kind=one.kind.replace("_", " "),
                is_default=one.is_default,
                is_expired=bool(one.expires_on and one.expires_on < on),
                expires_on=one.expires_on,
            )
            for one in PaymentMethod.objects.filter(customer=customer_id, detached_at=None)
        ),
        open_items=tuple(items[:SHOWN]),
        more_open=max(0, len(items) - SHOWN),
        payments=tuple(payment_row(one) for one in payments[:SHOWN]),
    )


def balances(customer_id: UUID, items: list[OpenRow]) -> tuple[Balance, ...]:
    """By currency: what is open, overdue and credit. One query."""
    held = credit_balances([customer_id])
    credit = {currency: minor for (_, currency), minor in held.items()}
    currencies = sorted({one.currency for one in items} | set(credit))
    return tuple(
        Balance(
            currency=currency,
            open_minor=sum(one.open_minor for one in items if one.currency == currency),
            overdue_minor=sum(
                one.open_minor for one in items if one.currency == currency and one.days_overdue
            ),
            credit_minor=credit.get(currency, 0),
        )
        for currency in currencies
    )
