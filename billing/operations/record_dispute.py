"""What the payer's bank takes back and gives back. Money moves as payments of its own; seats never do."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from billing.calc.settle import Open, settle
from billing.enums import AllocationSource, CreditReason, DisputeState, PaymentKind
from billing.models import Allocation, CreditEntry, Dispute, Payment
from billing.operations.record_payment import lock_account, place

STATES = {"won": DisputeState.WON, "lost": DisputeState.LOST, "warning_closed": DisputeState.WON}


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A dispute as the gateway tells of it; the amount in minor units of the payment's currency."""

    gateway_id: str
    payment_intent: str
    amount_minor: int
    reason: str
    status: str
    evidence_due_at: datetime | None
    opened_at: datetime


@transaction.atomic
def record_dispute(*, facts: DisputeFacts, at: datetime) -> Dispute | None:
    """Open or update a dispute of a payment of ours; None for others. A closed one stays closed."""
    payment = Payment.objects.filter(
        gateway_id=facts.payment_intent, kind=PaymentKind.RECEIVED
    ).first()
    if payment is None:
        return None
    lock_account(payment.customer_id)
    dispute, _ = Dispute.objects.get_or_create(
        gateway_id=facts.gateway_id,
        defaults={
            "customer_id": payment.customer_id, "payment": payment, "currency": payment.currency,
            "amount_minor": facts.amount_minor, "reason": facts.reason,
            "state": DisputeState.OPEN, "evidence_due_at": facts.evidence_due_at,
            "opened_at": facts.opened_at,
        },
    )  # fmt: skip
    if dispute.state == DisputeState.OPEN:
        dispute.state = STATES.get(facts.status, DisputeState.OPEN)
        dispute.closed_at = at if dispute.state != DisputeState.OPEN else None
        dispute.evidence_due_at = facts.evidence_due_at
        dispute.save(update_fields=["state", "closed_at", "evidence_due_at"])
    return dispute


@transaction.atomic
def withdraw_money(*, dispute: Dispute, at: datetime) -> Payment:
    """
    The bank took the money: the invoices it settled are open again, the rest comes out of credit.

    Credit that is used up goes below zero: only here the customer owes without an invoice.
    """
    lock_account(dispute.customer_id)
    known = Payment.objects.filter(
        gateway_id=dispute.gateway_id, kind=PaymentKind.WITHDRAWAL
    ).first()
    if known:
        return known
    taken = movement(dispute, kind=PaymentKind.WITHDRAWAL, minor=-dispute.amount_minor, at=at)
    settled = undisputed(dispute.payment)
    parts, left = settle(
        amount_minor=dispute.amount_minor,
        waiting=[Open(key=one.receivable_id, open_minor=one.amount_minor) for one in settled],
    )
    for part in parts:
        Allocation.objects.create(
            customer_id=dispute.customer_id, receivable_id=part.key,
            source=AllocationSource.PAYMENT, payment=taken, amount_minor=-part.amount_minor,
            recorded_at=at, reason=f"Dispute {dispute.gateway_id}",
        )  # fmt: skip
    if left:
        CreditEntry.objects.create(
            customer_id=dispute.customer_id, currency=dispute.currency, amount_minor=-left,
            reason=CreditReason.WITHDRAWN, payment=taken, recorded_at=at,
        )  # fmt: skip
    return taken


def undisputed(payment: Payment) -> list[Allocation]:
    """What a payment still settles, newest first."""
    rows = Allocation.objects.filter(payment=payment, undoes=None, undone_by=None)
    return list(rows.order_by("-recorded_at", "-pk"))


@transaction.atomic
def reinstate_money(*, dispute: Dispute, at: datetime) -> Payment:
    """The bank gave the money back: it settles what is open again, the rest is credit."""
    lock_account(dispute.customer_id)
    known = Payment.objects.filter(
        gateway_id=dispute.gateway_id, kind=PaymentKind.REINSTATED
    ).first()
    if known:
        return known
    back = movement(dispute, kind=PaymentKind.REINSTATED, minor=dispute.amount_minor, at=at)
    first = [one.receivable_id for one in undisputed(dispute.payment)]
    place(payment=back, first=first, at=at)
    return back


def movement(dispute: Dispute, *, kind: PaymentKind, minor: int, at: datetime) -> Payment:
    disputed = dispute.payment
    return Payment.objects.create(
        customer_id=dispute.customer_id, billing_entity_id=disputed.billing_entity_id, kind=kind,
        method=disputed.method, currency=dispute.currency, amount_minor=minor, paid_on=at.date(),
        recorded_at=at, gateway_id=dispute.gateway_id, reverses=disputed,
        reason=f"Dispute: {dispute.reason or 'no reason given'}",
    )  # fmt: skip
