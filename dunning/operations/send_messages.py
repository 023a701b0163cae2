"""Hand queued messages to the mail server, each at most once. Called outside transactions."""

import smtplib
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from dunning.enums import CaseState, MessageState
from dunning.models import DunningCase, Message

LOST_AFTER = timedelta(minutes=15)
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)


def send_messages(*, at: datetime, limit: int = 100) -> int:
    """
    How many were sent. Each is claimed and committed before the server hears of it.

    A server that cannot be reached leaves the message queued for later. One that answers no is
    recorded as such. When its answer is lost, the message was perhaps sent and is never repeated
    by itself.
    """
    give_up_lost(at=at)
    sent = 0
    for key in waiting(at, limit):
        connection = get_connection()
        problem = problem_reaching(connection)
        if problem:
            put_off(key, problem, at)
            break  # the others would find the same
        message = claim(key, at)
        if message:
            sent += hand_over_mail(message, connection, at)
        connection.close()
    return sent


def waiting(at: datetime, limit: int) -> list[UUID]:
    rows = Message.objects.filter(state=MessageState.QUEUED, send_after__lte=at)
    return list(rows.order_by("send_after", "pk").values_list("pk", flat=True)[:limit])


def problem_reaching(connection: BaseEmailBackend) -> str:
    """Empty when the server listens. Nothing was said to it yet, so trying again is safe."""
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return f"{type(error).__name__}: {error}"[:300]
    return ""


@transaction.atomic
def claim(key: UUID, at: datetime) -> Message | None:
    """The message, ours alone from now on; None if others have it or its case is closed or paused."""
    message = (
        Message.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("case")
        .filter(pk=key, state=MessageState.QUEUED)
        .first()
    )
    if message is None or message.case.state == CaseState.PAUSED:
        return None
    if message.case.state == CaseState.CLOSED:
        message.state, message.problem = MessageState.CANCELED, "Settled before it was sent"
        message.save(update_fields=["state", "problem"])
        return None
    message.state, message.claimed_at = MessageState.SENDING, at
    message.try_count += 1
    message.save(update_fields=["state", "claimed_at", "try_count"])
    return message


def hand_over_mail(message: Message, connection: BaseEmailBackend, at: datetime) -> bool:
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=message.to,
        reply_to=[message.reply_to] if message.reply_to else None,
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    mail.attach_alternative(message.html, "text/html")
    try:
        mail.send()
    except REFUSED as error:
        note(message, MessageState.FAILED, at, f"{type(error).__name__}: {error}")
        return False
    except Exception as error:  # whatever a provider's library raises: what it did is not known
        note(message, MessageState.UNKNOWN, at, f"{type(error).__name__}: {error}")
        return False
    note(message, MessageState.SENT, at, "")
    return True


def note(message: Message, state: MessageState, at: datetime, problem: str) -> None:
    """What became of it; its case is looked at again, because the next step may wait for it."""
    message.state, message.problem = state, problem[:300]
    message.sent_at = at if state == MessageState.SENT else None
    message.save(update_fields=["state", "problem", "sent_at"])
    DunningCase.objects.filter(
        pk=message.case_id, state__in=[CaseState.OPEN, CaseState.PAUSED]
    ).update(look_at=at)


def put_off(key: UUID, problem: str, at: datetime) -> None:
    with transaction.atomic():
        message = Message.objects.select_for_update(skip_locked=True).filter(
            pk=key, state=MessageState.QUEUED
        )
        for one in message:
            one.try_count += 1
            wait = min(FIRST_WAIT * 2 ** min(one.try_count - 1, 10), LONGEST_WAIT)
            one.send_after, one.problem = at + wait, problem
            one.save(update_fields=["try_count", "send_after", "problem"])


def give_up_lost(*, at: datetime) -> int:
    """Messages whose sender died in between: perhaps sent, in sight of a person."""
    lost = Message.objects.filter(state=MessageState.SENDING, claimed_at__lt=at - LOST_AFTER)
    return lost.update(
        state=MessageState.UNKNOWN, problem="The process that sent it stopped before it knew"
    )
