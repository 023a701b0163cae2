"""Ask the gateway what was written down. Never inside a transaction, never blindly a second time."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F

from billing.calc.gateway_answer import ChargeAnswer
from billing.enums import AttemptState
from billing.gateways import stripe as door
from billing.gateways.stripe import Gateway, GatewayRefused, GatewayUnreachable
from billing.models import PaymentAttempt, Refund
from billing.operations.answer_attempt import answer_attempt
from billing.operations.settle_refund import fail_refund, settle_refund

CLAIMED_FOR = timedelta(minutes=5)
LONGEST_PAUSE_MINUTES = 60
logger = logging.getLogger(__name__)


def ask_charges(*, gateway: Gateway, now: Callable[[], datetime], limit: int = 50) -> int:
    """
    Charge up to `limit` attempts; returns how many were answered.

    An attempt is claimed in a transaction of its own before the call. A hand that dies in between
    loses nothing: the claim runs out, and what happened at the gateway is looked up first.
    """
    answered = 0
    for attempt in claim_attempts(at=now(), limit=limit):
        try:
            answer = charge_once(gateway=gateway, attempt=attempt)
        except GatewayUnreachable as problem:
            put_off(model=PaymentAttempt, key=attempt.pk, problem=problem, at=now())
        else:
            answer_attempt(attempt_id=attempt.pk, answer=answer, at=now())
            answered += 1
    return answered


@transaction.atomic
def claim_attempts(*, at: datetime, limit: int) -> list[PaymentAttempt]:
    """Due attempts put off for the time a call may take; what was settled meanwhile is canceled."""
    due = list(
        PaymentAttempt.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(ask_at__lte=at)
        .select_related("receivable__invoice", "payment_method", "customer__gateway_customer")
        .order_by("ask_at", "pk")[:limit]
    )
    rows = PaymentAttempt.objects
    settled = [
        one.pk
        for one in due
        if not one.asked_count and one.receivable.open_minor < one.amount_minor
    ]
    rows.filter(pk__in=settled).update(
        state=AttemptState.CANCELED, ask_at=None, answered_at=at,
        problem="Less was open when its turn came.",
    )  # fmt: skip
    claimed = [one for one in due if one.pk not in set(settled)]
    rows.filter(pk__in=[one.pk for one in claimed]).update(
        ask_at=at + CLAIMED_FOR, asked_count=F("asked_count") + 1
    )
    return claimed


def charge_once(*, gateway: Gateway, attempt: PaymentAttempt) -> ChargeAnswer:
    """Look up what an earlier call did; only what never arrived is asked, under the same key."""
    known = attempt.customer.gateway_customer
    if attempt.asked_count:
        found = door.find_charge(
            gateway,
            gateway_customer=known.gateway_id,
            attempt=str(attempt.pk),
            since=attempt.started_at,
        )
        if found:
            return found
    assert attempt.payment_method
    try:
        return door.charge(
            gateway,
            params={
                "amount": attempt.amount_minor,
                "currency": attempt.currency.lower(),
                "customer": known.gateway_id,
                "payment_method": attempt.payment_method.gateway_id,
                "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
                "confirm": True,
                "off_session": True,
                "metadata": {
                    "attempt": str(attempt.pk),
                    "invoice": attempt.receivable.invoice.number,
                },
            },
            key=str(attempt.pk),
        )
    except GatewayRefused as refusal:
        return ChargeAnswer("failed", "", decline_code=refusal.code, problem=str(refusal))


def put_off(
    *,
    model: type[PaymentAttempt] | type[Refund],
    key: UUID,
    problem: Exception,
    at: datetime,
) -> None:
    """Twice the pause each time; an answer that arrived meanwhile stands."""
    row = model._default_manager.get(pk=key)
    if row.ask_at is None:
        return
    pause = min(2**row.asked_count, LONGEST_PAUSE_MINUTES)
    model._default_manager.filter(pk=key, ask_at__isnull=False).update(
        ask_at=at + timedelta(minutes=pause), problem=str(problem)[:300]
    )
    logger.warning("%s %s: %s; looked up again in %s minutes", model.__name__, key, problem, pause)


def ask_refunds(*, gateway: Gateway, now: Callable[[], datetime], limit: int = 50) -> int:
    """Send up to `limit` refunds, in the same way; returns how many were answered."""
    answered = 0
    for refund in claim_refunds(at=now(), limit=limit):
        try:
            answered += refund_once(gateway=gateway, refund=refund, at=now())
        except GatewayUnreachable as problem:
            put_off(model=Refund, key=refund.pk, problem=problem, at=now())
        except GatewayRefused as refusal:
            fail_refund(refund_id=refund.pk, problem=str(refusal), at=now())
            answered += 1
    return answered


@transaction.atomic
def claim_refunds(*, at: datetime, limit: int) -> list[Refund]:
    due = list(
        Refund.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(ask_at__lte=at)
        .select_related("payment")
        .order_by("ask_at", "pk")[:limit]
    )
    Refund.objects.filter(pk__in=[one.pk for one in due]).update(
        ask_at=at + CLAIMED_FOR, asked_count=F("asked_count") + 1
    )
    return due


def refund_once(*, gateway: Gateway, refund: Refund, at: datetime) -> int:
    """1 when it is decided; 0 while the bank has not said."""
    intent = refund.payment.gateway_id
    found = (
        door.find_refund(gateway, payment_intent=intent, refund=str(refund.pk))
        if refund.asked_count
        else None
    )
    answer = found or door.create_refund(
        gateway,
        params={
            "payment_intent": intent,
            "amount": refund.amount_minor,
            "metadata": {"refund": str(refund.pk)},
        },
        key=str(refund.pk),
    )
    if answer.state in ("failed", "canceled"):
        fail_refund(
            refund_id=refund.pk, problem=answer.problem, gateway_id=answer.gateway_id, at=at
        )
    elif answer.state == "succeeded":
        settle_refund(refund_id=refund.pk, gateway_id=answer.gateway_id, at=at)
    else:
        put_off(
            model=Refund, key=refund.pk, problem=GatewayUnreachable("The bank has not said."), at=at
        )
        return 0
    return 1
