"""Mail a person the link with which they choose their own password. Nobody else learns it."""

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from kernel.refusal import Refusal


class PersonWithoutAddress(Refusal):
    code = "person_without_address"


def mail_password_link(*, user: User) -> None:
    """
    The link works once and for a while (PASSWORD_RESET_TIMEOUT); a newer sign-in ends it too.

    :raises PersonWithoutAddress: nowhere to send it
    :raises OSError: the mail server did not take it
    """
    if not user.email:
        raise PersonWithoutAddress(f"{user} has no e-mail address. Add one first.")
    person = urlsafe_base64_encode(force_bytes(user.pk))
    token = default_token_generator.make_token(user)
    place = reverse("account_password_link", args=[person, token])
    text = render_to_string(
        "account/email/password_link.txt",
        {
            "name": user.get_full_name() or user.get_username(),
            "user_name": user.get_username(),
            "link": f"{settings.BASE_URL.rstrip('/')}{place}",
            "days": settings.PASSWORD_RESET_TIMEOUT // 86_400,
        },
    )
    send_mail("Seatledger: choose your password", text, None, [user.email])
