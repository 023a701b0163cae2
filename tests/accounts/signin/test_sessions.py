"""Sessions end: idle, old, ended elsewhere, or because the person may no longer."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from accounts.models import AuditEntry
from accounts.tasks import forget_sessions
from tests.accounts.signin.conftest import PASSWORD, sign_in, words


@pytest.fixture
def desk(client, phone, time_machine):
    """Somebody who signed in at ten o'clock."""
    time_machine.move_to("2026-11-21T10:00:00Z", tick=False)
    sign_in(client, phone)
    return client


def is_in(client) -> bool:
    return client.get("/desk/customers/").status_code == 200


def test_an_idle_session_ends_and_says_so(desk, time_machine):
    time_machine.move_to("2026-11-21T10:29:00Z", tick=False)
    assert is_in(desk)
    time_machine.move_to("2026-11-21T10:58:59Z", tick=False)
    assert is_in(desk)
    time_machine.move_to("2026-11-21T11:29:00Z", tick=False)

    answer = desk.get("/desk/customers/", follow=True)

    assert answer.redirect_chain[-1][0].startswith("/sign-in/")
    assert "after 30 minutes without activity" in words(answer)


def test_a_busy_session_ends_too(desk, time_machine):
    for hour in range(10, 22):
        for minute in (0, 25, 50):
            time_machine.move_to(f"2026-11-21T{hour}:{minute:02}:30Z", tick=False)
            assert is_in(desk) == ((hour, minute) < (22, 0))
    time_machine.move_to("2026-11-21T22:00:00Z", tick=False)

    assert "12 hours after signing in" in words(desk.get("/desk/customers/", follow=True))


def test_parts_that_refresh_themselves_keep_no_session_awake(desk, time_machine):
    for minute in (10, 20, 29):
        time_machine.move_to(f"2026-11-21T10:{minute}:00Z", tick=False)
        desk.get("/desk/flow/", headers={"HX-Request": "true"})
    time_machine.move_to("2026-11-21T10:30:00Z", tick=False)

    assert not is_in(desk)


def test_presence_is_written_once_a_minute(desk, time_machine):
    time_machine.move_to("2026-11-21T10:00:30Z", tick=False)

    before = Session.objects.get().session_data
    desk.get("/desk/customers/")
    assert Session.objects.get().session_data == before


def test_signing_in_changes_the_key_of_the_session(client, phone):
    client.get("/sign-in/")
    client.post("/sign-in/", {"login": "ana", "password": PASSWORD})
    before = client.session.session_key

    client.post("/account/factors/authenticate/", {"code": phone.code()})

    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_elsewhere_is_signed_out(desk, phone):
    other = Client()
    sign_in(other, phone, steps_from_now=1)
    assert is_in(other)

    desk.post("/account/sessions/")

    assert is_in(desk)
    assert not is_in(other)


def test_the_account_page_lists_sessions(desk, phone):
    other = Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/605"})
    sign_in(other, phone, steps_from_now=1)

    page = words(desk.get("/account/"))

    assert "Safari on iPhone" in page
    assert "This one" in page


def test_a_new_password_ends_the_other_sessions(desk, phone):
    other = Client()
    sign_in(other, phone, steps_from_now=1)
    new = "another-long-password-7"

    answer = desk.post(
        "/account/password/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )

    assert answer.url == "/account/"
    assert is_in(desk)
    assert not is_in(other)
    assert AuditEntry.objects.filter(action="password_changed", label="ana").exists()


def test_a_person_switched_off_is_out_with_the_next_request(desk, analyst):
    analyst.is_active = False
    analyst.save()

    assert not is_in(desk)
    assert not Session.objects.exists()


def test_a_role_taken_away_counts_with_the_next_request(desk, analyst):
    assert is_in(desk)
    analyst.groups.clear()

    assert desk.get("/desk/customers/").status_code == 403


def test_a_permission_taken_from_a_role_counts_with_the_next_request(desk):
    StaffRoleGroup.objects.get(name="analyst").permissions.clear()

    assert desk.get("/desk/customers/").status_code == 403


def test_who_is_no_longer_staff_sees_nothing(desk):
    User.objects.update(is_staff=False)

    assert desk.get("/desk/customers/").status_code == 403


def test_sessions_that_are_over_are_forgotten(desk, phone, time_machine):
    time_machine.move_to("2026-11-21T22:00:01Z", tick=False)
    later = Client()
    sign_in(later, phone)

    assert forget_sessions() == 1

    assert UserSession.objects.get().session_key == later.session.session_key
    assert is_in(later)


def test_signing_out_needs_a_form_of_ours(desk):
    assert desk.get("/sign-out/").status_code == 200
    assert is_in(desk)

    desk.post("/sign-out/")

    assert not is_in(desk)
