"""Signing in and out, and the attempts that failed, as Django tells of them."""

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

from accounts.enums import AuditAction
from accounts.operations.record_audit import NOBODY, record_audit
from config.audit.requests import asked_by


def signed_in(request: HttpRequest, user: Any, **_signal: Any) -> None:
    note(request, actor=user, action=AuditAction.SIGNED_IN, user=user)


def signed_out(request: HttpRequest, user: Any, **_signal: Any) -> None:
    if user is not None:
        note(request, actor=user, action=AuditAction.SIGNED_OUT, user=user)


def sign_in_failed(
    credentials: dict[str, Any], request: HttpRequest | None = None, **_signal: Any
) -> None:
    """A name nobody has is not written down: people type their password into that box."""
    given = str(credentials.get("username") or credentials.get("email") or "")
    people = get_user_model()._default_manager
    user = people.filter(username=given).first() or people.filter(email__iexact=given).first()
    note(request, actor=NOBODY, action=AuditAction.SIGN_IN_FAILED, user=user if given else None)


def note(request: HttpRequest | None, *, actor: Any, action: str, user: Any) -> None:
    record_audit(
        actor=actor,
        action=action,
        subject_kind="user",
        subject_id=user.pk if user else "",
        label=user.get_username() if user else "a name nobody has",
        at=timezone.now(),
        **asked_by(request),
    )


def watch() -> None:
    """Connect once, at the start of the web process."""
    user_logged_in.connect(signed_in, dispatch_uid="trail-signed-in")
    user_logged_out.connect(signed_out, dispatch_uid="trail-signed-out")
    user_login_failed.connect(sign_in_failed, dispatch_uid="trail-sign-in-failed")
