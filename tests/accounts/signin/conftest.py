"""People who work here, their phones, and the rule that they have a second factor."""

import re

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

PASSWORD = "a-long-password-for-tests"


@pytest.fixture(autouse=True)
def _second_factor_required(settings):
    settings.STAFF_SECOND_FACTOR = "required"


@pytest.fixture
def analyst(db) -> User:
    user = User.objects.create_user(
        "ana", "ana@example.com", PASSWORD, first_name="Ana", is_staff=True
    )
    user.groups.add(StaffRoleGroup.objects.get(name="analyst"))
    return user


@pytest.fixture
def phone(analyst) -> "Phone":
    return Phone.given_to(analyst)


class Phone:
    """An authenticator app: it knows the secret and the time."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    @classmethod
    def given_to(cls, user: User) -> "Phone":
        secret = generate_totp_secret()
        TOTP.activate(user, secret)
        RecoveryCodes.activate(user)
        return cls(secret)

    def code(self, steps_from_now: int = 0) -> str:
        counter = int(timezone.now().timestamp()) // 30 + steps_from_now
        return format_hotp_value(hotp_value(self.secret, counter))


def type_password(client: Client, name: str = "ana", password: str = PASSWORD, **more):
    return client.post("/sign-in/", {"login": name, "password": password, **more})


def type_code(client: Client, code: str):
    return client.post("/account/factors/authenticate/", {"code": code})


def sign_in(client: Client, phone: Phone, steps_from_now: int = 0) -> None:
    type_password(client)
    answer = type_code(client, phone.code(steps_from_now))
    assert answer.status_code == 302, words(answer)


def words(answer) -> str:
    """What the page says, without its markup."""
    text = re.sub(r"<(script|style).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))


def secret_stored(user: User) -> str:
    return Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP).data["secret"]


def opened(secret: str) -> str:
    return get_adapter().decrypt(secret)
