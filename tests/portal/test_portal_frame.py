"""The frame of the portal: who is let in, and where each may go."""

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from accounts.models import BillingOwner, Grantee, Group, Membership

pytestmark = pytest.mark.django_db


def person(name: str) -> User:
    return User.objects.create_user(f"{name}@acme.example", email=f"{name}@acme.example")


@pytest.fixture
def owner(world) -> User:
    user = person("olga")
    BillingOwner.objects.filter(customer=world.customer, is_primary=True).delete()
    BillingOwner.objects.create(
        customer=world.customer, user=user, name="Olga", email=user.email, is_primary=True
    )
    return user


@pytest.fixture
def member(world) -> User:
    user = person("mara")
    group = Group.objects.create(customer=world.customer, external_id="design", name="Design")
    grantee = Grantee.objects.create(external_id="mara", name="Mara", user=user)
    Membership.objects.create(customer=world.customer, group=group, grantee=grantee)
    return user


def test_who_is_not_signed_in_is_led_to_the_portals_own_door(client, world):
    answer = client.get(reverse("portal:home", args=[world.customer.pk]))

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/portal/sign-in/?next=/portal/c/")


def test_the_owner_sees_the_page_of_rights_and_the_way_to_it(client, world, owner):
    client.force_login(owner)

    answer = client.get(reverse("portal:home", args=[world.customer.pk]))

    assert "People with rights" in answer.text
    assert client.get(reverse("portal:rights", args=[world.customer.pk])).status_code == 200


def test_a_member_sees_neither(client, world, member):
    client.force_login(member)

    assert (
        "People with rights"
        not in client.get(reverse("portal:home", args=[world.customer.pk])).text
    )
    assert client.get(reverse("portal:rights", args=[world.customer.pk])).status_code == 403


def test_a_stranger_finds_nothing(client, world):
    client.force_login(person("eve"))

    assert client.get(reverse("portal:home", args=[world.customer.pk])).status_code == 404
