"""What follows when somebody signs in, changes a factor or is switched off."""

from typing import Any

from allauth.account.signals import password_changed
from allauth.account.signals import user_logged_in as signed_in_by_allauth
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save
from django.http import HttpRequest
from django.utils import timezone

from accounts.operations.count_sign_in_attempt import forgive_attempts
from accounts.operations.end_sessions import end_sessions
from accounts.views.sign_in.company import keep_what_company_said
from accounts.views.sign_in.middleware import SEEN_AT, SIGNED_IN_AT
from accounts.views.sign_in.trail import note


def begin_session(request: HttpRequest, user: User, **_signal: Any) -> None:
    now = timezone.now()
    request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = now.timestamp()
    forgive_attempts(name=user.get_username(), at=now)


def factor_added(request: HttpRequest, user: User, authenticator: Any, **_signal: Any) -> None:
    note(request, "factor_added", about=user, factor=authenticator.type)


def factor_removed(request: HttpRequest, user: User, authenticator: Any, **_signal: Any) -> None:
    note(request, "factor_removed", about=user, factor=authenticator.type)


def codes_renewed(request: HttpRequest, user: User, **_signal: Any) -> None:
    kind = Authenticator.Type.RECOVERY_CODES
    note(request, "factor_added", about=user, factor=kind)


def told_of_password(request: HttpRequest, user: User, **_signal: Any) -> None:
    note(request, "password_changed", about=user)


def leave_when_switched_off(instance: User, **_signal: Any) -> None:
    if not instance.is_active:
        end_sessions(user=instance)


def watch() -> None:
    """Connect once, when the apps are ready."""
    user_logged_in.connect(begin_session, dispatch_uid="sign-in-begins-session")
    signed_in_by_allauth.connect(keep_what_company_said, dispatch_uid="sign-in-company-said")
    authenticator_added.connect(factor_added, dispatch_uid="sign-in-factor-added")
    authenticator_removed.connect(factor_removed, dispatch_uid="sign-in-factor-removed")
    authenticator_reset.connect(codes_renewed, dispatch_uid="sign-in-codes-renewed")
    password_changed.connect(told_of_password, dispatch_uid="sign-in-password-changed")
    post_save.connect(leave_when_switched_off, sender=User, dispatch_uid="sign-in-switched-off")
