"""Before something large: who proved it just now goes on, others are asked and come back."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from config.urls import urlpatterns as doors
from desk.views.step_up import ask_again, proved_recently
from tests.accounts.signin.conftest import PASSWORD, Phone, sign_in, type_password, words
from tests.proof import prove_now


def large(request):
    return HttpResponse("done") if proved_recently(request) else ask_again(request)


urlpatterns = [path("desk/large/", large), *doors]
pytestmark = pytest.mark.urls(__name__)


def test_signing_in_just_now_counts(client, phone):
    sign_in(client, phone)

    assert client.get("/desk/large/").content == b"done"


def test_later_one_is_asked_for_the_factor_and_comes_back(client, phone, time_machine):
    time_machine.move_to("2026-11-21T10:00:00Z", tick=False)
    sign_in(client, phone)
    time_machine.move_to("2026-11-21T10:10:00Z", tick=False)

    asked = client.get("/desk/large/?amount=5")
    assert asked.url.startswith("/account/factors/reauthenticate/?")
    page = client.get(asked.url)
    assert "Confirm it is you" in words(page)
    back = client.post(asked.url, {"code": phone.code(), "next": "/desk/large/?amount=5"})

    assert back.url == "/desk/large/?amount=5"
    assert client.get(back.url).content == b"done"


def test_who_has_a_factor_cannot_confirm_by_password(client, phone, time_machine):
    time_machine.move_to("2026-11-21T10:00:00Z", tick=False)
    sign_in(client, phone)
    time_machine.move_to("2026-11-21T10:15:00Z", tick=False)

    client.post("/sign-in/again/", {"password": PASSWORD, "next": "/desk/large/"})

    assert client.get("/desk/large/").status_code == 302


def test_without_a_factor_the_password_is_asked(client, analyst, settings, time_machine):
    settings.STAFF_SECOND_FACTOR = "optional"
    time_machine.move_to("2026-11-21T10:00:00Z", tick=False)
    type_password(client)
    time_machine.move_to("2026-11-21T10:15:00Z", tick=False)

    asked = client.get("/desk/large/")
    assert asked.url.startswith("/sign-in/again/?")
    assert client.post(asked.url, {"password": "wrong"}).status_code == 200
    assert client.get("/desk/large/").status_code == 302
    client.post(asked.url, {"password": PASSWORD})

    assert client.get("/desk/large/").content == b"done"


def test_after_a_form_one_comes_back_to_the_page_of_the_form(client, analyst, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    client.force_login(analyst)

    asked = client.post("/desk/large/", headers={"Referer": "http://testserver/desk/flow/"})
    elsewhere = client.post("/desk/large/", headers={"Referer": "https://evil.example/"})

    assert asked.url.endswith("next=http%3A%2F%2Ftestserver%2Fdesk%2Fflow%2F")
    assert elsewhere.url.endswith("next=%2F")


def test_a_part_of_a_page_sends_the_whole_page_to_be_asked(client, phone):
    sign_in(client, phone)
    prove_now(client, seconds_ago=601)

    answer = client.post(
        "/desk/large/",
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/desk/flow/"},
    )

    assert answer.status_code == 204
    assert answer["HX-Redirect"].endswith("next=http%3A%2F%2Ftestserver%2Fdesk%2Fflow%2F")


def test_nobody_has_proved_anything(rf):
    request = rf.get("/")
    request.user = AnonymousUser()

    assert not proved_recently(request)


@pytest.mark.parametrize("has_phone", [True, False])
def test_a_test_may_say_that_somebody_proved_it(db, settings, has_phone):
    settings.STAFF_SECOND_FACTOR = "optional"
    user = User.objects.create_user("carl", is_staff=True)
    if has_phone:
        Phone.given_to(user)
    client = Client()
    client.force_login(user)
    assert client.get("/desk/large/").status_code == 302

    prove_now(client)
    assert client.get("/desk/large/").content == b"done"

    prove_now(client, seconds_ago=601)
    assert client.get("/desk/large/").status_code == 302
    assert Authenticator.objects.filter(user=user, type="totp").exists() == has_phone
