"""Write questions to Stripe Tax down, and ask them outside any transaction."""

from collections.abc import Sequence
from datetime import datetime

from tax.calc.stripe_answer import Question
from tax.enums import CalculationState
from tax.gateways.stripe_tax import EngineUnavailable, calculate
from tax.models import TaxCalculation
from tax.operations.claim_questions import claim_questions, put_off

LONGEST_PAUSE_MINUTES = 60


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
    is asked again under the same idempotency key. After an error it gets a new one: a calculation
    moves no money, and Stripe would repeat the error for a day.
    """
    answered = 0
    for row in claim_questions(rows=TaxCalculation.objects.all(), at=at, limit=limit):
        try:
            answer = calculate(
                request=row.request,
                api_key=api_key,
                idempotency_key=f"{row.pk}-{row.attempts}",  # Stripe replays errors of a key
                timeout_seconds=timeout_seconds,
                api_base=api_base,
            )
        except EngineUnavailable as problem:
            put_off(question=row, problem=problem, at=at, longest_minutes=LONGEST_PAUSE_MINUTES)
        else:
            waiting = TaxCalculation.objects.filter(pk=row.pk, state=CalculationState.PENDING)
            answered += waiting.update(
                state=CalculationState.ANSWERED, answer=answer, answered_at=at, last_error="",
                next_attempt_at=None, attempts=row.attempts + 1,
            )  # fmt: skip
    return answered
