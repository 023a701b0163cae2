"""What became of an attempt: money, a decline, or a customer who must confirm. Told twice, done once."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Coalesce

from billing.calc.gateway_answer import ChargeAnswer
from billing.enums import AttemptState, PaymentMethodKind
from billing.models import PaymentAttempt, Receivable
from billing.operations.record_payment import lock_account, record_payment
from kernel.money import Money

ENDED = (AttemptState.SUCCEEDED, AttemptState.CANCELED)


@transaction.atomic
def answer_attempt(*, attempt_id: UUID, answer: ChargeAnswer, at: datetime) -> PaymentAttempt:
    """
    Store the answer; a success is a payment in the same transaction.

    A success is final: whatever arrives later, in whatever order, does not undo it. A failed or
    canceled attempt can still turn out to have succeeded; that money is recorded.
    """
    lock_account(PaymentAttempt.objects.values_list("customer_id", flat=True).get(pk=attempt_id))
    attempt = PaymentAttempt.objects.select_related(
        "receivable__billing_entity", "customer", "payment_method"
    ).get(pk=attempt_id)
    if attempt.state == AttemptState.SUCCEEDED:
        return attempt
    if attempt.state == AttemptState.CANCELED and answer.state != "succeeded":
        return attempt
    attempt.gateway_id = answer.gateway_id or attempt.gateway_id
    attempt.state = AttemptState(answer.state)
    attempt.client_secret = answer.client_secret or attempt.client_secret
    attempt.decline_code = answer.decline_code[:60]
    attempt.problem = answer.problem[:300]
    attempt.answered_at, attempt.ask_at = at, None
    attempt.save()
    if attempt.state == AttemptState.SUCCEEDED:
        take_money(attempt=attempt, fee_minor=answer.fee_minor, at=at)
    elif attempt.state in (AttemptState.FAILED, AttemptState.NEEDS_CUSTOMER):
        Receivable.objects.filter(pk=attempt.receivable_id).update(
            first_failed_at=Coalesce("first_failed_at", at)
        )
    return attempt


def take_money(*, attempt: PaymentAttempt, fee_minor: int, at: datetime) -> None:
    method = attempt.payment_method
    is_debit = method is not None and method.kind.endswith("_debit")
    record_payment(
        customer=attempt.customer,
        billing_entity=attempt.receivable.billing_entity,
        method=PaymentMethodKind.DIRECT_DEBIT if is_debit else PaymentMethodKind.CARD,
        money=Money(attempt.amount_minor, attempt.currency),
        paid_on=at.date(),
        invoices=[attempt.receivable_id],
        gateway_id=attempt.gateway_id,
        fee_minor=fee_minor,
        at=at,
    )
