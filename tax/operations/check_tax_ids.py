"""Ask the register about tax ids that wait, outside any transaction, and keep its answers."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from tax.calc.fact_book import EU_VAT_AREA
from tax.enums import TaxIdCheckState, TaxIdRegister
from tax.gateways.vies import RegisterAnswer, RegisterUnavailable, ask_vies
from tax.models import SellerAssignment, TaxIdCheck

CLAIMED_FOR = timedelta(minutes=5)
LONGEST_PAUSE_MINUTES = 360
logger = logging.getLogger(__name__)


def check_tax_ids(*, url: str, timeout_seconds: float, at: datetime, limit: int = 20) -> int:
    """
    Ask about up to `limit` numbers of the EU; returns how many were answered.

    Numbers of other countries have no register to ask: they wait for a person. A hand that dies
    between asking and storing loses nothing: the claim runs out and the question is asked again.
    """
    answered = 0
    for check in claim(at=at, limit=limit):
        try:
            answer = ask_vies(
                url=url,
                country=check.country,
                number=check.number,
                requester=requester_of(check),
                timeout_seconds=timeout_seconds,
            )
        except RegisterUnavailable as problem:
            postpone(check, problem, at=at)
        else:
            answered += store(check, answer, at=at)
    return answered


@transaction.atomic
def claim(*, at: datetime, limit: int) -> list[TaxIdCheck]:
    """Due questions, put off for the time a call may take, so that two hands ask once."""
    due = list(
        TaxIdCheck.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=TaxIdCheckState.PENDING, next_attempt_at__lte=at, country__in=EU_VAT_AREA)
        .order_by("next_attempt_at", "pk")[:limit]
    )
    TaxIdCheck.objects.filter(pk__in=[one.pk for one in due]).update(
        next_attempt_at=at + CLAIMED_FOR
    )
    return due


def requester_of(check: TaxIdCheck) -> str:
    """The VAT id of the seller that will rely on the answer."""
    numbers = SellerAssignment.objects.filter(customer=check.customer_id)
    return numbers.values_list("billing_entity__vat_id", flat=True).first() or ""


def postpone(check: TaxIdCheck, problem: RegisterUnavailable, *, at: datetime) -> None:
    """Twice the pause each time, six hours at most; an answer recorded meanwhile stands."""
    pause = min(2**check.attempts, LONGEST_PAUSE_MINUTES)
    waiting = TaxIdCheck.objects.filter(pk=check.pk, state=TaxIdCheckState.PENDING)
    waiting.update(
        attempts=check.attempts + 1,
        last_error=str(problem)[:300],
        next_attempt_at=at + timedelta(minutes=pause),
    )
    logger.warning("tax id check %s: %s; asked again in %s minutes", check.pk, problem, pause)


def store(check: TaxIdCheck, answer: RegisterAnswer, *, at: datetime) -> int:
    """1 if the answer was kept, 0 if a person was faster."""
    waiting = TaxIdCheck.objects.filter(pk=check.pk, state=TaxIdCheckState.PENDING)
    return waiting.update(
        state=TaxIdCheckState.VALID if answer.is_valid else TaxIdCheckState.INVALID,
        register=TaxIdRegister.VIES,
        answered_at=at,
        next_attempt_at=None,
        attempts=check.attempts + 1,
        last_error="",
        consultation_number=answer.consultation_number[:100],
        name=answer.name[:300],
        address=answer.address[:500],
        answer=answer.whole,
    )
