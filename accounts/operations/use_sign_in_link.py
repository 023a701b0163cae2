"""Recognize a link of a mail, and use it up."""

from datetime import datetime

from django.db import transaction

from accounts.documents.one_time_link import digest_of_token
from accounts.models import SignInLink
from kernel.refusal import Refusal


class LinkUnknown(Refusal):
    code = "sign_in_link_unknown"


class LinkUsed(Refusal):
    code = "sign_in_link_used"


class LinkExpired(Refusal):
    code = "sign_in_link_expired"


class PersonSwitchedOff(Refusal):
    code = "person_switched_off"


def look_at_link(*, token: str, at: datetime) -> SignInLink:
    """
    The link, still to be used. Looking changes nothing: machines open links that come by mail.

    :raises LinkUnknown: we wrote no such link, or long ago
    :raises LinkUsed: somebody signed in with it
    :raises LinkExpired: its time is over
    :raises PersonSwitchedOff: the person may not sign in any more
    """
    return checked(SignInLink.objects.filter(token_digest=digest_of_token(token)).first(), at)


@transaction.atomic
def use_sign_in_link(*, token: str, at: datetime) -> SignInLink:
    """
    Use it up, and with it every other link of the person. Of many at once, one signs in.

    :raises Refusal: as look_at_link does
    """
    rows = SignInLink.objects.select_for_update(of=("self",))
    link = checked(rows.filter(token_digest=digest_of_token(token)).first(), at)
    SignInLink.objects.filter(user=link.user, used_at=None).update(used_at=at)
    return link


def checked(link: SignInLink | None, at: datetime) -> SignInLink:
    if link is None:
        raise LinkUnknown("This link is not known here. Ask for a new one.")
    if link.used_at is not None:
        raise LinkUsed("This link was used already. Ask for a new one.")
    if at >= link.expires_at:
        raise LinkExpired("This link is too old. Ask for a new one.")
    user = link.user
    if not user.is_active or user.is_staff:
        raise PersonSwitchedOff("This account is switched off. Ask your billing owner.")
    return link
