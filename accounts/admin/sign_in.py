"""What administrators do for people who cannot sign in, or should not be signed in any more."""

from typing import cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from anymail.exceptions import AnymailError
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.gateways.password_mail import PersonWithoutAddress, mail_password_link
from accounts.operations.count_sign_in_attempt import forgive_attempts
from accounts.operations.end_sessions import end_sessions
from accounts.operations.record_audit import record_audit

for keeps_its_own_pages in (
    EmailAddress, Authenticator, SocialAccount, SocialApp, SocialToken, UserSession
):  # fmt: skip
    admin.site.unregister(keeps_its_own_pages)


def note(request: HttpRequest, action: str, *, about: User, **detail: object) -> None:
    record_audit(
        actor=request.user,
        action=action,
        subject_kind="user",
        subject_id=about.pk,
        label=about.get_username(),
        detail=detail,
        address=request.META.get("REMOTE_ADDR", ""),
        at=timezone.now(),
    )


@admin.action(description="Unlock sign-in", permissions=["change"])
def unlock_sign_in(model_admin: object, request: HttpRequest, people: QuerySet[User]) -> None:
    for person in people:
        forgiven = forgive_attempts(
            name=person.get_username(), at=timezone.now(), by=cast(User, request.user)
        )
        note(request, "sign_in_unlocked", about=person, forgiven=forgiven)
        messages.success(
            request, f"{person} may sign in again: {forgiven} failed attempts are forgiven."
        )


@admin.action(description="Mail a link to choose a password", permissions=["change"])
def send_password_link(model_admin: object, request: HttpRequest, people: QuerySet[User]) -> None:
    """For new people, and for those who forgot. Nobody but them learns the password."""
    for person in people:
        try:
            mail_password_link(user=person)
        except (PersonWithoutAddress, OSError, AnymailError) as no:
            messages.error(request, f"{person} was not sent a link: {no}")
            continue
        note(request, "password_link_sent", about=person)
        messages.success(request, f"{person} was sent a link to choose a password.")


@admin.action(description="Sign out everywhere", permissions=["change"])
def sign_out_everywhere(model_admin: object, request: HttpRequest, people: QuerySet[User]) -> None:
    for person in people:
        ended = end_sessions(user=person)
        note(request, "sessions_ended", about=person, ended=ended)
        messages.success(request, f"{person} was signed out of {ended} sessions.")


@admin.action(description="Remove second factors (lost phone)", permissions=["change"])
def remove_factors(model_admin: object, request: HttpRequest, people: QuerySet[User]) -> None:
    """The person's sessions end too; with the password they choose a new factor."""
    for person in people:
        factors = Authenticator.objects.filter(user=person)
        kinds = sorted(factors.values_list("type", flat=True))
        factors.delete()
        end_sessions(user=person)
        note(request, "factor_removed", about=person, factors=kinds)
        messages.success(
            request, f"{person} has no second factor now and chooses one at the next sign-in."
        )


@admin.action(description="Unlink the company account", permissions=["change"])
def unlink_company(model_admin: object, request: HttpRequest, people: QuerySet[User]) -> None:
    for person in people:
        unlinked, _ = SocialAccount.objects.filter(user=person).delete()
        end_sessions(user=person)
        note(request, "identity_unlinked", about=person, unlinked=unlinked)
        messages.success(request, f"{person} is linked to no company account now.")


ACTIONS = [send_password_link, unlock_sign_in, sign_out_everywhere, remove_factors, unlink_company]
