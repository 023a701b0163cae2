"""The account page: password, factors, the company's identity and open sessions of a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from allauth.account.views import PasswordChangeView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import ListUserSessionsView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache

from accounts.views.sign_in.proof import has_factor, note_factor_proved
from accounts.views.sign_in.trail import note

AFTER_ENROLLING = "after_enrolling"


@dataclass(frozen=True, slots=True)
class Passkey:
    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    began_at: datetime
    seen_at: datetime
    address: str
    device: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Factors:
    app_added_at: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int | None


def admin_login(request: HttpRequest) -> HttpResponse:
    """
    The admin's own sign-in page is the one sign-in page.

    :raises PermissionDenied: signed in already, so it is a page for others
    """
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect(f"{reverse('account_login')}?{request.GET.urlencode()}")


def root(request: HttpRequest) -> HttpResponse:
    """Customers' people belong in the portal, everybody else at the desk's door."""
    is_customers = request.user.is_authenticated and not request.user.is_staff
    return redirect("portal:choose" if is_customers else "desk:home")


@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not user.is_staff:
        return redirect("portal:account")
    identities = SocialAccount.objects.filter(user=user)
    return TemplateResponse(
        request,
        "account/account.html",
        {
            "title": "Your account",
            "person": user.get_full_name() or user.get_username(),
            "user_name": user.get_username(),
            "email": user.email,
            "roles": tuple(user.groups.values_list("name", flat=True)),
            "has_password": user.has_usable_password(),
            "factors": factors_of(user),
            "identities": tuple(
                one.extra_data.get("id_token", {}).get("email", one.uid) for one in identities
            ),
            "sessions": sessions_of(user, str(request.session.session_key)),
            "idle_minutes": settings.SESSION_IDLE_MINUTES,
            "hours": settings.SESSION_COOKIE_AGE // 3600,
        },
    )


def factors_of(user: User) -> Factors:
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at"))
    apps = [one for one in rows if one.type == Authenticator.Type.TOTP]
    codes = [one for one in rows if one.type == Authenticator.Type.RECOVERY_CODES]
    return Factors(
        app_added_at=apps[0].created_at if apps else None,
        passkeys=tuple(
            Passkey(one.pk, str(one), one.created_at, one.last_used_at)
            for one in rows
            if one.type == Authenticator.Type.WEBAUTHN
        ),
        codes_left=len(codes[0].wrap().get_unused_codes()) if codes else None,
    )


def sessions_of(user: User, this: str) -> tuple[Session, ...]:
    return tuple(
        Session(
            one.created_at,
            one.last_seen_at,
            one.ip,
            device(one.user_agent),
            one.session_key == this,
        )
        for one in sorted(
            UserSession.objects.purge_and_list(user), key=lambda row: row.last_seen_at, reverse=True
        )
    )


BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device(user_agent: str) -> str:
    """What a person would call it; unknown browsers keep their own words."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " on ".join(filter(None, [browser, system])) or user_agent[:80] or "Unknown"


@login_required
@never_cache
def second_factor(request: HttpRequest) -> HttpResponse:
    """Where staff without a factor are led: choose one. Once there is one, on to where they were going."""
    if has_factor(request.user):
        return redirect(onward(request))
    request.session[AFTER_ENROLLING] = onward(request)
    return TemplateResponse(
        request, "account/second_factor.html", {"title": "Protect your account"}
    )


def onward(request: HttpRequest) -> str:
    place = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        place, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return place if ours else "/"


class OwnPasswordView(PasswordChangeView):
    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_usable_password():
            raise PermissionDenied("This account signs in without a password.")
        answer: HttpResponse = super().dispatch(request, *args, **kwargs)
        return answer


class PasswordLinkView(PasswordResetConfirmView):
    """Whoever has the link from their mail chooses a password; they sign in with it, factor and all."""

    template_name = "account/password_link.html"
    success_url = reverse_lazy("account_login")

    def get_form(self, form_class: Any = None) -> SetPasswordForm:
        form = super().get_form(form_class)
        form.fields["new_password1"].help_text = ""
        form.fields["new_password2"].label = "New password, again"
        return form

    def form_valid(self, form: SetPasswordForm) -> HttpResponse:
        answer = super().form_valid(form)
        note(self.request, "password_changed", about=self.user, by="link")
        messages.success(self.request, "Your password is kept. Sign in with it.")
        return answer


class AddAppView(ActivateTOTPView):
    """Adding proves it: the code was typed."""

    def form_valid(self, form: object) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        note_factor_proved(self.request, Authenticator.Type.TOTP)
        return answer


class AddPasskeyView(AddWebAuthnView):
    """Adding proves it: the key was touched."""

    def form_valid(self, form: object) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        note_factor_proved(self.request, Authenticator.Type.WEBAUTHN)
        return answer


class RecoveryCodesView(ViewRecoveryCodesView):
    """Shown once; then on to where the person was going before they had to enroll."""

    def get_context_data(self, **kwargs: object) -> dict:
        place = self.request.session.pop(AFTER_ENROLLING, reverse("account_home"))
        return {**super().get_context_data(**kwargs), "after_codes": place}


class RemovePasskeyView(RemoveWebAuthnView):
    success_url = reverse_lazy("account_home")

    def get_context_data(self, **kwargs: object) -> dict:
        removable = get_adapter().can_delete_authenticator(self.object)
        return {**super().get_context_data(**kwargs), "is_last": not removable}

    def form_valid(self, form: object) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.get_object()):
            raise PermissionDenied("This is your last second factor. Add another one first.")
        answer: HttpResponse = super().form_valid(form)
        return answer


class OtherSessionsView(ListUserSessionsView):
    """Ends them when asked by POST; they are listed on the account page."""

    success_url = reverse_lazy("account_home")

    def get(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return redirect("account_home")
