"""Staff reach nothing before they have proved a second factor."""

import pytest
from cryptography.fernet import InvalidToken
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import AuditEntry
from tests.accounts.signin.conftest import (
    PASSWORD,
    Phone,
    opened,
    secret_stored,
    sign_in,
    type_code,
    type_password,
    words,
)


def test_a_password_alone_opens_no_page(client, phone):
    answer = type_password(client)

    assert (answer.status_code, answer.url) == (302, "/account/factors/authenticate/")
    assert client.get("/desk/customers/").status_code == 302


def test_password_and_code_open_the_desk(client, phone):
    sign_in(client, phone)

    assert client.get("/desk/customers/").status_code == 200


def test_the_page_asked_for_is_the_page_one_gets(client, phone):
    asked = client.get("/desk/invoices/?q=a")
    type_password(client, next=asked.url.split("next=")[1].replace("%3F", "?").replace("%3D", "="))
    answer = type_code(client, phone.code())

    assert answer.url == "/desk/invoices/?q=a"


@pytest.mark.parametrize("place", ["/desk/customers/", "/admin/", "/account/", "/"])
def test_staff_without_a_factor_are_led_to_choose_one(client, analyst, place):
    type_password(client)

    answer = client.get(place)

    assert answer.status_code == 302
    assert answer.url.startswith("/account/second-factor/?next=")


def test_a_part_of_a_page_sends_the_whole_page_there(client, analyst):
    type_password(client)

    answer = client.get("/desk/customers/", headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert answer["HX-Redirect"].startswith("/account/second-factor/")


def test_enrolling_an_app_opens_the_desk_and_shows_recovery_codes_once(client, analyst):
    type_password(client)
    client.get("/account/second-factor/?next=/desk/invoices/")
    page = client.get("/account/factors/totp/activate/")
    secret = page.context["form"].secret

    answer = client.post(
        "/account/factors/totp/activate/", {"code": Phone(secret).code()}, follow=True
    )

    assert "/desk/invoices/" in answer.content.decode()
    assert len(answer.context["unused_codes"]) == 10
    assert client.get("/desk/invoices/").status_code == 200
    again = client.get("/account/factors/recovery-codes/")
    assert answer.context["unused_codes"][0] not in again.content.decode()


def test_a_recovery_code_opens_the_desk_once(client, analyst, phone):
    codes = analyst.authenticator_set.get(type="recovery_codes").wrap().get_unused_codes()
    type_password(client)
    assert type_code(client, codes[0]).status_code == 302
    assert client.get("/desk/customers/").status_code == 200

    other = Client()
    type_password(other)
    assert type_code(other, codes[0]).status_code == 200
    assert other.get("/desk/customers/").status_code == 302


def test_a_code_is_taken_once_within_its_whole_life(client, phone, time_machine):
    time_machine.move_to("2026-11-21T10:00:00Z", tick=False)
    code = phone.code()
    sign_in(client, phone)

    time_machine.move_to("2026-11-21T10:00:40Z", tick=False)
    other = Client()
    type_password(other)

    assert type_code(other, code).status_code == 200
    assert other.get("/desk/customers/").status_code == 302


def test_secrets_are_stored_encrypted(analyst, phone):
    stored = secret_stored(analyst)

    assert phone.secret not in stored
    assert opened(stored) == phone.secret


def test_after_the_secret_key_changed_old_factors_open_with_the_fallback(
    client, analyst, phone, settings
):
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another-secret-key-" * 4
    with pytest.raises(InvalidToken):
        opened(secret_stored(analyst))

    settings.SECRET_KEY_FALLBACKS = [before]

    assert opened(secret_stored(analyst)) == phone.secret


def test_a_session_from_before_the_factor_must_prove_it(analyst, phone):
    client = Client()
    client.force_login(analyst)

    answer = client.get("/desk/customers/")

    assert answer.url.startswith("/account/factors/reauthenticate/")
    client.post(answer.url, {"code": phone.code(), "next": "/desk/customers/"})
    assert client.get("/desk/customers/").status_code == 200


def test_the_last_factor_stays(client, analyst, phone):
    sign_in(client, phone)

    answer = client.post("/account/factors/totp/deactivate/")

    assert "last second factor" in words(answer)
    assert analyst.authenticator_set.filter(type="totp").exists()


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO_CODES = tmp_path / "demo-codes"
    settings.DEMO_CODES.write_text("ana\nben")
    return settings.DEMO_CODES


def test_the_demo_shows_a_code_that_works_and_another_when_it_was_used(client, phone, demo):
    type_password(client)
    shown = client.get("/account/factors/authenticate/").context["form"].demo_code
    assert type_code(client, shown).status_code == 302

    again = Client()
    type_password(again)
    another = again.get("/account/factors/authenticate/").context["form"].demo_code

    assert another != shown
    assert type_code(again, another).status_code == 302


@pytest.mark.parametrize("reason", ["production", "no demo", "another person"])
def test_nobody_else_is_shown_a_code(client, phone, settings, demo, reason):
    if reason == "production":
        settings.DEMO_CODES = None
    elif reason == "no demo":
        demo.unlink()
    else:
        demo.write_text("alma\nanas")
    type_password(client)

    page = client.get("/account/factors/authenticate/")

    assert page.context["form"].demo_code == ""
    assert "This is the demo" not in words(page)


def test_optional_lets_staff_in_by_password(client, analyst, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    type_password(client)

    assert client.get("/desk/customers/").status_code == 200


def test_people_who_are_not_staff_get_nothing_here(client, db):
    User.objects.create_user("guest", password=PASSWORD)
    type_password(client, "guest")

    assert client.get("/desk/customers/").status_code == 403
    assert client.get("/admin/", follow=True).status_code == 403
    assert client.get("/account/").headers["Location"] == "/portal/account/"


@pytest.mark.parametrize("place", ["/admin/login/?next=/admin/", "/admin/"])
def test_there_is_one_sign_in_page(client, db, place):
    answer = client.get(place, follow=True)

    assert answer.redirect_chain[-1][0].startswith("/sign-in/?next=")


@pytest.mark.parametrize("place", ["/sign-up/", "/accounts/signup/", "/account/signup/"])
def test_nobody_signs_up(client, db, place):
    assert client.get(place).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_the_trail_and_a_mail_tell_of_factors_and_nothing_of_visits(client, mailoutbox):
    User.objects.create_user("ana", "ana@example.com", PASSWORD, is_staff=True)
    client.get("/sign-in/")
    type_password(client)
    page = client.get("/account/factors/totp/activate/")
    phone = Phone(page.context["form"].secret)
    client.post("/account/factors/totp/activate/", {"code": phone.code()})

    told = AuditEntry.objects.order_by("sequence").values_list("action", "actor_label")
    assert list(told) == [("signed_in", "ana"), ("factor_added", "ana"), ("factor_added", "ana")]
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == (
        ["ana@example.com"],
        "Seatledger: Authenticator App Activated",
    )
    assert "If that was not you" in mail.body


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_stops_nobody(client, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    User.objects.create_user("ana", "ana@example.com", PASSWORD, is_staff=True)
    type_password(client)
    page = client.get("/account/factors/totp/activate/")

    phone = Phone(page.context["form"].secret)
    answer = client.post("/account/factors/totp/activate/", {"code": phone.code()})

    assert answer.url == "/account/factors/recovery-codes/"


def test_a_wrong_code_is_told_with_the_person_it_was_for(client, phone):
    type_password(client)
    type_code(client, "000000")

    told = AuditEntry.objects.get()
    assert (told.action, told.label, told.detail) == ("sign_in_failed", "ana", {"step": "code"})


def test_removing_a_factor_is_told(client, phone, analyst, settings):
    settings.STAFF_SECOND_FACTOR = "optional"
    sign_in(client, phone)

    client.post("/account/factors/totp/deactivate/")

    told = AuditEntry.objects.filter(action="factor_removed").values_list("detail", flat=True)
    assert {one["factor"] for one in told} == {"totp", "recovery_codes"}
