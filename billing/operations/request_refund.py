"""Ask for money to go back: credit is reserved now, the gateway is called later, outside."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Sum

from billing.enums import CreditReason, PaymentKind, RefundState
from billing.models import CreditEntry, Payment, Refund
from billing.operations.record_payment import lock_account
from billing.queries.credit import credit_balance
from kernel.money import Money
from kernel.refusal import Refusal


class RefundTooLarge(Refusal):
    code = "refund_too_large"


class RefundReasonMissing(Refusal):
    code = "refund_reason_missing"


class PaymentNotRefundable(Refusal):
    code = "payment_not_refundable"


@transaction.atomic
def request_refund(
    *,
    payment_id: UUID,
    amount_minor: int,
    reason: str,
    at: datetime,
    by: User | None = None,
    credit_note_id: UUID | None = None,
) -> Refund:
    """
    Reserve credit and line the refund up. A card is refunded by the gateway, a transfer by a person.

    :raises PaymentNotRefundable: if the payment is not money received
    :raises RefundTooLarge: above the customer's credit, or what is left of the payment
    :raises RefundReasonMissing: without a reason
    """
    if not reason.strip():
        raise RefundReasonMissing("Say why it is refunded, then try again.")
    lock_account(Payment.objects.values_list("customer_id", flat=True).get(pk=payment_id))
    payment = Payment.objects.get(pk=payment_id)
    if payment.kind != PaymentKind.RECEIVED:
        raise PaymentNotRefundable("Only money that was received can be refunded.")
    limit = refundable_minor(payment)
    if not 0 < amount_minor <= limit:
        raise RefundTooLarge(
            f"At most {Money(limit, payment.currency)} {payment.currency} can go back: the "
            "customer's credit, and what was not refunded of this payment. To give back more, "
            "issue a credit note or take an allocation back first."
        )
    refund = Refund.objects.create(
        customer_id=payment.customer_id, payment=payment, credit_note_id=credit_note_id,
        currency=payment.currency, amount_minor=amount_minor, reason=reason.strip(),
        requested_by=by, requested_at=at, ask_at=at if payment.gateway_id else None,
    )  # fmt: skip
    CreditEntry.objects.create(
        customer_id=payment.customer_id, currency=payment.currency, amount_minor=-amount_minor,
        reason=CreditReason.RESERVED, refund=refund, recorded_at=at,
    )  # fmt: skip
    return refund


def refundable_minor(payment: Payment) -> int:
    """The most that can go back by this payment, in minor units of its currency."""
    gone = (
        Refund.objects.filter(payment=payment)
        .exclude(state=RefundState.FAILED)
        .aggregate(total=Sum("amount_minor"))["total"]
        or 0
    )
    withdrawn = payment.reversals.exclude(kind=PaymentKind.REFUND).aggregate(
        total=Sum("amount_minor")
    )["total"]
    left = payment.amount_minor - gone + (withdrawn or 0)
    credit = credit_balance(customer_id=payment.customer_id, currency=payment.currency)
    return max(0, min(credit, left))
