"""A refund somebody made at the gateway itself: the money is gone, so the books follow."""

from datetime import datetime

from django.db import transaction

from billing.enums import CreditReason
from billing.models import CreditEntry, Payment, Refund
from billing.operations.record_dispute import undisputed
from billing.operations.record_payment import lock_account
from billing.operations.settle_refund import settle_refund
from billing.operations.take_back_allocation import take_back_allocation
from billing.queries.credit import credit_balance

REASON = "Refunded at the gateway"


@transaction.atomic
def record_foreign_refund(
    *, payment: Payment, amount_minor: int, gateway_id: str, at: datetime
) -> Refund:
    """
    Open again what the payment had settled, until there is credit enough, and take the refund from it.

    Told twice, it answers with the refund already recorded. Amount in minor units.
    """
    lock_account(payment.customer_id)
    known = Refund.objects.filter(gateway_id=gateway_id).first()
    if known:
        return known
    for allocation in undisputed(payment):
        credit = credit_balance(customer_id=payment.customer_id, currency=payment.currency)
        if credit >= amount_minor:
            break
        take_back_allocation(allocation_id=allocation.pk, reason=REASON, at=at)
    refund = Refund.objects.create(
        customer_id=payment.customer_id, payment=payment, currency=payment.currency,
        amount_minor=amount_minor, reason=REASON, requested_at=at,
    )  # fmt: skip
    CreditEntry.objects.create(
        customer_id=payment.customer_id, currency=payment.currency, amount_minor=-amount_minor,
        reason=CreditReason.RESERVED, refund=refund, recorded_at=at,
    )  # fmt: skip
    return settle_refund(refund_id=refund.pk, gateway_id=gateway_id, at=at)
