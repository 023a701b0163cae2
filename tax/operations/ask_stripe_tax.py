"""Write questions to Stripe Tax down, and ask them outside any transaction."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from tax.calc.stripe_answer import Question
from tax.enums import CalculationState
from tax.gateways.stripe_tax import EngineUnavailable, calculate
from tax.models import TaxCalculation

CLAIMED_FOR = timedelta(minutes=5)
LONGEST_PAUSE_MINUTES = 60
logger = logging.getLogger(__name__)


def write_questions(*, questions: Sequence[Question], at: datetime) -> None:
    """A row for each question that has none; two hands write one."""
    TaxCalculation.objects.bulk_create(
        [
            TaxCalculation(
                billing_entity_id=one.entity_key,
                customer_id=one.customer_key,
                tax_point=one.tax_point,
                digest=one.digest,
                request=dict(one.request),
                asked_at=at,
                next_attempt_at=at,
            )
            for one in questions
        ],
        ignore_conflicts=True,
    )


def ask_stripe_tax(
    *, api_key: str, timeout_seconds: float, at: datetime, api_base: str = "", limit: int = 50
) -> int:
    """
    Ask up to `limit` questions; returns how many were answered.

    A hand that dies between asking and storing loses nothing: the claim runs out and the question
    is asked again under the same idempotency key.
    """
    answered = 0
    for row in claim(at=at, limit=limit):
        try:
            answer = calculate(
                request=row.request,
                api_key=api_key,
                idempotency_key=str(row.pk),
                timeout_seconds=timeout_seconds,
                api_base=api_base,
            )
        except EngineUnavailable as problem:
            postpone(row, problem, at=at)
        else:
            waiting = TaxCalculation.objects.filter(pk=row.pk, state=CalculationState.PENDING)
            answered += waiting.update(
                state=CalculationState.ANSWERED, answer=answer, answered_at=at, last_error="",
                next_attempt_at=None, attempts=row.attempts + 1,
            )  # fmt: skip
    return answered


@transaction.atomic
def claim(*, at: datetime, limit: int) -> list[TaxCalculation]:
    """Due questions, put off for the time a call may take."""
    due = list(
        TaxCalculation.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=CalculationState.PENDING, next_attempt_at__lte=at)
        .order_by("next_attempt_at", "pk")[:limit]
    )
    TaxCalculation.objects.filter(pk__in=[one.pk for one in due]).update(
        next_attempt_at=at + CLAIMED_FOR
    )
    return due


def postpone(row: TaxCalculation, problem: EngineUnavailable, *, at: datetime) -> None:
    """Twice the pause each time, an hour at most."""
    pause = min(2**row.attempts, LONGEST_PAUSE_MINUTES)
    TaxCalculation.objects.filter(pk=row.pk, state=CalculationState.PENDING).update(
        attempts=row.attempts + 1,
        last_error=str(problem)[:300],
        next_attempt_at=at + timedelta(minutes=pause),
    )
    logger.warning("tax calculation %s: %s; asked again in %s minutes", row.pk, problem, pause)
