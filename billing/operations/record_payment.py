"""Record money that arrived: what it settles, and what of it becomes the customer's credit."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import Customer
from billing.calc.settle import Open, settle
from billing.enums import AllocationSource, CreditReason, PaymentKind, PaymentMethodKind
from billing.models import Allocation, CreditEntry, Payment, Receivable
from billing.queries.closed_periods import closed_through
from kernel.money import Money
from kernel.refusal import Refusal
from tax.models import BillingEntity


class PaymentReasonMissing(Refusal):
    code = "payment_reason_missing"


class PaymentNotPositive(Refusal):
    code = "payment_not_positive"


class PaymentDayClosed(Refusal):
    code = "payment_day_closed"


@transaction.atomic
def record_payment(
    *,
    customer: Customer,
    billing_entity: BillingEntity,
    method: PaymentMethodKind,
    money: Money,
    paid_on: date,
    at: datetime,
    invoices: Sequence[UUID] = (),
    gateway_id: str = "",
    reference: str = "",
    reason: str = "",
    by: User | None = None,
    fee_minor: int = 0,
) -> Payment:
    """
    Settle the named invoices in order, then the customer's other open ones by due date.

    Only invoices of the same billing entity and currency are settled; what is left over becomes
    credit. Told twice of the same gateway object, it answers with the payment already recorded.

    :raises PaymentReasonMissing: if it is entered by hand without a reason
    :raises PaymentNotPositive: if the amount is not above zero
    :raises PaymentDayClosed: if a person chose a day in a closed month; what banks and the gateway
        tell is taken, and booked on the first open day
    """
    if method == PaymentMethodKind.MANUAL:
        check_by_hand(billing_entity, paid_on=paid_on, reason=reason)
    if money.minor <= 0:
        raise PaymentNotPositive("A payment is an amount above zero. Use a refund to give back.")
    lock_account(customer.pk)
    known = Payment.objects.filter(gateway_id=gateway_id, kind=PaymentKind.RECEIVED).first()
    if gateway_id and known:
        return known

    payment = Payment.objects.create(
        customer=customer, billing_entity=billing_entity, kind=PaymentKind.RECEIVED, method=method,
        currency=money.currency, amount_minor=money.minor, fee_minor=fee_minor, paid_on=paid_on,
        recorded_at=at, recorded_by=by, gateway_id=gateway_id, reference=reference[:300],
        reason=reason.strip(),
    )  # fmt: skip
    place(payment=payment, first=invoices, at=at)
    return payment


def check_by_hand(entity: BillingEntity, *, paid_on: date, reason: str) -> None:
    """What a person enters has its reason and a day in an open month."""
    if not reason.strip():
        raise PaymentReasonMissing("Say why this payment is entered by hand, then record it.")
    closed = closed_through(entity.pk)
    if closed and paid_on <= closed:
        raise PaymentDayClosed(
            f"The books of {entity.code} are closed through {closed}. Enter a later day, and name "
            f"{paid_on} in the reason."
        )


def lock_account(customer_id: UUID) -> None:
    """Whoever moves a customer's money waits for whoever is moving it."""
    lock_accounts([customer_id])


def lock_accounts(customer_ids: Iterable[UUID]) -> None:
    """Several customers in a stable order, so that two hands never wait for each other."""
    rows = Customer.objects.select_for_update(of=("self",), no_key=True)
    list(rows.filter(pk__in=list(customer_ids)).order_by("pk").values_list("pk"))


def place(*, payment: Payment, first: Sequence[UUID], at: datetime) -> None:
    """Every cent of a payment to an open invoice or to credit. The account must be locked."""
    rows = Receivable.objects.filter(
        customer=payment.customer_id,
        billing_entity=payment.billing_entity_id,
        currency=payment.currency,
        open_minor__gt=0,
    )
    order = {key: position for position, key in enumerate(first)}
    waiting = sorted(rows, key=lambda one: (order.get(one.pk, len(order)), one.due_date, one.pk))
    settled, left = settle(
        amount_minor=payment.amount_minor,
        waiting=[Open(key=one.pk, open_minor=one.open_minor) for one in waiting],
    )
    for part in settled:
        Allocation.objects.create(
            customer_id=payment.customer_id, receivable_id=part.key, payment=payment,
            source=AllocationSource.PAYMENT, amount_minor=part.amount_minor, recorded_at=at,
            recorded_by_id=payment.recorded_by_id, reason=payment.reason,
        )  # fmt: skip
    if left:
        CreditEntry.objects.create(
            customer_id=payment.customer_id, currency=payment.currency, amount_minor=left,
            reason=CreditReason.OVERPAID, payment=payment, recorded_at=at,
        )  # fmt: skip
