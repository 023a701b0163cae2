"""Record a customer's promise to pay: the case rests until the money can have arrived."""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from dunning.calc.moments import local_day, local_moment, weekday_from
from dunning.models import CaseReceivable, Promise
from dunning.operations.lock_case import lock_running_case
from dunning.operations.pause_case import pause_case
from dunning.operations.refusals import PauseOver, PromiseTooMuch
from kernel.money import Money

BANK_DAYS = 2
MORNING = 9


@transaction.atomic
def promise_payment(
    *,
    case_id: UUID,
    amount_minor: int,
    by_date: date,
    words: str,
    at: datetime,
    by: User | None = None,
) -> Promise:
    """
    `by_date` is a day in the customer's zone; two bank days are added before anything goes on.

    :raises PromiseTooMuch: if the amount is not above zero or more than is open
    :raises PauseOver: if the day has passed
    :raises PauseTooLong: if the day is more than 90 days away
    :raises CaseClosed: if the case is closed
    :raises CaseNotRunning: if it was handed over
    """
    case = lock_running_case(case_id)
    rows = CaseReceivable.objects.filter(case=case)
    open_minor = sum(rows.values_list("receivable__open_minor", flat=True))
    if not 0 < amount_minor <= open_minor:
        raise PromiseTooMuch(
            f"{Money(open_minor, case.currency)} {case.currency} is open; "
            "write down a promise of that or less, above zero."
        )
    zone = case.customer.time_zone
    if by_date < local_day(at, zone):
        raise PauseOver("The promised day has passed. Choose today or a later day.")
    pause = pause_case(
        case_id=case_id,
        until=local_moment(after_bank_days(by_date), MORNING, zone),
        reason=f"Promised to pay by {by_date.isoformat()}",
        at=at,
        by=by,
    )
    return Promise.objects.create(
        case=case, amount_minor=amount_minor, by_date=by_date, pause=pause, promised_at=at,
        words=words.strip()[:300], recorded_by=by,
    )  # fmt: skip


def after_bank_days(day: date) -> date:
    for _ in range(BANK_DAYS):
        day = weekday_from(day + timedelta(days=1))
    return day
