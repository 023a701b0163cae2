"""Collect: write down whom to charge for what. Asking the gateway comes later, outside any transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F

from billing.enums import OPEN_ATTEMPTS, AttemptTrigger
from billing.models import PaymentAttempt, PaymentMethod, Receivable
from billing.operations.allocate_credit import lock_receivable
from billing.operations.record_payment import lock_accounts
from kernel.refusal import Refusal
from kernel.stage import StageOutcome


class NothingOpen(Refusal):
    code = "nothing_open"


class PaymentMethodMissing(Refusal):
    code = "payment_method_missing"


class AttemptOpen(Refusal):
    code = "payment_attempt_open"


@transaction.atomic
def start_attempts(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    One attempt for each of these receivables that is due, open and has a method to charge.

    Without a method it is taken off the list: recovery, or a person, decides what comes next.
    """
    lock_accounts(Receivable.objects.filter(pk__in=keys).values_list("customer_id", flat=True))
    due = list(
        Receivable.objects.filter(pk__in=keys, open_minor__gt=0, next_attempt_at__lte=at)
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    methods = default_methods({one.customer_id for one in due})
    waiting = PaymentAttempt.objects.filter(receivable__in=due, state__in=OPEN_ATTEMPTS)
    taken = set(waiting.values_list("receivable_id", flat=True))
    ready = [one for one in due if one.pk not in taken and one.customer_id in methods]
    PaymentAttempt.objects.bulk_create(
        [
            new_attempt(
                receivable=one,
                method=methods[one.customer_id],
                trigger=AttemptTrigger.RECOVERY if one.first_failed_at else AttemptTrigger.ISSUE,
                at=at,
            )
            for one in ready
        ]
    )
    Receivable.objects.filter(pk__in=[one.pk for one in due]).update(next_attempt_at=None)
    Receivable.objects.filter(pk__in=[one.pk for one in ready]).update(
        attempt_count=F("attempt_count") + 1
    )
    return StageOutcome(passed=len(due), refused=0)


def default_methods(customer_ids: set[UUID]) -> dict[UUID, PaymentMethod]:
    methods = PaymentMethod.objects.filter(customer__in=customer_ids, is_default=True)
    return {one.customer_id: one for one in methods}


def new_attempt(
    *,
    receivable: Receivable,
    method: PaymentMethod,
    trigger: AttemptTrigger,
    at: datetime,
    by: User | None = None,
) -> PaymentAttempt:
    return PaymentAttempt(
        customer_id=receivable.customer_id, receivable=receivable,
        number=receivable.attempt_count + 1, trigger=trigger, payment_method=method,
        currency=receivable.currency, amount_minor=receivable.open_minor, started_at=at, ask_at=at,
        requested_by=by,
    )  # fmt: skip


@transaction.atomic
def start_attempt(
    *, receivable_id: UUID, trigger: AttemptTrigger, at: datetime, by: User | None = None
) -> PaymentAttempt:
    """
    Charge what is open on one invoice now, because somebody asks for it.

    :raises NothingOpen: if it is settled
    :raises PaymentMethodMissing: if the customer has no default payment method
    :raises AttemptOpen: if an attempt has no answer yet
    """
    receivable = lock_receivable(receivable_id)
    if not receivable.open_minor:
        raise NothingOpen("Nothing is open on this invoice.")
    if PaymentAttempt.objects.filter(receivable=receivable, state__in=OPEN_ATTEMPTS).exists():
        raise AttemptOpen(
            "An attempt for this invoice has no answer yet. Wait for it, so that nobody is "
            "charged twice."
        )
    method = default_methods({receivable.customer_id}).get(receivable.customer_id)
    if method is None:
        raise PaymentMethodMissing(
            "The customer has no payment method. Send a link to pay, or ask for a transfer."
        )
    attempt = new_attempt(receivable=receivable, method=method, trigger=trigger, at=at, by=by)
    attempt.save()
    Receivable.objects.filter(pk=receivable.pk).update(
        attempt_count=F("attempt_count") + 1, next_attempt_at=None
    )
    return attempt
