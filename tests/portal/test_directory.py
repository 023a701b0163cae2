"""The billing owner connects a directory: tokens shown once, mappings with their cost, what happened."""

import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from accounts.models import DirectoryRequest, DirectoryToken
from billing.models import DirectoryMapping
from billing.operations.follow_directory import Origin
from billing.operations.provision_group import DirectoryTeam, add_group
from billing.operations.provision_person import Person, add_person
from tests.seatworld import SeatWorld, day

NOON = day(2, 4, 12)


class Owner:
    """Olga, signed in, with a directory of two people in one group."""

    def __init__(self, **settings) -> None:
        self.world = SeatWorld.make(settings, seats={"member": 1})
        self.customer = self.world.customer
        user = User.objects.create_user("olga@acme.example")
        self.customer.billing_owners.update(user=user)
        self.client = Client()
        self.client.force_login(user)
        origin = Origin(self.customer.pk, "Okta", "first", NOON)
        people = [
            add_person(origin=origin, person=Person(name, name, name=name.title(), attributes={}))[
                0
            ]
            for name in ("ada", "bob")
        ]
        members = frozenset(str(one.pk) for one in people)
        self.group, _ = add_group(origin=origin, team=DirectoryTeam("Engineers", members=members))

    def url(self, name="directory", *more):
        return reverse(f"portal:{name}", args=[self.customer.pk, *more])

    def wish(self, **more):
        return {
            "whom": str(self.group.pk), "seat": "acme-team/member", "group": "",
            "when_gone": "release", "rank": "1", **more,
        }  # fmt: skip


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_token_is_shown_once_and_works_until_it_is_revoked(db):
    owner = Owner()
    made = owner.client.post(owner.url(), {"name": "Okta", "days": "90"})
    token = DirectoryToken.objects.get()
    secret = made.context["token"]
    assert secret.startswith(token.token_prefix)
    assert secret not in owner.client.get(owner.url()).content.decode()

    def status():
        return (
            Client()
            .get("/scim/v2/Users", headers={"Authorization": f"Bearer {secret}"})
            .status_code
        )

    assert status() == 200
    owner.client.post(owner.url("directory_token_revoke", token.pk))
    assert status() == 401


def test_a_mapping_shows_its_cost_before_it_gives_seats(db):
    owner = Owner()
    with time_machine.travel(NOON, tick=False):
        seen = owner.client.post(owner.url("directory_mapping_new"), owner.wish())
        assert (seen.context["people"], seen.context["given"]) == (2, 2)
        (plan, cost) = seen.context["costs"][0]
        assert (plan, cost.renewal_minor) == ("Team", 8_00)
        assert "8.00" in text(seen)
        assert not DirectoryMapping.objects.exists()

        confirmed = {"confirm": seen.context["chosen"]}
        other = owner.wish(when_gone="suspend", **confirmed)
        owner.client.post(owner.url("directory_mapping_new"), other)
        assert not DirectoryMapping.objects.exists()  # it is not what was seen
        done = owner.client.post(
            owner.url("directory_mapping_new"), owner.wish(**confirmed), follow=True
        )
        assert "2 seats given, 0 taken back." in text(done)
        assert owner.world.seats() == 2

        mapping = DirectoryMapping.objects.get()
        asked = owner.client.get(owner.url("directory_mapping_remove", mapping.pk))
        assert (asked.context["taken"], owner.world.seats()) == (2, 2)
        assert "Remove what “Engineers” gets?" in text(asked)
        owner.client.post(owner.url("directory_mapping_remove", mapping.pk))
    assert owner.world.seats() == 0


def test_without_enough_seats_the_mapping_says_who_would_get_none(db):
    owner = Owner(seat_limit="block")
    with time_machine.travel(NOON, tick=False):
        seen = owner.client.post(owner.url("directory_mapping_new"), owner.wish())
        assert "1 person would get no seat" in text(seen)
        assert "Do it" not in text(seen)
        confirmed = owner.wish(confirm=seen.context["chosen"])
        refused = owner.client.post(owner.url("directory_mapping_new"), confirmed)
    assert "all 1 Member seats are taken" in text(refused)
    assert not DirectoryMapping.objects.exists()


def test_the_page_tells_what_was_asked_and_refused_with_a_fixed_number_of_queries(
    db, django_assert_max_num_queries
):
    owner = Owner()
    token = DirectoryToken.objects.create(
        customer=owner.customer, name="Okta", token_digest="0" * 64, created_at=NOON
    )
    for number in range(30):
        DirectoryRequest.objects.create(
            customer=owner.customer, token=token, request_id="r", method="PATCH", status=403,
            path=f"/Groups/{owner.group.pk}", detail=f"No seat {number}", asked_at=NOON,
        )  # fmt: skip
    with django_assert_max_num_queries(25):
        shown = text(owner.client.get(owner.url()))
    assert shown.count("Changed Engineers") == 25
    assert "No seat 29" in shown


def test_only_the_owner_sees_the_directory(db):
    owner = Owner()
    accountant = User.objects.create_user("otto@acme.example")
    owner.customer.billing_owners.create(name="Otto", email=accountant.username, user=accountant)
    client = Client()
    client.force_login(accountant)
    assert client.get(owner.url()).status_code == 403
