"""Questions to services outside that wait in a table: claimed for one hand, put off when unanswered."""

import logging
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from tax.models import TaxCalculation, TaxIdCheck

CLAIMED_FOR = timedelta(minutes=5)
PENDING = "pending"
Question = TypeVar("Question", TaxIdCheck, TaxCalculation)
logger = logging.getLogger(__name__)


@transaction.atomic
def claim_questions(*, rows: QuerySet[Question], at: datetime, limit: int) -> list[Question]:
    """
    Due questions, put off for the time a call may take, so that two hands ask once.

    A hand that dies before it stores the answer loses nothing: the claim runs out.
    """
    due = list(
        rows.select_for_update(skip_locked=True, of=("self",))
        .filter(state=PENDING, next_attempt_at__lte=at)
        .order_by("next_attempt_at", "pk")[:limit]
    )
    claimed = rows.filter(pk__in=[one.pk for one in due])
    claimed.update(next_attempt_at=at + CLAIMED_FOR)
    return due


def put_off(
    *, question: TaxIdCheck | TaxCalculation, problem: Exception, at: datetime, longest_minutes: int
) -> None:
    """Twice the pause each time; an answer recorded meanwhile stands."""
    pause = min(2**question.attempts, longest_minutes)
    waiting = type(question)._default_manager.filter(pk=question.pk, state=PENDING)
    waiting.update(
        attempts=question.attempts + 1,
        last_error=str(problem)[:300],
        next_attempt_at=at + timedelta(minutes=pause),
    )
    logger.warning(
        "%s %s: %s; asked again in %s minutes",
        type(question).__name__, question.pk, problem, pause,
    )  # fmt: skip
