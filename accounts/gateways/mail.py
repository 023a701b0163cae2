"""The mail server: whether it listens, and what became of one message handed to it."""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from accounts.enums import MailState

LOST_AFTER = timedelta(minutes=15)
FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=6)
REFUSED = (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError)


Attachment = tuple[str, bytes, str]  # file name, content, media type


class Mail(Protocol):
    """A message as it is sent."""

    subject: str
    text: str
    html: str
    to: list[str]
    reply_to: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Sent, failed, or unknown: perhaps sent. `problem` says why not, in the library's words."""

    state: MailState
    problem: str = ""


def message_id_for(key: UUID) -> str:
    """The Message-ID of a mail we wrote, in the domain of its sender."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{key}@{domain}>"


def problem_reaching(connection: BaseEmailBackend) -> str:
    """Empty when the server listens. Nothing was said to it yet, so trying again is safe."""
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return f"{type(error).__name__}: {error}"[:300]
    return ""


def wait_after(tries: int) -> timedelta:
    """How long to leave a server alone that could not be reached so many times."""
    factor: int = 2 ** min(tries - 1, 10)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)


def hand_over_mail(
    mail: Mail, connection: BaseEmailBackend, attachments: Sequence[Attachment] = ()
) -> Outcome:
    """Tell the server once; what it answered, or that its answer is not known."""
    message = EmailMultiAlternatives(
        subject=mail.subject,
        body=mail.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=mail.to,
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    message.attach_alternative(mail.html, "text/html")
    for name, content, media_type in attachments:
        message.attach(name, content, media_type)
    try:
        message.send()
    except REFUSED as error:
        return Outcome(MailState.FAILED, f"{type(error).__name__}: {error}"[:300])
    except Exception as error:  # whatever a provider's library raises: what it did is not known
        return Outcome(MailState.UNKNOWN, f"{type(error).__name__}: {error}"[:300])
    return Outcome(MailState.SENT)
