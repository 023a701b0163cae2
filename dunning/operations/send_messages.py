"""Hand queued messages to the mail server, each at most once. Called outside transactions."""

from datetime import datetime
from uuid import UUID

from django.core.mail import get_connection
from django.db import transaction

from dunning.enums import CaseState, MessageState
from dunning.gateways.mail import (
    LOST_AFTER,
    Outcome,
    hand_over_mail,
    problem_reaching,
    wait_after,
)
from dunning.models import DunningCase, Message


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
            outcome = hand_over_mail(message, connection)
            note(message, outcome, at)
            sent += outcome.state == MessageState.SENT
        connection.close()
    return sent


def waiting(at: datetime, limit: int) -> list[UUID]:
    rows = Message.objects.filter(state=MessageState.QUEUED, send_after__lte=at)
    return list(rows.order_by("send_after", "pk").values_list("pk", flat=True)[:limit])


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


def note(message: Message, outcome: Outcome, at: datetime) -> None:
    """What became of it; its case is looked at again, because the next step may wait for it."""
    message.state, message.problem = outcome.state, outcome.problem
    message.sent_at = at if outcome.state == MessageState.SENT else None
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
            one.send_after, one.problem = at + wait_after(one.try_count), problem
            one.save(update_fields=["try_count", "send_after", "problem"])


def give_up_lost(*, at: datetime) -> int:
    """Messages whose sender died in between: perhaps sent, in sight of a person."""
    lost = Message.objects.filter(state=MessageState.SENDING, claimed_at__lt=at - LOST_AFTER)
    return lost.update(
        state=MessageState.UNKNOWN, problem="The process that sent it stopped before it knew"
    )
