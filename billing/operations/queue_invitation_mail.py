"""Write the mail of an invitation: to who is invited, and notes back to who invited."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from uuid6 import uuid7

from accounts.gateways.mail import message_id_for
from accounts.models import BillingOwner, Grantee
from billing.documents import formats
from billing.documents.letter import Letter, letter_language, write_letter
from billing.enums import InvitationMailKind, InvitationReserves
from billing.models import Invitation, InvitationMail
from billing.models.invitation_mail import LINK_PLACE
from kernel.refusal import Refusal

QUIET = timedelta(hours=1)
ROLE_WORDS = {
    "en": {
        "group_administrator": "group administrator",
        "billing_administrator": "billing administrator",
    },
    "de": {
        "group_administrator": "Gruppenverwalterin oder Gruppenverwalter",
        "billing_administrator": "Verwaltung der Abrechnung",
    },
}
ENDED_WORDS = {
    "en": {
        "revoked": "it was taken back",
        "expired": "it has expired",
        "pending": "it has expired",
    },
    "de": {
        "revoked": "sie wurde zurückgenommen",
        "expired": "sie ist abgelaufen",
        "pending": "sie ist abgelaufen",
    },
}


class AskedAlready(Refusal):
    code = "invitation_asked_already"

    def __init__(self) -> None:
        super().__init__(
            "A message was sent within the last hour. Give the person a moment to answer."
        )


def queue_invitation_mail(*, invitation: Invitation, at: datetime) -> InvitationMail:
    """The invitation itself; its link is filled in when it is sent and stands in no row."""
    words = {
        **shared_words(invitation),
        "name": invitation.name,
        "role": invitation.role,
        "reserved": invitation.reserves != InvitationReserves.NONE,
        "link": LINK_PLACE,
    }
    letter = write_letter(
        InvitationMailKind.INVITE, language=invitation.customer.language, words=words
    )
    return written(
        invitation, InvitationMailKind.INVITE, letter,
        to=invitation.email, reply_to=invitation.invited_by.email, at=at,
    )  # fmt: skip


def ask_inviter(
    *, invitation: Invitation, kind: InvitationMailKind, person: str, at: datetime
) -> InvitationMail | None:
    """
    A note to who invited, at most one of a kind an hour; None where they have no address.

    `person`: the address of whoever asks.

    :raises AskedAlready: within the hour
    """
    asked = InvitationMail.objects.filter(
        invitation=invitation, kind=kind, queued_at__gt=at - QUIET
    )
    if asked.exists():
        raise AskedAlready
    if not invitation.invited_by.email:
        return None
    words = {
        **shared_words(invitation),
        "person": person,
        "why": ENDED_WORDS[letter_language(invitation.customer.language)].get(invitation.state, ""),
        "link": managing_url(invitation),
    }
    letter = write_letter(kind, language=invitation.customer.language, words=words)
    return written(invitation, kind, letter, to=invitation.invited_by.email, reply_to=person, at=at)


def managing_url(invitation: Invitation) -> str:
    path = reverse("portal:invitation_new", args=[invitation.customer_id])
    return f"{settings.BASE_URL.rstrip('/')}{path}?again={invitation.pk}"


def shared_words(invitation: Invitation) -> dict[str, object]:
    customer = invitation.customer
    language = letter_language(customer.language)
    return {
        "customer": customer.legal_name,
        "inviter": name_of_inviter(invitation),
        "email": invitation.email,
        "group": invitation.group.name if invitation.group else "",
        "role_words": ROLE_WORDS[language].get(invitation.role, ""),
        "seat_type": invitation.seat_type.name if invitation.seat_type else "",
        "until": formats.long_date(
            invitation.expires_at.astimezone(ZoneInfo(customer.time_zone)).date(),
            locale=formats.document_locale(language=customer.language, paper=customer.paper),
        ),
    }


def name_of_inviter(invitation: Invitation) -> str:
    """What the company calls whoever invited, else what the person says; an address at the least."""
    by, customer_id = invitation.invited_by, invitation.customer_id
    paying = BillingOwner.objects.filter(user=by, customer=customer_id).values_list(
        "name", flat=True
    )
    using = Grantee.objects.filter(user=by, memberships__customer=customer_id).exclude(name="")
    known = paying.first() or using.values_list("name", flat=True).first()
    return str(known or by.get_full_name() or by.email or by.get_username())


def written(
    invitation: Invitation,
    kind: InvitationMailKind,
    letter: Letter,
    *,
    to: str,
    reply_to: str,
    at: datetime,
) -> InvitationMail:
    key = uuid7()
    number = InvitationMail.objects.filter(invitation=invitation, kind=kind).count() + 1
    return InvitationMail.objects.create(
        id=key, invitation=invitation, kind=kind, number=number, language=letter.language,
        to=[to], reply_to=reply_to, subject=letter.subject, text=letter.text, html=letter.html,
        message_id=message_id_for(key), queued_at=at, send_after=at,
    )  # fmt: skip
