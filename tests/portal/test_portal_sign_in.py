"""Signing in to the portal: by a link that works once, or by a password."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core import mail
from django.utils import timezone

from accounts.models import PortalMail, SignInLink
from accounts.operations.queue_portal_mail import send_portal_mail

pytestmark = pytest.mark.django_db
PASSWORD = "a-long-password-for-tests"


@pytest.fixture
def olga() -> User:
    return User.objects.create_user("olga@acme.example", "olga@acme.example", PASSWORD)


def ask(client, email="olga@acme.example", **more):
    return client.post("/portal/sign-in/", {"email": email, **more})


def link_in_mail() -> str:
    send_portal_mail(at=timezone.now())
    return re.search(r"/portal/sign-in/link/[\w-]+/", mail.outbox[-1].body)[0]


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_the_link_of_the_mail_signs_in_once(client, olga):
    ask(client, next="/portal/account/")
    place = link_in_mail()

    answer = client.post(place)

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/portal/account/"
    assert is_in(client)
    client.logout()
    assert "used already" in client.post(place).text
    assert not is_in(client)


def test_opening_the_link_uses_nothing_up(client, olga):
    ask(client)
    place = link_in_mail()

    for _ in range(3):
        assert "You are about to sign in" in client.get(place).text

    assert not is_in(client)
    assert SignInLink.objects.get().used_at is None


def test_a_link_lives_fifteen_minutes(client, olga):
    ask(client)
    place = link_in_mail()

    with time_machine.travel(timezone.now() + timedelta(minutes=15), tick=False):
        answer = client.post(place)

    assert "too old" in answer.text
    assert not is_in(client)


def test_an_unknown_address_gets_the_same_answer_and_no_mail(client, olga):
    known, unknown = ask(client), ask(client, "nobody@acme.example")

    assert (known.status_code, known.headers["Location"]) == (
        unknown.status_code,
        unknown.headers["Location"],
    )
    assert PortalMail.objects.count() == 1


def test_neither_staff_nor_people_switched_off_get_a_link(client, olga):
    User.objects.create_user("ana", "ana@example.com", PASSWORD, is_staff=True)
    User.objects.filter(pk=olga.pk).update(is_active=False)

    ask(client)
    ask(client, "ana@example.com")

    assert not SignInLink.objects.exists()


def test_who_is_switched_off_meanwhile_stays_out(client, olga):
    ask(client)
    place = link_in_mail()
    User.objects.filter(pk=olga.pk).update(is_active=False)

    assert "switched off" in client.post(place).text
    assert not is_in(client)


def test_links_are_asked_for_only_so_often(client, olga, settings):
    settings.SIGN_IN_FAILURES = 3
    for _ in range(3):
        ask(client)

    answer = ask(client)

    assert "Too many links" in answer.text
    assert SignInLink.objects.count() == 3
    assert client.post("/portal/sign-in/password/", {"login": olga.email, "password": PASSWORD}).status_code == 302  # fmt: skip


def test_neither_token_nor_link_is_kept_in_clear(client, olga):
    ask(client)
    row = PortalMail.objects.get()
    kept = f"{row.text}{row.html}{row.sealed_link}{SignInLink.objects.get().token_digest}"
    token = link_in_mail().split("/")[-2]

    assert token not in kept
    assert PortalMail.objects.get().sealed_link == ""


def test_a_place_of_others_is_not_gone_to(client, olga):
    ask(client, next="https://elsewhere.example/")

    assert client.post(link_in_mail()).headers["Location"] == "/portal/"


def test_a_password_signs_in_and_wrong_ones_lock(client, olga, settings):
    settings.SIGN_IN_FAILURES = 2
    form = {"login": "Olga@acme.example", "password": PASSWORD}

    assert client.post("/portal/sign-in/password/", form).headers["Location"] == "/portal/"
    client.logout()
    for _ in range(2):
        client.post("/portal/sign-in/password/", {**form, "password": "wrong"})

    assert "Too many attempts" in client.post("/portal/sign-in/password/", form).text
    assert not is_in(client)
