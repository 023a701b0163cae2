"""What happens around signing in, told to the trail. Sign-ins and sign-outs Django itself tells of."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import HttpRequest
from django.utils import timezone

from accounts.operations.record_audit import record_audit


def note(
    request: HttpRequest, action: str, *, about: AbstractBaseUser | None = None, **detail: Any
) -> None:
    """`about` is the person concerned; the actor is whoever is signed in, else nobody."""
    actor = getattr(request, "user", None) or AnonymousUser()
    record_audit(
        actor=actor,
        action=action,
        subject_kind="user",
        subject_id=about.pk if about else "",
        label=about.get_username() if about else "",
        detail=detail,
        address=get_adapter().get_client_ip(request),
        user_agent=request.headers.get("User-Agent", ""),
        at=timezone.now(),
    )
