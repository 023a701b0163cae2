"""Signing in to the portal: a link by e-mail, a password, or the customer's own account."""

from contextlib import suppress
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.views import LoginView
from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language_from_request
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from accounts.enums import SignInStep
from accounts.operations.ask_sign_in_link import ask_sign_in_link
from accounts.operations.count_sign_in_attempt import (
    SignInLocked,
    forgive_attempts,
    open_attempt,
)
from accounts.operations.person_with_address import person_with_address
from accounts.operations.use_sign_in_link import look_at_link, use_sign_in_link
from accounts.queries.identity_providers import provider_of_address
from accounts.tasks import send_mail
from accounts.views.sign_in.forms import PasswordForm
from accounts.views.sign_in.frame import BY_PORTAL
from accounts.views.sign_in.guess import limits
from accounts.views.sign_in.trail import note
from kernel.refusal import Refusal

TOO_OFTEN = "Too many links were asked for. Look into your mail, or wait a quarter of an hour."


class AddressForm(forms.Form):
    email = forms.EmailField(
        label="E-mail address",
        max_length=150,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()


class PortalPasswordForm(PasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"

    def clean_login(self) -> str:
        return str(self.cleaned_data["login"]).strip().lower()


def onward(request: HttpRequest) -> str:
    """The page of ours that somebody wants to go to; the choice of companies otherwise."""
    place = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        place, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return place if ours and place.startswith("/") else reverse("portal:choose")


@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for the address; then a link is sent, or the customer's own sign-in is offered."""
    if request.user.is_authenticated:
        return redirect(onward(request))
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if provider := provider_of_address(email):
            place = reverse("portal:sign_in_company", args=[provider.pk])
            return redirect(f"{place}?{urlencode({'next': onward(request)})}")
        if send_link(request, email, onward=onward(request)):
            return redirect("portal:link_sent")
        form.add_error(None, TOO_OFTEN)
    return door(request, "sign_in", title="Sign in", form=form, next=onward(request))


def send_link(request: HttpRequest, email: str, *, onward: str, admits_new: bool = False) -> bool:
    """
    False for somebody who asked too often. Known or not, the answer is the same.

    With `admits_new` somebody without an account gets one, which only the link opens.

    :raises Refusal: AddressOfStaff or AddressOfSeveral, if it admits people
    """
    now = timezone.now()
    try:
        open_attempt(
            name=f"link {email}",
            address=get_adapter().get_client_ip(request),
            step=SignInStep.LINK,
            limits=limits(),
            at=now,
        )
    except SignInLocked:
        note(request, "sign_in_locked", step=SignInStep.LINK)
        return False
    if admits_new:
        person_with_address(email=email)
    language = get_language_from_request(request)
    ask_sign_in_link(email=email, onward=onward, language=language, at=now)
    call_a_hand()
    return True


def call_a_hand() -> None:
    """Have written mail sent at once."""
    with suppress(OperationalError):  # no broker: the mail is written, the next minute sends it
        send_mail.delay()


def link_sent(request: HttpRequest) -> HttpResponse:
    return door(request, "link_sent", title="Look into your mail")


@never_cache
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """The page of a link. Opening it uses nothing up: programs that check mail open links."""
    if request.method == "POST":
        return enter_by_link(request, token)
    try:
        found = look_at_link(token=token, at=timezone.now())
    except Refusal as refusal:
        return door(request, "link_refused", title="This link does not work", why=refusal.message)
    return door(request, "link", title="Sign in", person=found.user.email)


@require_POST
def enter_by_link(request: HttpRequest, token: str) -> HttpResponseBase:
    try:
        found = use_sign_in_link(token=token, at=timezone.now())
    except Refusal as refusal:
        note(request, "sign_in_refused", step=SignInStep.LINK, reason=refusal.code)
        return door(request, "link_refused", title="This link does not work", why=refusal.message)
    user = found.user
    forgive_attempts(name=f"link {user.email}", at=timezone.now())
    request.session[BY_PORTAL] = True
    record_authentication(request, user, method="link")
    place = found.onward or reverse("portal:choose")
    return cast(HttpResponseBase, perform_login(request, Login(user=user, redirect_url=place)))


class PasswordView(LoginView):
    """Sign in with a password set in the portal; guesses are counted as those of staff are."""

    template_name = "portal/sign_in/password.html"
    form_class = PortalPasswordForm

    def get_form_class(self) -> type[PortalPasswordForm]:
        return PortalPasswordForm

    def form_valid(self, form: PortalPasswordForm) -> HttpResponse:
        self.request.session[BY_PORTAL] = True
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_success_url(self) -> str:
        return onward(self.request)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {"title": "Sign in with a password", "next": onward(self.request)}
        return {**super().get_context_data(**kwargs), **more}


def door(request: HttpRequest, page: str, *, title: str, **context: Any) -> HttpResponse:
    return render(request, f"portal/sign_in/{page}.html", {"title": title, **context})
