"""An Okta-like directory adds and removes people: seats, the invoice and limits follow."""

import pytest
import time_machine
from scim2_client.engines.wsgi import WSGISCIMClient
from scim2_models import BulkRequest, ForbiddenException, PatchOp

from accounts.models import DirectoryRequest, DirectoryUser, Grantee, Group, Membership
from billing.models import EntitlementEvent, SeatHolding, Subscription
from billing.operations.follow_directory import Origin
from billing.operations.map_directory import MappingWish, map_directory
from billing.operations.preview_invoice import preview_invoice
from billing.operations.verify_ledger import verify_chain
from tests.billing.invitations.given import invited
from tests.scim.conftest import client_of
from tests.seatworld import SeatWorld, day

NOON = day(2, 4, 12)


class Okta:
    """A directory: real requests of a SCIM client, in the words Okta uses."""

    def __init__(self, client: WSGISCIMClient) -> None:
        self.client = client
        client.discover()
        self.user, self.group = (
            client.get_resource_model("User"),
            client.get_resource_model("Group"),
        )

    def push_user(self, name: str, **more):
        email = {"value": f"{name}@acme.example", "type": "work", "primary": True}
        return self.client.create(
            self.user(
                user_name=f"{name}@acme.example", display_name=name.title(), emails=[email], **more
            )
        )

    def push_group(self, name: str, *members):
        return self.client.create(
            self.group(display_name=name, members=[{"value": one.id} for one in members])
        )

    def patch(self, resource, **operation):
        body = PatchOp[type(resource)](operations=[operation])
        return self.client.modify(type(resource), resource.id, body)

    def activate(self, user, active: bool):
        return self.patch(user, op="replace", value={"active": active})

    def add(self, group, *users):
        return self.patch(
            group, op="add", path="members", value=[{"value": one.id} for one in users]
        )

    def remove(self, group, user):
        return self.patch(group, op="remove", path=f'members[value eq "{user.id}"]')


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(NOON, tick=False):
        yield


def company(seats: int = 2, *, zone: str = "UTC", **settings) -> tuple[SeatWorld, Okta]:
    world = SeatWorld.make(settings, seats={"member": seats}, time_zone=zone)
    return world, Okta(client_of(world.customer, raise_scim_errors=True))


def origin(world) -> Origin:
    return Origin(world.customer.pk, "Olga Owner", "mapping", NOON)


def mapped(world, group=None, **wish) -> None:
    said = {"subscription": "acme-team", "seat_type": "member", **wish}
    key = group.id if group else None
    map_directory(origin=origin(world), wish=MappingWish(directory_group_id=key, **said))


def states(world) -> dict[str, str]:
    rows = SeatHolding.objects.filter(customer=world.customer, until_at=None)
    return {one.grantee.name: f"{one.seat_type.code} {one.state}" for one in rows}


def test_a_directory_adds_and_removes_people_and_seats_and_the_invoice_follow(db):
    # given two seats, a group of the directory, and a mapping to seats of members
    world, okta = company(seats=2)
    ada, bob, cy = (okta.push_user(name) for name in ("ada", "bob", "cy"))
    team = okta.push_group("Engineering", ada)
    before = preview_invoice(subscription_id=world.subscription.pk, at=NOON).totals.subtotal_minor
    mapped(world, team)

    # when the directory assigns two more, and takes one back
    okta.add(team, bob, cy)
    assert states(world) == dict.fromkeys(["Ada", "Bob", "Cy"], "member active")
    assert world.seats() == 3  # two were free, one was added
    more = preview_invoice(subscription_id=world.subscription.pk, at=NOON).totals.subtotal_minor
    okta.remove(team, cy)

    # then the seat is gone by an ordinary event that says who sent it
    assert states(world) == {"Ada": "member active", "Bob": "member active", "Cy": "member removed"}
    assert world.seats() == 2
    newest = EntitlementEvent.objects.order_by("id").last()
    assert (newest.kind, newest.source, newest.actor) == (
        "seat_removed",
        "scim",
        "Directory “Okta”",
    )
    after = preview_invoice(subscription_id=world.subscription.pk, at=NOON).totals.subtotal_minor
    assert before < more
    assert after == before
    assert verify_chain(world.customer.ledgerhead) is None


def test_somebody_deactivated_loses_the_seat_and_gets_it_back(db):
    world, okta = company()
    mapped(world)
    ada = okta.push_user("ada")
    okta.activate(ada, False)
    assert states(world) == {"Ada": "member removed"}
    assert not Membership.objects.filter(customer=world.customer, state="active").exists()
    okta.activate(ada, True)
    assert states(world) == {"Ada": "member active"}
    assert Membership.objects.get(customer=world.customer, state="active").group.name == "Everyone"


def test_an_open_invitation_does_not_bring_in_who_was_deactivated(db):
    # given Ada, whom the directory knows, and an invitation that keeps a seat for her
    world, okta = company(seats=0, activation="invite_sent")
    ada = okta.push_user("ada")
    invitation = invited(world, "ada@acme.example")
    assert list(states(world).values()) == ["member invited"]

    # when the directory deactivates her
    okta.activate(ada, False)

    # then her link is used up and the seat is gone
    invitation.refresh_from_db()
    assert (invitation.state, invitation.ended_at) == ("revoked", NOON)
    assert list(states(world).values()) == ["member removed"]


def test_a_mapping_may_say_that_seats_are_suspended_at_the_end(db):
    world, okta = company()
    mapped(world, when_gone="suspend")
    ada = okta.push_user("ada")
    okta.activate(ada, False)
    assert states(world) == {"Ada": "member suspended"}
    okta.activate(ada, True)
    assert states(world) == {"Ada": "member active"}


def test_at_the_limit_the_directory_is_told_why_and_nothing_is_half_done(db):
    # given one seat and no more, and a group of two
    world, okta = company(seats=1, seat_limit="block")
    ada, bob = okta.push_user("ada"), okta.push_user("bob")
    team = okta.push_group("Engineering")
    mapped(world, team)
    events = EntitlementEvent.objects.count()

    with pytest.raises(ForbiddenException) as refused:
        okta.add(team, ada, bob)

    assert str(refused.value) == (
        "No seat for bob@acme.example: all 1 Member seats are taken. Buy more seats in the portal "
        "or take one back from somebody; then provision again."
    )
    assert okta.client.query(okta.group, team.id).members is None
    assert (EntitlementEvent.objects.count(), states(world)) == (events, {})
    newest = DirectoryRequest.objects.first()
    assert (newest.status, newest.seats_given, newest.detail) == (403, 0, str(refused.value))

    made = DirectoryRequest.objects.order_by("asked_at", "id").first()
    assert (made.method, made.path) == ("POST", f"/Users/{ada.id}")
    okta.add(team, ada)  # one fits
    assert states(world) == {"Ada": "member active"}


def test_a_seat_goes_from_one_person_to_another_in_one_request(db):
    world, okta = company(seats=1, seat_limit="block")
    ada, bob = okta.push_user("ada"), okta.push_user("bob")
    team = okta.push_group("Engineering", ada)
    mapped(world, team)

    team.members = [{"value": bob.id}]
    okta.client.replace(team)

    assert states(world) == {"Ada": "member removed", "Bob": "member active"}


def test_a_repeated_request_changes_nothing(db):
    world, okta = company()
    ada = okta.push_user("ada")
    team = okta.push_group("Engineering", ada)
    mapped(world, team)
    events = EntitlementEvent.objects.count()
    okta.add(team, ada)
    okta.activate(ada, True)
    okta.remove(team, okta.push_user("bob"))
    assert EntitlementEvent.objects.count() == events


def test_people_known_already_are_adopted_with_their_seat_and_strangers_are_not(db):
    world, okta = company()
    world.send("e1", day(2, 3), grantee="p-17")
    known = Grantee.objects.get(external_id="p-17")
    known.email = "Ada@acme.example"
    known.save()
    Grantee.objects.create(external_id="of-others", email="bob@acme.example")
    mapped(world)

    okta.push_user("ada")
    okta.push_user("bob")

    holders = SeatHolding.objects.filter(customer=world.customer, until_at=None)
    names = {one.grantee.name: one.grantee.external_id for one in holders}
    assert names["Ada"] == "p-17"
    assert names["Bob"].startswith("scim-")


def test_a_mapped_group_of_ours_has_its_members_and_loses_them(db):
    world, okta = company()
    design = Group.objects.create(customer=world.customer, external_id="design", name="Design")
    ada = okta.push_user("ada")
    team = okta.push_group("Designers", ada)
    mapped(world, team, group_id=design.pk)
    seat = SeatHolding.objects.get(customer=world.customer, until_at=None)
    assert (seat.group, design.memberships.get().state) == (design, "active")
    okta.client.delete(type(team), team.id)
    assert states(world) == {"Ada": "member removed"}
    assert design.memberships.get().state == "removed"


def test_whoever_is_deleted_leaves_and_may_come_again_as_the_same_person(db):
    world, okta = company()
    mapped(world)
    ada = okta.push_user("ada")
    okta.client.delete(type(ada), ada.id)
    assert states(world) == {"Ada": "member removed"}
    assert okta.push_user("ada").id != ada.id
    assert states(world) == {"Ada": "member active"}
    assert Grantee.objects.filter(email="ada@acme.example").count() == 1


def test_operations_of_one_bulk_request_give_a_seat_each(db):
    world, okta = company()
    mapped(world)
    people = [
        okta.user(user_name=f"{name}@acme.example", display_name=name) for name in ("Ada", "Bob")
    ]
    operations = [
        {"method": "POST", "path": "/Users", "bulkId": one.display_name, "data": one}
        for one in people
    ]

    okta.client.bulk(BulkRequest[okta.user](operations=operations))

    assert states(world) == {"Ada": "member active", "Bob": "member active"}
    assert DirectoryRequest.objects.first().seats_given == 2


@pytest.mark.parametrize(
    ("last_day", "zone"),
    [(3, "UTC"), (5, "Pacific/Kiritimati")],  # where it is the fifth already
)
def test_somebody_leaves_also_where_a_subscription_has_ended(db, last_day, zone):
    world, okta = company(zone=zone)
    mapped(world)
    ada = okta.push_user("ada")
    ends_on = day(2, last_day).date()
    Subscription.objects.filter(pk=world.subscription.pk).update(ends_on=ends_on)

    okta.client.delete(type(ada), ada.id)

    assert not DirectoryUser.objects.exists()
    okta.push_user("bob")  # nor does anybody get a seat there
    assert SeatHolding.objects.filter(grantee__name="Bob").count() == 0
