"""People choose their own passwords, by a link that works once."""

import re

import pytest
from django.contrib.auth.models import Group as StaffRoleGroup
from django.contrib.auth.models import User
from django.test import Client

from accounts.gateways.password_mail import PersonWithoutAddress, mail_password_link
from accounts.models import AuditEntry
from tests.accounts.signin.conftest import PASSWORD, type_password, words


@pytest.fixture
def newcomer(db) -> User:
    return User.objects.create_user("nia", "nia@example.com", is_staff=True)


@pytest.fixture
def link(newcomer, mailoutbox) -> str:
    mail_password_link(user=newcomer)
    return re.search(r"http://127.0.0.1:8000(/\S+)", mailoutbox[0].body)[1]


def choose(client, link, password=PASSWORD):
    form = client.get(link)
    place = form.url if form.status_code == 302 else link
    return client.post(place, {"new_password1": password, "new_password2": password})


def test_a_newcomer_chooses_a_password_and_signs_in_with_it(client, link):
    assert client.get(link, follow=True).status_code == 200
    assert choose(client, link).url == "/sign-in/"

    assert type_password(client, "nia").url == "/"
    assert client.get("/desk/").url.startswith("/account/second-factor/")
    told = AuditEntry.objects.get(action="password_changed")
    assert (told.label, told.detail) == ("nia", {"by": "link"})


def test_the_link_works_once(client, link):
    choose(client, link)

    assert "used already" in words(Client().get(link))


def test_the_link_is_not_in_the_address_of_the_page(client, link):
    assert "set-password" in client.get(link).url


def test_the_link_ends(client, link, time_machine):
    time_machine.move_to("2030-01-01T00:00:00Z")

    assert "too old" in words(client.get(link))


def test_a_weak_password_is_not_kept(client, link):
    answer = choose(client, link, "password")

    assert answer.status_code == 200
    assert "too short" in words(answer)


def test_nobody_without_an_address_is_sent_one(newcomer):
    newcomer.email = ""

    with pytest.raises(PersonWithoutAddress):
        mail_password_link(user=newcomer)


@pytest.fixture
def administrator(settings, db):
    settings.STAFF_SECOND_FACTOR = "optional"
    alma = User.objects.create_user("alma", is_staff=True)
    alma.groups.add(StaffRoleGroup.objects.get(name="administrator"))
    desk = Client()
    desk.force_login(alma)
    return desk


def test_an_administrator_sends_it_and_never_sees_it(newcomer, administrator, mailoutbox):
    alma = User.objects.get(username="alma")

    answer = administrator.post(
        "/admin/auth/user/",
        {"action": "send_password_link", "_selected_action": [newcomer.pk, alma.pk]},
        follow=True,
    )

    assert "nia was sent a link" in words(answer)
    assert "alma has no e-mail address" in words(answer)
    assert "/choose/" not in words(answer)
    assert [mail.to for mail in mailoutbox] == [["nia@example.com"]]
    assert AuditEntry.objects.get(action="password_link_sent").label == "nia"


def test_people_are_added_without_a_password(administrator):
    form = {"username": "omar", "email": "omar@example.com", "first_name": "Omar"}

    assert administrator.get("/admin/auth/user/add/").status_code == 200
    administrator.post("/admin/auth/user/add/", {**form, "password1": PASSWORD})

    omar = User.objects.get(username="omar")
    assert not omar.has_usable_password()
    assert administrator.get(f"/admin/auth/user/{omar.pk}/change/").status_code == 200


def test_nobody_sets_the_password_of_somebody_else(administrator, newcomer):
    place = f"/admin/auth/user/{newcomer.pk}/password/"

    assert administrator.get(place).status_code == 403
    assert administrator.post(place, {"password1": PASSWORD}).status_code == 403
