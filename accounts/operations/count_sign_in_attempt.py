"""Count guesses of passwords and codes in PostgreSQL, and lock out whoever guesses too often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.crypto import salted_hmac

from accounts.enums import SignInStep
from accounts.models import SignInAttempt
from kernel.refusal import Refusal

KEPT = timedelta(days=1)


class SignInLocked(Refusal):
    code = "sign_in_locked"


@dataclass(frozen=True, slots=True)
class Limits:
    """How many failures within `window` lock a name, and an address; for as long as they are recent."""

    per_name: int
    per_address: int
    window: timedelta


def digest_of(name: str) -> str:
    """A name as it is kept: who reads the table learns no names, nor passwords typed as names."""
    return salted_hmac("sign-in-attempt", name.strip().casefold(), algorithm="sha256").hexdigest()


def open_attempt(
    *, name: str, address: str, step: SignInStep, limits: Limits, at: datetime
) -> SignInAttempt:
    """
    Write the attempt down before it is judged, so that many at once are not judged more often.

    :raises SignInLocked: too many recent failures of this name or address; known or not
    """
    SignInAttempt.objects.filter(at__lt=at - KEPT).delete()
    attempt = SignInAttempt.objects.create(
        name_digest=digest_of(name), address=address, step=step, at=at
    )
    names, addresses = failures(attempt, limits)
    if names > limits.per_name or addresses > limits.per_address:
        attempt.delete()
        raise SignInLocked("Too many attempts. Try again later, or ask an administrator.")
    return attempt


def failures(attempt: SignInAttempt, limits: Limits) -> tuple[int, int]:
    """How many attempts count for its name and for its address, itself among them."""
    recent = SignInAttempt.objects.filter(forgiven_at=None, at__gt=attempt.at - limits.window)
    return (
        recent.filter(name_digest=attempt.name_digest).count(),
        recent.filter(address=attempt.address).count(),
    )


def locks_out(attempt: SignInAttempt, limits: Limits) -> bool:
    """Whether this failure was the last that its name or its address had."""
    names, addresses = failures(attempt, limits)
    return names == limits.per_name or addresses == limits.per_address


def withdraw_attempt(*, attempt_id: UUID) -> None:
    """It was right, so it does not count. Earlier failures do: the sign-in is not over yet."""
    SignInAttempt.objects.filter(pk=attempt_id).delete()


def forgive_attempts(*, name: str, at: datetime, by: User | None = None) -> int:
    """Forget the failures of a name: it signed in, or an administrator unlocked it; how many."""
    counting = Q(name_digest=digest_of(name), forgiven_at=None)
    return SignInAttempt.objects.filter(counting).update(forgiven_at=at, forgiven_by=by)
