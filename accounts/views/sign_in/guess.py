"""Judge a guess of a password or code under the limits of the settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone

from accounts.enums import AuditAction, SignInStep
from accounts.models import SignInAttempt
from accounts.operations.count_sign_in_attempt import (
    Limits,
    SignInLocked,
    locks_out,
    open_attempt,
    withdraw_attempt,
)
from accounts.views.sign_in.trail import note

WRONG = "These do not match. Check them, or ask an administrator."
LOCKED = "Too many attempts. Wait, sign in with a passkey, or ask an administrator to unlock you."


class Guess:
    """A guess under judgment: wrong until told otherwise."""

    right = False


def limits() -> Limits:
    return Limits(
        per_name=settings.SIGN_IN_FAILURES,
        per_address=settings.SIGN_IN_FAILURES_PER_ADDRESS,
        window=timedelta(minutes=settings.SIGN_IN_LOCK_MINUTES),
    )


@contextmanager
def judged(
    request: HttpRequest, *, name: str, step: SignInStep, about: User | None = None
) -> Iterator[Guess]:
    """
    Count what happens inside as a failure unless `right` was set.

    :raises ValidationError: locked out; the same words for names that exist and names that do not
    """
    address = get_adapter().get_client_ip(request)
    try:
        attempt = open_attempt(
            name=name, address=address, step=step, limits=limits(), at=timezone.now()
        )
    except SignInLocked as locked:
        raise ValidationError(LOCKED, code=locked.code) from locked
    guess = Guess()
    try:
        yield guess
    finally:
        if guess.right:
            withdraw_attempt(attempt_id=attempt.pk)
        else:
            tell(request, attempt, name=name, about=about)


def tell(request: HttpRequest, attempt: SignInAttempt, *, name: str, about: User | None) -> None:
    """A wrong password Django itself tells of; a wrong code and a lock-out are told here."""
    person = about or User.objects.filter(username=name).first()
    if attempt.step == SignInStep.CODE:
        note(request, AuditAction.SIGN_IN_FAILED, about=person, step=attempt.step)
    if locks_out(attempt, limits()):
        note(request, "sign_in_locked", about=person, step=attempt.step)
