"""A signed-in client that proved just now who it is, as a page that asks for a step-up wants it."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.test import Client

OF_USER = "account_authentication_methods_user"


def prove_now(client: Client, *, seconds_ago: int = 0) -> None:
    """As if the strongest thing the person has was asked for and given."""
    session = client.session
    request = HttpRequest()
    request.session = session
    user = get_user(request)
    if not user.has_usable_password() and not is_mfa_enabled(user):
        user.set_password("a-long-password-for-tests")
        user.save()
        client.force_login(user)
        session = client.session
    method = "mfa" if is_mfa_enabled(user) else "password"
    proved = {"method": method, "at": time.time() - seconds_ago, "reauthenticated": True}
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [proved]
    session[OF_USER] = str(user.pk)
    session.save()
