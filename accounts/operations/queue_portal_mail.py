"""Write mail to customers' people about coming in, and hand it to the mail server."""

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from uuid import UUID

from django.conf import settings
from uuid6 import uuid7

from accounts.documents.letter import write_letter
from accounts.enums import PortalMailKind
from accounts.gateways.mail import message_id_for
from accounts.gateways.sealed import seal, unseal
from accounts.models import PortalMail
from accounts.operations.send_queued_mail import send_queued_mail

LINK_PLACE = "%link%"
PURPOSE = "link in a mail"


def queue_portal_mail(
    *,
    kind: PortalMailKind,
    to: str,
    language: str,
    path: str,
    words: Mapping[str, object],
    at: datetime,
    customer_id: UUID | None = None,
    reply_to: str = "",
) -> PortalMail:
    """One e-mail. `path` leads into the portal; it may hold a secret and stands in no row in clear."""
    letter = write_letter(
        kind, folder="portal/mail", language=language, words={**words, "link": LINK_PLACE}
    )
    key = uuid7()
    return PortalMail.objects.create(
        id=key, kind=kind, customer_id=customer_id, language=letter.language, to=[to],
        reply_to=reply_to, subject=letter.subject, text=letter.text, html=letter.html,
        sealed_link=seal(f"{settings.BASE_URL.rstrip('/')}{path}", purpose=PURPOSE),
        message_id=message_id_for(key), queued_at=at, send_after=at,
    )  # fmt: skip


def send_portal_mail(*, at: datetime) -> int:
    """How many were sent. Outside transactions."""
    return send_queued_mail(box=PortalMail, at=at, written=with_link)


def with_link(mail: PortalMail) -> PortalMail:
    """As it leaves the house; never saved."""
    link = unseal(mail.sealed_link, purpose=PURPOSE)
    filled = copy(mail)
    filled.text = mail.text.replace(LINK_PLACE, link)
    filled.html = mail.html.replace(LINK_PLACE, link)
    return filled
