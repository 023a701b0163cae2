"""Forms of sign-in: allauth's, in plain words, with guesses counted."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as CodeAgainForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django.core.cache import cache
from django.core.exceptions import ValidationError

from accounts.enums import SignInStep
from accounts.views.sign_in.demo_codes import code_to_show
from accounts.views.sign_in.guess import WRONG, judged

CODE_LIVES_SECONDS = 120  # longer than a code is taken, whatever the tolerance


def without_placeholders(form: Any) -> None:
    """Labels stay visible; what is typed does not hide them."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class PasswordForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["login"].label = "User name"
        self.fields["login"].widget.attrs |= {"autocapitalize": "none", "spellcheck": "false"}


class AgainByPasswordForm(ReauthenticateForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)


class NewPasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["oldpassword"].label = "Present password"
        self.fields["password1"].label = "New password"
        self.fields["password2"].label = "New password, again"
        self.fields["password1"].help_text = "At least 12 characters, and not a common one."

    def clean_oldpassword(self) -> str:
        with judged(
            context.request, name=self.user.get_username(), step=SignInStep.PASSWORD
        ) as guess:
            given: str = super().clean_oldpassword()
            guess.right = True
        return given


class OneCode:
    """A code counts as a guess, and is taken once."""

    user: Any
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["code"].widget.attrs |= {"autofocus": True, "autocapitalize": "none"}

    def clean_code(self) -> str:
        name = self.user.get_username()
        with judged(context.request, name=name, step=SignInStep.CODE, about=self.user) as guess:
            code = super().clean_code()  # type: ignore[misc]
            used = f"sign-in:used:{self.user.pk}:{code}"
            if not cache.add(used, "y", timeout=CODE_LIVES_SECONDS):
                raise ValidationError(WRONG, code="code_used")
            guess.right = True
        return str(code)

    @property
    def demo_code(self) -> str:
        return code_to_show(self.user)


class CodeForm(OneCode, AuthenticateForm):
    pass


class AgainByCodeForm(OneCode, CodeAgainForm):
    pass


class NewAppForm(ActivateTOTPForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
        self.fields["code"].label = "Code the app shows"
        self.fields["code"].widget.attrs |= {"inputmode": "numeric"}


class NewPasskeyForm(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name, to tell it from others"
        self.fields["passwordless"].label = "Sign in with it alone"
        self.fields[
            "passwordless"
        ].help_text = "A passkey. Without: a key asked for after the password."
        self.fields["passwordless"].initial = True


class PasskeyNameForm(EditWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without_placeholders(self)
