"""The account of a person of the portal: one for all the customers they belong to."""

from typing import Any, cast

from allauth.account.views import PasswordChangeView
from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.operations.end_sessions import end_sessions
from accounts.queries.portal_rights import customers_of
from accounts.views.sign_in.pages import factors_of, sessions_of
from accounts.views.sign_in.proof import may_enroll
from accounts.views.sign_in.trail import note
from portal.queries.own_account import own_seats

signed_in = login_required(login_url="portal:sign_in")


class NameForm(forms.ModelForm):
    class Meta:
        model = User
        fields = ["first_name", "last_name"]
        labels = {"first_name": "Given name", "last_name": "Family name"}


@signed_in
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """Name, ways to sign in, seats and open sessions of the person who looks."""
    user = cast(User, request.user)
    form = NameForm(request.POST if request.method == "POST" else None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is kept.")
        return redirect("portal:account")
    words = {
        "title": "Your account",
        "form": form,
        "has_password": user.has_usable_password(),
        "factors": factors_of(user),
        "sessions": sessions_of(user, str(request.session.session_key)),
        "seats": own_seats(user_id=user.pk, at=timezone.now()),
        "choices": customers_of(user_id=user.pk),
    }
    return render(request, "portal/account.html", words)


@signed_in
@never_cache
def password(request: HttpRequest) -> HttpResponseBase:
    """Change it, proved by the present one; or choose the first one right after signing in."""
    if cast(User, request.user).has_usable_password():
        return cast(HttpResponseBase, ChangePasswordView.as_view()(request))
    return first_password(request)


def first_password(request: HttpRequest) -> HttpResponse:
    user = cast(User, request.user)
    if not may_enroll(request):
        messages.info(request, "Sign in again to choose a password: it was a while ago.")
        return redirect("portal:account")
    form = SetPasswordForm(user, request.POST if request.method == "POST" else None)
    form.fields["new_password1"].help_text = "At least 12 characters, and not a common one."
    form.fields["new_password2"].label = "New password, again"
    form.fields["new_password2"].help_text = ""
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, user)
        note(request, "password_changed", about=user, by="first choice")
        messages.success(request, "Your password is kept. You can still sign in by link.")
        return redirect("portal:account")
    words = {"title": "Choose a password", "form": form}
    return render(request, "portal/account_password.html", words)


@method_decorator(signed_in, name="dispatch")
class ChangePasswordView(PasswordChangeView):
    template_name = "portal/account_password.html"
    success_url = reverse_lazy("portal:account")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "title": "Change your password"}

    def get_success_url(self) -> str:
        return str(self.success_url)


@require_POST
@signed_in
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign the person out everywhere but here."""
    count = end_sessions(user=cast(User, request.user), but=str(request.session.session_key))
    messages.success(request, f"{count} other session{'' if count == 1 else 's'} ended.")
    return redirect("portal:account")
