"""What became of a refund: the money moved, or the credit comes back."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.enums import CreditReason, PaymentKind, RefundState
from billing.models import CreditEntry, Payment, Refund
from billing.operations.record_payment import lock_account


@transaction.atomic
def settle_refund(
    *, refund_id: UUID, gateway_id: str = "", at: datetime, by: User | None = None
) -> Refund:
    """Record that the money went back; told twice, it changes nothing."""
    refund = lock_refund(refund_id)
    if refund.state != RefundState.REQUESTED:
        return refund
    sent = refund.payment
    Payment.objects.create(
        customer_id=refund.customer_id, billing_entity_id=sent.billing_entity_id,
        kind=PaymentKind.REFUND, method=sent.method, currency=refund.currency,
        amount_minor=-refund.amount_minor, paid_on=at.date(), recorded_at=at, recorded_by=by,
        gateway_id=gateway_id, reason=refund.reason, reverses=sent, refund=refund,
    )  # fmt: skip
    return answer(refund=refund, state=RefundState.SUCCEEDED, gateway_id=gateway_id, at=at)


@transaction.atomic
def fail_refund(*, refund_id: UUID, problem: str, gateway_id: str = "", at: datetime) -> Refund:
    """
    Record that it did not go through: what was reserved is the customer's credit again.

    Banks may send a refund back days after it succeeded; that money is a payment of its own.
    """
    refund = lock_refund(refund_id)
    if refund.state == RefundState.FAILED:
        return refund
    if refund.state == RefundState.SUCCEEDED:
        take_money_back(refund=refund, at=at)
        refund.problem = problem[:300]
        return answer(refund=refund, state=RefundState.FAILED, gateway_id=gateway_id, at=at)
    CreditEntry.objects.create(
        customer_id=refund.customer_id, currency=refund.currency, amount_minor=refund.amount_minor,
        reason=CreditReason.REFUND_FAILED, refund=refund, recorded_at=at,
    )  # fmt: skip
    refund.problem = problem[:300]
    return answer(refund=refund, state=RefundState.FAILED, gateway_id=gateway_id, at=at)


def take_money_back(*, refund: Refund, at: datetime) -> None:
    """The refunded money is with us again, as the customer's credit."""
    sent = Payment.objects.get(refund=refund)
    returned = Payment.objects.create(
        customer_id=refund.customer_id, billing_entity_id=sent.billing_entity_id,
        kind=PaymentKind.REINSTATED, method=sent.method, currency=refund.currency,
        amount_minor=refund.amount_minor, paid_on=at.date(), recorded_at=at,
        gateway_id=sent.gateway_id, reason=refund.reason, reverses=sent,
    )  # fmt: skip
    CreditEntry.objects.create(
        customer_id=refund.customer_id, currency=refund.currency, amount_minor=refund.amount_minor,
        reason=CreditReason.REINSTATED, payment=returned, recorded_at=at,
    )  # fmt: skip


def lock_refund(refund_id: UUID) -> Refund:
    lock_account(Refund.objects.values_list("customer_id", flat=True).get(pk=refund_id))
    return Refund.objects.select_related("payment").get(pk=refund_id)


def answer(*, refund: Refund, state: RefundState, gateway_id: str, at: datetime) -> Refund:
    refund.state, refund.answered_at, refund.ask_at = state, at, None
    refund.gateway_id = gateway_id or refund.gateway_id
    refund.save(update_fields=["state", "answered_at", "ask_at", "gateway_id", "problem"])
    return refund
