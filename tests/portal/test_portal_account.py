"""A person's own account, and the first page of a customer by right."""

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from accounts.models import BillingOwner, Group
from tests.accounts.signin.conftest import Phone
from tests.portal.people_world import PeopleWorld
from tests.portal.test_portal_sign_in import PASSWORD, ask, is_in, link_in_mail

pytestmark = pytest.mark.django_db
NEW = "quite-another-long-password"


@pytest.fixture
def olga() -> User:
    return User.objects.create_user("olga@acme.example", "olga@acme.example")


def come_in(client, **more):
    ask(client, **more)
    return client.post(link_in_mail())


def test_a_second_factor_is_asked_after_the_link(client, olga):
    phone = Phone.given_to(olga)

    answer = come_in(client)

    assert answer.headers["Location"] == reverse("mfa_authenticate")
    page = client.get(answer.headers["Location"])
    assert "portal/portal.css" in page.text
    assert not is_in(client)
    client.post(answer.headers["Location"], {"code": phone.code()})
    assert is_in(client)


def test_somebody_without_a_password_chooses_one_right_after_signing_in(client, olga):
    come_in(client)
    place = reverse("portal:account_password")

    answer = client.post(place, {"new_password1": NEW, "new_password2": NEW})

    assert answer.status_code == 302
    assert is_in(client)
    assert (
        Client()
        .post("/portal/sign-in/password/", {"login": olga.email, "password": NEW})
        .headers["Location"]
        == "/portal/"
    )


def test_later_a_password_is_changed_only_by_who_knows_it(client, olga):
    olga.set_password(PASSWORD)
    olga.save()
    come_in(client)
    place = reverse("portal:account_password")
    form = {"password1": NEW, "password2": NEW}

    assert client.post(place, {**form, "oldpassword": "wrong"}).status_code == 200
    assert client.post(place, {**form, "oldpassword": PASSWORD}).status_code == 302

    olga.refresh_from_db()
    assert olga.check_password(NEW)


def test_a_long_time_after_signing_in_a_first_password_needs_a_new_sign_in(client, olga, settings):
    come_in(client)
    settings.STEP_UP_MINUTES = 0

    answer = client.post(
        reverse("portal:account_password"), {"new_password1": NEW, "new_password2": NEW}
    )

    assert answer.headers["Location"] == "/portal/account/"
    olga.refresh_from_db()
    assert not olga.has_usable_password()


def test_a_name_is_kept_and_other_sessions_end(client, olga):
    other = Client()
    come_in(other)
    come_in(client)

    client.post("/portal/account/", {"first_name": "Olga", "last_name": "Ober"})
    client.post("/portal/account/sessions/")

    olga.refresh_from_db()
    assert olga.get_full_name() == "Olga Ober"
    assert UserSession.objects.filter(user=olga).count() == 1
    assert other.get("/portal/account/").status_code == 302


def test_an_account_shows_the_seats_with_since_when_and_by_whom(client):
    world = PeopleWorld.make()
    user = User.objects.create_user("anna@acme.example")
    world.seats.customer.memberships.get(
        grantee__external_id="anna"
    ).grantee.__class__.objects.filter(external_id="anna").update(user=user)
    client.force_login(user)

    page = client.get("/portal/account/")

    assert "Engineering" in page.text
    assert "Seats you hold" in page.text


def test_the_first_page_shows_each_what_is_theirs(django_assert_max_num_queries):
    world = PeopleWorld.make()
    customer = world.seats.customer
    keeper = User.objects.create_user("bea@acme.example")
    BillingOwner.objects.create(customer=customer, user=keeper, name="Bea", email="bea@a.example")
    home = reverse("portal:home", args=[customer.pk])
    seen = {}
    for name, user in (("owner", world.owner), ("lead", world.lead), ("keeper", keeper)):
        client = Client()
        client.force_login(user)
        with django_assert_max_num_queries(60):
            seen[name] = client.get(home).text

    assert {name: [words in page for words in ("To pay", "Your groups", "Your seat</h2>")]
            for name, page in seen.items()} == {
        "owner": [True, True, False],
        "lead": [False, True, True],
        "keeper": [True, False, False],
    }  # fmt: skip
    assert Group.objects.filter(customer=customer).count() > 1
