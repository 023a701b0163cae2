"""Hand queued mail to the mail server, each at most once. Called outside transactions."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from accounts.enums import MailState
from accounts.gateways.mail import (
    LOST_AFTER,
    Attachment,
    Mail,
    Outcome,
    hand_over_mail,
    problem_reaching,
    wait_after,
)
from accounts.models.mail import QueuedMail
from kernel.refusal import Refusal

Box = TypeVar("Box", bound=QueuedMail)


def nothing_attached(_mail: QueuedMail) -> Sequence[Attachment]:
    return ()


def as_it_stands(mail: QueuedMail) -> Mail:
    return mail


def send_queued_mail(
    *,
    box: type[Box],
    at: datetime,
    limit: int = 100,
    attach: Callable[[Box], Sequence[Attachment]] = nothing_attached,
    written: Callable[[Box], Mail] = as_it_stands,
) -> int:
    """
    How many of a box were sent. Each is claimed and committed before the server hears of it.

    `written` gives the words that leave the house, where the row keeps a secret out of them.

    A server that cannot be reached leaves the mail queued for later. One that answers no is
    recorded as such. When its answer is lost, the mail was perhaps sent and is never repeated by
    itself.
    """
    give_up_lost(box, at=at)
    sent = 0
    for key in waiting(box, at=at, limit=limit):
        connection = get_connection()
        problem = problem_reaching(connection)
        if problem:
            put_off(box, key, problem, at)
            break  # the others would find the same
        mail = claim(box, key, at)
        if mail is not None:
            outcome = hand_over(mail, connection, attach, written)
            mail.state, mail.problem = outcome.state, outcome.problem
            mail.sent_at = at if outcome.state == MailState.SENT else None
            mail.save(update_fields=["state", "problem", "sent_at"])
            mail.answered(at)
            sent += outcome.state == MailState.SENT
        connection.close()
    return sent


def hand_over(
    mail: Box,
    connection: BaseEmailBackend,
    attach: Callable[[Box], Sequence[Attachment]],
    written: Callable[[Box], Mail],
) -> Outcome:
    """A mail whose attachment cannot be given out fails; the server never hears of it."""
    try:
        attached = attach(mail)
    except Refusal as refusal:
        return Outcome(MailState.FAILED, str(refusal)[:300])
    return hand_over_mail(written(mail), connection, attached)


def waiting(box: type[Box], *, at: datetime, limit: int) -> list[UUID]:
    rows = box._default_manager.filter(state=MailState.QUEUED, send_after__lte=at)
    return list(rows.order_by("send_after", "pk").values_list("pk", flat=True)[:limit])


@transaction.atomic
def claim(box: type[Box], key: UUID, at: datetime) -> Box | None:
    """The mail, ours alone from now on; None if others have it, or it is not to be sent now."""
    mail = locked(box, key)
    if mail is None or mail.held_because():
        return None
    if why := mail.moot_because():
        mail.state, mail.problem = MailState.CANCELED, why
        mail.save(update_fields=["state", "problem"])
        return None
    mail.state, mail.claimed_at = MailState.SENDING, at
    mail.try_count += 1
    mail.save(update_fields=["state", "claimed_at", "try_count"])
    return mail


@transaction.atomic
def put_off(box: type[Box], key: UUID, problem: str, at: datetime) -> None:
    mail = locked(box, key)
    if mail is not None:
        mail.try_count += 1
        mail.send_after, mail.problem = at + wait_after(mail.try_count), problem
        mail.save(update_fields=["try_count", "send_after", "problem"])


def locked(box: type[Box], key: UUID) -> Box | None:
    rows = box._default_manager.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(pk=key, state=MailState.QUEUED).first()


def give_up_lost(box: type[Box], *, at: datetime) -> int:
    """Mail whose sender died in between: perhaps sent, in sight of a person."""
    lost = box._default_manager.filter(state=MailState.SENDING, claimed_at__lt=at - LOST_AFTER)
    return lost.update(
        state=MailState.UNKNOWN, problem="The process that sent it stopped before it knew"
    )
