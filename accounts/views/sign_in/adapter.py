"""How allauth signs people in here: no self sign-up, guesses are counted, all refusals sound alike."""

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from anymail.exceptions import AnymailError
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse

from accounts.enums import SignInStep
from accounts.views.sign_in.guess import WRONG, judged
from accounts.views.sign_in.proof import has_factor, may_enroll

logger = logging.getLogger(__name__)


class SignInAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": WRONG,
        "incorrect_password": WRONG,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """A person switched off gets the answer of one who never was."""
        name = str(credentials.get("username", ""))
        with judged(request, name=name, step=SignInStep.PASSWORD) as guess:
            user = super().authenticate(request, **credentials)
            guess.right = user is not None and user.is_active
        return user if guess.right else None

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Right after signing in the first factor may be added without being asked twice."""
        return not may_enroll(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict]:
        """Whoever has a factor proves that: a password alone may be in the browser's memory."""
        methods: list[dict] = super().get_reauthentication_methods(user)
        if user.is_authenticated and has_factor(user):
            methods = [one for one in methods if one["id"] != "reauthenticate"]
        return methods

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """To the address an administrator gave; people without one learn it from the account page."""
        address = email or getattr(user, "email", "")
        if not address:
            return
        try:
            super().send_notification_mail(template_prefix, user, context, address)
        except (OSError, AnymailError):  # of a change that has happened; the trail has it too
            logger.exception("A notice about an account could not be sent.")

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_home")
