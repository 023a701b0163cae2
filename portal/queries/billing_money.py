"""What a customer has to pay, how it may pay, and what it paid last."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from accounts.models import Customer
from billing.enums import OPEN_ATTEMPTS, PaymentKind
from billing.models import Payment, PaymentAttempt, PaymentMethod, Receivable
from billing.queries.pay_facts import PayFact, pay_facts

PAYMENTS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class OpenRow:
    """An invoice with something open, in minor units of its currency."""

    id: UUID
    number: str
    due_date: date
    days_overdue: int
    open_minor: int
    is_being_charged: bool
    transfer: tuple[PayFact, ...]


@dataclass(frozen=True, slots=True)
class OpenSum:
    """Open invoices of one seller and currency: what one payment can settle. Minor units."""

    seller: str
    currency: str
    rows: tuple[OpenRow, ...]

    @property
    def open_minor(self) -> int:
        return sum(one.open_minor for one in self.rows)

    @property
    def overdue_minor(self) -> int:
        return sum(one.open_minor for one in self.rows if one.days_overdue)


@dataclass(frozen=True, slots=True)
class PaidRow:
    """A payment that came in. Minor units of its currency."""

    at: datetime
    method: str
    currency: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A card or bank account the customer left with the gateway."""

    id: UUID
    name: str
    expires_on: date | None
    is_default: bool
    is_expired: bool
    added_at: datetime


def open_sums(
    customer: Customer, *, today: date, invoice_id: UUID | None = None
) -> tuple[OpenSum, ...]:
    """The oldest first; of one invoice alone where it is named. Two queries."""
    rows = Receivable.objects.filter(customer=customer, open_minor__gt=0)
    if invoice_id:
        rows = rows.filter(pk=invoice_id)
    charged = set(
        PaymentAttempt.objects.filter(customer=customer, state__in=OPEN_ATTEMPTS).values_list(
            "receivable", flat=True
        )
    )
    sums: defaultdict[tuple[str, str], list[OpenRow]] = defaultdict(list)
    for one in rows.select_related("invoice", "billing_entity").order_by("due_date", "pk"):
        row = open_row(one, today=today, is_being_charged=one.pk in charged)
        sums[one.billing_entity.legal_name, one.currency].append(row)
    return tuple(
        OpenSum(seller, currency, tuple(found)) for (seller, currency), found in sums.items()
    )


def open_row(receivable: Receivable, *, today: date, is_being_charged: bool) -> OpenRow:
    return OpenRow(
        id=receivable.pk,
        number=receivable.invoice.number,
        due_date=receivable.due_date,
        days_overdue=max(0, (today - receivable.due_date).days),
        open_minor=receivable.open_minor,
        is_being_charged=is_being_charged,
        transfer=pay_facts(receivable),
    )


def last_payments(customer: Customer) -> tuple[PaidRow, ...]:
    """The newest first. One query."""
    rows = Payment.objects.filter(customer=customer, kind=PaymentKind.RECEIVED)
    return tuple(
        PaidRow(one.recorded_at, one.get_method_display(), one.currency, one.amount_minor)
        for one in rows.order_by("-recorded_at", "-pk")[:PAYMENTS_SHOWN]
    )


def method_rows(customer: Customer, *, today: date) -> tuple[MethodRow, ...]:
    """Those still kept, the default first. One query."""
    kept = PaymentMethod.objects.filter(customer=customer, detached_at=None)
    return tuple(
        MethodRow(
            id=one.pk,
            name=str(one).capitalize(),
            expires_on=one.expires_on,
            is_default=one.is_default,
            is_expired=bool(one.expires_on and one.expires_on < today),
            added_at=one.added_at,
        )
        for one in kept
    )
