"""What a session has proved: a second factor at all, and anything again just now."""

import time

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest

FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]
PROVED_BY_COMPANY = "second_factor_proved_by_company"
COMPANY_ASKED_AT = "company_asked_at"
VOUCHED_BY = "vouched_by"  # customers' issuers that this session was opened through


def has_factor(user: User | AnonymousUser) -> bool:
    return bool(is_mfa_enabled(user, FACTORS))


def second_factor_proved(request: HttpRequest) -> bool:
    """Whether this session was opened, or later confirmed, with a second factor."""
    if request.session.get(PROVED_BY_COMPANY):
        return True
    return any(one["method"] == "mfa" for one in records(request))


def proved_recently(request: HttpRequest) -> bool:
    """
    Whether the person proved who they are within STEP_UP_MINUTES; signing in counts.

    The strongest thing they have must be what they proved: a factor, else the password, else the
    company's issuer, whose word counts only with the time at which it asked the person.
    """
    if not request.user.is_authenticated:
        return False
    if has_factor(request.user):
        return proved_by(request, "mfa")
    if request.user.has_usable_password():
        return proved_by(request, "password")
    return is_recent(request.session.get(COMPANY_ASKED_AT, 0))


def may_enroll(request: HttpRequest) -> bool:
    """A first factor is added right after signing in; another one only after the first was proved."""
    if has_factor(request.user):
        return proved_recently(request)
    return any(is_recent(one["at"]) for one in records(request))


def proved_by(request: HttpRequest, method: str) -> bool:
    return any(one["method"] == method and is_recent(one["at"]) for one in records(request))


def note_factor_proved(request: HttpRequest, kind: str) -> None:
    """A factor was used in another way than to sign in."""
    record_authentication(request, request.user, "mfa", type=kind, reauthenticated=True)


def records(request: HttpRequest) -> list[dict]:
    user = request.user if request.user.is_authenticated else None
    told: list[dict] = get_authentication_records(request, user)
    return told


def is_recent(at: float) -> bool:
    return time.time() - at < settings.STEP_UP_MINUTES * 60


def is_vouched_for(request: HttpRequest, provider_id: str) -> bool:
    """Whether this session was opened through a customer's own issuer."""
    return provider_id in request.session.get(VOUCHED_BY, [])
