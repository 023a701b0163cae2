"""The demo shows the codes that its own people's phones would show. Production has no such file."""

import time

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.models import User
from django.core.cache import cache

STEP_SECONDS = 30


def code_to_show(user: User) -> str:
    """A code of this moment, not used yet; empty outside of the demo and for people not of it."""
    flag = settings.DEMO_CODES
    if flag is None or not flag.exists():
        return ""
    if user.get_username() not in flag.read_text().split():
        return ""
    app = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    if app is None:
        return ""
    secret = get_adapter().decrypt(app.data["secret"])
    now = int(time.time()) // STEP_SECONDS
    codes = [format_hotp_value(hotp_value(secret, counter)) for counter in (now, now + 1, now - 1)]
    unused = [one for one in codes if cache.get(f"sign-in:used:{user.pk}:{one}") is None]
    return unused[0] if unused else ""
