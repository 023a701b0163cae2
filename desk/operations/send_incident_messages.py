"""Hand queued messages of incidents to the mail server, each at most once. Outside transactions."""

from datetime import datetime
from uuid import UUID

from django.core.mail import get_connection
from django.db import transaction

from desk.enums import MailState
from desk.models import IncidentMessage
from dunning.gateways.mail import LOST_AFTER, hand_over_mail, problem_reaching, wait_after


def send_incident_messages(*, at: datetime, limit: int = 100) -> int:
    """
    How many were sent. Each is claimed and committed before the server hears of it.

    One whose answer is lost was perhaps sent and is never repeated by itself.
    """
    give_up_lost(at=at)
    waiting = IncidentMessage.objects.filter(state=MailState.QUEUED, send_after__lte=at)
    sent = 0
    for key in waiting.order_by("send_after", "pk").values_list("pk", flat=True)[:limit]:
        connection = get_connection()
        problem = problem_reaching(connection)
        if problem:
            put_off(key, problem, at)
            break  # the others would find the same
        message = claim(key, at)
        if message:
            outcome = hand_over_mail(message, connection)
            message.state, message.problem = MailState(outcome.state.value), outcome.problem
            message.sent_at = at if message.state == MailState.SENT else None
            message.save(update_fields=["state", "problem", "sent_at"])
            sent += message.state == MailState.SENT
        connection.close()
    return sent


@transaction.atomic
def claim(key: UUID, at: datetime) -> IncidentMessage | None:
    """The message, ours alone from now on; None if others have it."""
    message = locked(key)
    if message is not None:
        message.state, message.claimed_at = MailState.SENDING, at
        message.try_count += 1
        message.save(update_fields=["state", "claimed_at", "try_count"])
    return message


@transaction.atomic
def put_off(key: UUID, problem: str, at: datetime) -> None:
    message = locked(key)
    if message is not None:
        message.try_count += 1
        message.send_after, message.problem = at + wait_after(message.try_count), problem
        message.save(update_fields=["try_count", "send_after", "problem"])


def locked(key: UUID) -> IncidentMessage | None:
    rows = IncidentMessage.objects.select_for_update(skip_locked=True)
    return rows.filter(pk=key, state=MailState.QUEUED).first()


def give_up_lost(*, at: datetime) -> int:
    """Messages whose sender died in between: perhaps sent, in sight of a person."""
    lost = IncidentMessage.objects.filter(state=MailState.SENDING, claimed_at__lt=at - LOST_AFTER)
    return lost.update(
        state=MailState.UNKNOWN, problem="The process that sent it stopped before it knew"
    )
