"""What the clock does to undecided requests: remind, escalate, expire."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from accounts.enums import ExceptionState, Verdict
from accounts.models import ExceptionRequest
from accounts.operations.decide_exception import decide_exception, lock_exception
from accounts.operations.mail_staff import mail_staff
from kernel.stage import StageOutcome


@transaction.atomic
def tend_exceptions(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Expire what nobody decided in its time, escalate what is late, remind of what soon will be.

    Mail goes out once the transaction has ended, at most once.
    """
    for key in keys:
        asked = lock_exception(key)
        if asked.expires_at <= at:
            decide_exception(
                request_id=key, verdict=Verdict.EXPIRE, reason="Nobody decided in time", at=at
            )
        elif asked.state == ExceptionState.REQUESTED:
            hurry(asked, at=at)
    return StageOutcome(passed=len(keys), refused=0)


def hurry(asked: ExceptionRequest, *, at: datetime) -> None:
    """Past its target time the stand-in may decide too; before, those who may are reminded once."""
    roles = [asked.rule.role]
    is_late = asked.target_at <= at
    if is_late and asked.escalated_at is None:
        decide_exception(
            request_id=asked.pk, verdict=Verdict.ESCALATE, reason="Past its target time", at=at
        )
        roles.append(asked.rule.stand_in)
    ExceptionRequest.objects.filter(pk=asked.pk).update(reminded_at=at)
    people = User.objects.filter(groups__name__in=roles, is_active=True).exclude(email="")
    addresses = list(
        people.exclude(exceptions_asked=asked).values_list("email", flat=True).distinct()
    )
    transaction.on_commit(partial(remind, asked.pk, addresses, is_late))


def remind(request_id: UUID, addresses: Sequence[str], is_late: bool) -> None:
    """The request stays in sight, whether the mail arrives or not."""
    asked = ExceptionRequest.objects.get(pk=request_id)
    until = f"{asked.target_at:%Y-%m-%d %H:%M} UTC"
    what = f"{asked.get_kind_display()} {asked.number}"
    subject = f"{what} is late" if is_late else f"{what} waits for a decision until {until}"
    text = f"{subject}.\n\n{asked.reason}\n\n{settings.BASE_URL}/desk/approvals/{asked.number}/\n"
    mail_staff(addresses=addresses, subject=subject, text=text)
