"""Settle: what stored webhooks mean for attempts, payments, refunds, disputes and methods."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.calc.gateway_answer import instant, read_charge, read_method
from billing.calc.webhooks import Told, read_event
from billing.enums import AttemptState, PaymentKind, PaymentMethodKind
from billing.models import (
    GatewayCustomer,
    GatewayEvent,
    Payment,
    PaymentAttempt,
    Payout,
    Receivable,
    Refund,
)
from billing.operations.answer_attempt import answer_attempt
from billing.operations.record_dispute import (
    DisputeFacts,
    record_dispute,
    reinstate_money,
    withdraw_money,
)
from billing.operations.record_foreign_refund import record_foreign_refund
from billing.operations.record_method import forget_method, record_method
from billing.operations.record_payment import record_payment
from billing.operations.settle_refund import fail_refund, settle_refund
from kernel.money import Money
from kernel.stage import StageOutcome
from tax.models import SellerAssignment

NOT_OURS = "Not about a customer of ours; nothing was changed."


@transaction.atomic
def apply_gateway_events(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Apply these events in the order the gateway made them; each leaves a sentence of what came of it.

    Every handler may be told twice, late or out of order: what is final stays so.
    """
    events = GatewayEvent.objects.filter(pk__in=keys, applied_at=None).order_by("created_at", "pk")
    for event in events:
        event.outcome = apply(read_event(event.body), at=at)[:300]
        event.applied_at = max(at, event.received_at)
        event.save(update_fields=["outcome", "applied_at"])
    return StageOutcome(passed=len(events), refused=0)


def apply(told: Told, *, at: datetime) -> str:
    """Do what an event calls for, and say it in a sentence."""
    handler = HANDLERS.get(told.kind)
    if handler is None:
        return "Stored; events of this kind change nothing here."
    return handler(told, at)


def on_charge(told: Told, at: datetime) -> str:
    """A PaymentIntent of an attempt of ours, of a checkout, or of nobody we know."""
    answer = read_charge(told.data)
    attempt = find_attempt(told.data)
    if attempt:
        if is_stale(attempt, told):
            return f"Older than what is known of attempt {attempt.number}; nothing was changed."
        answered = answer_attempt(attempt_id=attempt.pk, answer=answer, at=at)
        return f"Attempt {answered.number}: {answered.get_state_display().lower()}."
    if answer.state != "succeeded":
        return "A charge without an attempt of ours that did not succeed; nothing was changed."
    return take_checkout(told, fee_minor=answer.fee_minor, at=at)


def find_attempt(intent: Mapping[str, Any]) -> PaymentAttempt | None:
    noted = str((intent.get("metadata") or {}).get("attempt") or "")
    by_gateway = PaymentAttempt.objects.filter(gateway_id=str(intent["id"])).first()
    if by_gateway or not noted:
        return by_gateway
    try:
        return PaymentAttempt.objects.filter(pk=UUID(noted)).first()
    except ValueError:
        return None


def is_stale(attempt: PaymentAttempt, told: Told) -> bool:
    """Whether a decline tells of before the answer we have. A success is never stale."""
    is_final = told.kind == "payment_intent.succeeded"
    answered = attempt.answered_at
    is_open = attempt.state in (AttemptState.STARTED, AttemptState.PROCESSING)
    return not is_final and not is_open and bool(answered and told.created_at < answered)


def take_checkout(told: Told, *, fee_minor: int, at: datetime) -> str:
    """Money a customer sent by Checkout or otherwise: for the invoices it names, then the oldest."""
    intent = told.data
    owner = (
        GatewayCustomer.objects.select_related("customer")
        .filter(gateway_id=str(intent.get("customer") or ""))
        .first()
    )
    if owner is None:
        return NOT_OURS
    named = str((intent.get("metadata") or {}).get("invoices") or "")
    invoices = list(
        Receivable.objects.filter(
            customer=owner.customer_id, pk__in=[key for key in named.split(",") if key]
        ).select_related("billing_entity")
    )
    seller = (
        invoices[0].billing_entity
        if invoices
        else SellerAssignment.objects.get(customer=owner.customer_id).billing_entity
    )
    currency = str(intent["currency"]).upper()
    payment = record_payment(
        customer=owner.customer,
        billing_entity=seller,
        method=PaymentMethodKind.CARD,
        money=Money(int(intent.get("amount_received") or intent["amount"]), currency),
        paid_on=told.created_at.date(),
        invoices=[one.pk for one in invoices],
        gateway_id=str(intent["id"]),
        fee_minor=fee_minor,
        at=at,
    )
    return f"Payment of {Money(payment.amount_minor, currency)} {currency} recorded."


def on_refund(told: Told, at: datetime) -> str:
    """A refund of ours, or one somebody made in Stripe's own dashboard."""
    status = str(told.data.get("status") or "")
    noted = str((told.data.get("metadata") or {}).get("refund") or "")
    refund = Refund.objects.filter(gateway_id=told.object_id).first()
    if refund is None and noted:
        refund = Refund.objects.filter(pk=noted).first()
    if refund is None:
        return on_foreign_refund(told, status, at)
    if status in ("failed", "canceled"):
        problem = str(told.data.get("failure_reason") or status)
        fail_refund(refund_id=refund.pk, problem=problem, gateway_id=told.object_id, at=at)
        return "The refund did not go through; the credit is the customer's again."
    if status == "succeeded":
        settle_refund(refund_id=refund.pk, gateway_id=told.object_id, at=at)
        return "The refund went through."
    return "The refund is on its way."


def on_foreign_refund(told: Told, status: str, at: datetime) -> str:
    payment = Payment.objects.filter(
        gateway_id=str(told.data.get("payment_intent") or ""), kind=PaymentKind.RECEIVED
    ).first()
    if payment is None:
        return NOT_OURS
    if status != "succeeded":
        return "A refund made at the gateway; recorded once it went through."
    record_foreign_refund(
        payment=payment, amount_minor=int(told.data["amount"]), gateway_id=told.object_id, at=at
    )
    return "A refund made at the gateway was recorded; what it had settled is open again."


def on_dispute(told: Told, at: datetime) -> str:
    due = (told.data.get("evidence_details") or {}).get("due_by")
    dispute = record_dispute(
        facts=DisputeFacts(
            gateway_id=told.object_id,
            payment_intent=str(told.data.get("payment_intent") or ""),
            amount_minor=int(told.data["amount"]),
            reason=str(told.data.get("reason") or "")[:60],
            status=str(told.data.get("status") or ""),
            evidence_due_at=instant(due) if due else None,
            opened_at=instant(told.data.get("created")),
        ),
        at=at,
    )
    if dispute is None:
        return NOT_OURS
    if told.kind == "charge.dispute.funds_withdrawn":
        withdraw_money(dispute=dispute, at=at)
        return "The bank took the money back; what it had settled is open again."
    if told.kind == "charge.dispute.funds_reinstated":
        withdraw_money(dispute=dispute, at=at)  # the two may arrive in either order
        reinstate_money(dispute=dispute, at=at)
        return "The bank gave the money back."
    return f"Dispute: {dispute.get_state_display().lower()}."


def on_method(told: Told, at: datetime) -> str:
    method = record_method(facts=read_method(told.data), at=at)
    return f"{method} is known." if method else NOT_OURS


def on_method_gone(told: Told, at: datetime) -> str:
    method = forget_method(gateway_id=told.object_id, at=at)
    return f"{method} is not charged any more." if method else NOT_OURS


def on_payout(told: Told, at: datetime) -> str:
    """Payouts come several times as their state moves; the newest state stands."""
    Payout.objects.update_or_create(
        gateway_id=told.object_id,
        defaults={
            "currency": str(told.data["currency"]).upper(),
            "amount_minor": int(told.data["amount"]),
            "state": str(told.data.get("status") or "")[:30],
            "arrives_on": instant(told.data["arrival_date"]).date(),
            "recorded_at": at,
        },
    )
    return f"Payout: {told.data.get('status')}."


HANDLERS: Mapping[str, Callable[[Told, datetime], str]] = {
    "payment_intent.succeeded": on_charge,
    "payment_intent.payment_failed": on_charge,
    "payment_intent.requires_action": on_charge,
    "payment_intent.processing": on_charge,
    "payment_intent.canceled": on_charge,
    "refund.created": on_refund,
    "refund.updated": on_refund,
    "refund.failed": on_refund,
    "charge.dispute.created": on_dispute,
    "charge.dispute.updated": on_dispute,
    "charge.dispute.funds_withdrawn": on_dispute,
    "charge.dispute.funds_reinstated": on_dispute,
    "charge.dispute.closed": on_dispute,
    "payment_method.attached": on_method,
    "payment_method.updated": on_method,
    "payment_method.automatically_updated": on_method,
    "payment_method.detached": on_method_gone,
    "payout.created": on_payout,
    "payout.paid": on_payout,
    "payout.failed": on_payout,
    "payout.canceled": on_payout,
}
