"""The link of an invitation: derived when it is sent, recognized by its digest, written down nowhere."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac

from billing.enums import InvitationMailKind
from billing.models import InvitationMail
from billing.models.invitation_mail import LINK_PLACE

SALT = "billing.invitation"
ID_BYTES = 16
SEAL_BYTES = 32
AN_HOUR = timedelta(hours=1)


@dataclass
class LinkedMail:
    """The mail of a row with its link filled in, on its way out."""

    subject: str
    text: str
    html: str
    to: list[str]
    reply_to: str
    message_id: str


def with_link(mail: InvitationMail) -> LinkedMail:
    """An invitation's own link, made for this sending; a note goes out as it stands."""
    link = LINK_PLACE
    if mail.kind == InvitationMailKind.INVITE:
        link = invitation_url(invitation_token(mail.invitation_id, mail.number - 1))
    return LinkedMail(
        subject=mail.subject,
        text=mail.text.replace(LINK_PLACE, link),
        html=mail.html.replace(LINK_PLACE, link),
        to=mail.to,
        reply_to=mail.reply_to,
        message_id=mail.message_id,
    )


def invitation_token(invitation_id: UUID, issue: int) -> str:
    """
    The secret of an invitation's link: its id and a seal only we can make.

    `issue` counts how often the link was sent anew; each issue has a link of its own.
    """
    return urlsafe_b64encode(invitation_id.bytes + seal(invitation_id, issue)).decode()


def seal(invitation_id: UUID, issue: int) -> bytes:
    return salted_hmac(SALT, f"{invitation_id.hex}/{issue}", algorithm="sha256").digest()


def onward_token(invitation_id: UUID, issue: int, *, at: datetime) -> str:
    """
    Stands for the link for an hour, while its reader signs in: pages to return to are written down.
    """
    said = {"for": invitation_id.hex, "issue": issue, "until": int((at + AN_HOUR).timestamp())}
    return signing.dumps(said, salt=SALT)


def read_onward_token(token: str, *, at: datetime) -> tuple[UUID, int] | None:
    """The invitation and the issue of its link, while the hour lasts."""
    try:
        said = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    is_over = at.timestamp() > said["until"]
    return None if is_over else (UUID(hex=said["for"]), said["issue"])


def token_digest(token: str) -> str:
    """What is kept of a token: SHA-256, in hexadecimal digits."""
    return sha256(token.encode()).hexdigest()


def invitation_url(token: str) -> str:
    return settings.BASE_URL.rstrip("/") + reverse("portal:invitation", args=[token])


def read_token(token: str) -> UUID | None:
    """The id a token speaks of, its seal unchecked; None for what we never wrote."""
    try:
        raw = urlsafe_b64decode(token.encode())
    except (Error, ValueError):
        return None
    return UUID(bytes=raw[:ID_BYTES]) if len(raw) == ID_BYTES + SEAL_BYTES else None


def is_older_issue(token: str, invitation_id: UUID, *, before: int) -> bool:
    """Whether it is one of the first issues of the invitation's link."""
    issued = (invitation_token(invitation_id, issue) for issue in range(before))
    return any([hmac.compare_digest(one.encode(), token.encode()) for one in issued])
