"""Mail a person a link that signs them in. Whether there is such a person, the asker does not learn."""

from datetime import datetime, timedelta

from django.db import transaction
from django.urls import reverse

from accounts.documents.one_time_link import digest_of_token, new_token
from accounts.enums import PortalMailKind
from accounts.models import PortalMail, SignInLink
from accounts.operations.person_with_address import people_with_address
from accounts.operations.queue_portal_mail import queue_portal_mail

LIVES = timedelta(minutes=15)
KEPT = timedelta(days=7)


@transaction.atomic
def ask_sign_in_link(*, email: str, at: datetime, onward: str = "", language: str = "en") -> bool:
    """
    Whether a mail was written: only to an active person who is not staff. Tell nobody.

    `onward` is the page of ours to go to afterwards. Links and mails of a week ago are removed.
    """
    SignInLink.objects.filter(asked_at__lt=at - KEPT).delete()
    PortalMail.objects.filter(kind=PortalMailKind.SIGN_IN_LINK, queued_at__lt=at - KEPT).delete()
    found = people_with_address(email.strip().lower())
    if len(found) != 1 or not found[0].is_active or found[0].is_staff:
        return False
    person = found[0]
    token = new_token()
    SignInLink.objects.create(
        user=person, token_digest=digest_of_token(token), asked_at=at, expires_at=at + LIVES,
        onward=onward[:300],
    )  # fmt: skip
    queue_portal_mail(
        kind=PortalMailKind.SIGN_IN_LINK,
        to=person.email or person.get_username(),
        language=language,
        path=reverse("portal:link", args=[token]),
        words={"name": person.get_full_name(), "minutes": int(LIVES.total_seconds() // 60)},
        at=at,
    )
    return True
