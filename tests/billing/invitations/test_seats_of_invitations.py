"""What an invitation reserves, what accepting makes of it, and what expiry and revoking free."""

from datetime import timedelta

import pytest

from accounts.models import Grantee, Group, Membership
from billing.enums import SubscriptionState
from billing.models import Invitation, SeatLedgerEntry, StageRefusal
from billing.operations.accept_invitation import accept_invitation
from billing.operations.invitation_refusals import SeatGone
from billing.operations.push_flow import push_flow
from billing.operations.revoke_invitation import revoke_invitation
from billing.pipeline import EXPIRE
from billing.queries.seat_room import seat_room
from desk.queries.subjects import subject_page
from tests.billing.invitations.given import (
    NOON,
    invite,
    invited,
    owner_of,
    owner_rights,
    person,
    seats_of,
)
from tests.seatworld import SeatWorld

LATER = NOON + timedelta(days=8)


def free(world):
    (room,) = [
        one
        for one in seat_room(customer_id=world.customer.pk, at=NOON)
        if one.seat_type == "member"
    ]
    return room.free


@pytest.fixture
def counted_when_sent(db) -> SeatWorld:
    return SeatWorld.make({"activation": "invite_sent"}, seats={"member": 0})


def test_a_bought_seat_is_kept_until_the_invitation_has_an_answer(world):
    # given 25 bought seats that are nobody's
    ada, bob = (one.invitation for one in invite(world, "ada@acme.example", "bob@acme.example"))
    assert (ada.reserves, free(world)) == ("free_seat", 23)
    # when one accepts and the other is taken back
    accept_invitation(invitation_id=ada.pk, user=person("ada@acme.example"), at=NOON)
    revoke_invitation(invitation_id=bob.pk, rights=owner_rights(world), by=owner_of(world), at=NOON)
    # then one seat has its person and the other is free; nothing was bought
    assert seats_of(world) == {"ada@acme.example": "active"}
    assert (free(world), world.seats()) == (24, 25)


def test_a_kept_seat_needs_room_in_the_pool_of_its_group(world):
    # given a group that may use one seat, and free bought seats
    customer = world.customer
    team = Group.objects.create(customer=customer, external_id="t", name="Team", seat_pool=1)
    # when three are invited to it, one of them without a seat
    ada, bob = invite(world, "ada@acme.example", "bob@acme.example", group_id=team.pk)
    (cleo,) = invite(world, "cleo@acme.example", group_id=team.pk, seat=False)
    # then the first keeps the one seat, and who is invited without a seat needs none
    assert (ada.is_invited, bob.code, cleo.is_invited) == (True, "group_pool_exhausted", True)
    assert free(world) == 24
    # and it is theirs when they accept
    accept_invitation(invitation_id=ada.invitation.pk, user=person("ada@acme.example"), at=NOON)
    assert seats_of(world) == {"ada@acme.example": "active"}


def test_a_seat_counts_from_the_sending_where_the_policy_says_so(counted_when_sent):
    world = counted_when_sent
    invitation = invited(world, "ada@acme.example")
    assert invitation.reserves == "invited_seat"
    assert seats_of(world) == {"ada@acme.example": "invited"}
    # when it is accepted, the same seat is, by the person who signed in
    user = person("ada@acme.example")
    accept_invitation(invitation_id=invitation.pk, user=user, at=NOON + timedelta(hours=1))
    assert seats_of(world, NOON + timedelta(hours=1)) == {"ada@acme.example": "accepted"}
    assert Grantee.objects.get(user=user).pk == invitation.grantee_id
    kinds = SeatLedgerEntry.objects.order_by("position").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["seat_invited", "seat_accepted"]


def test_expiry_frees_the_seat_by_itself(counted_when_sent):
    world = counted_when_sent
    invitation = invited(world, "ada@acme.example")
    push_flow(stages=(EXPIRE,), at=invitation.expires_at - timedelta(seconds=1))
    assert seats_of(world) == {"ada@acme.example": "invited"}
    # when its seven days are over and the flow is pushed, twice
    push_flow(stages=(EXPIRE,), at=LATER)
    push_flow(stages=(EXPIRE,), at=LATER)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.ended_at) == ("expired", LATER)
    assert seats_of(world, LATER) == {}
    assert Membership.objects.get(grantee=invitation.grantee).state == "removed"
    released = SeatLedgerEntry.objects.order_by("position").last()
    assert (released.kind, released.event.source) == ("seat_removed", "invitation")


def test_a_seat_the_ledger_keeps_leaves_the_invitation_for_a_person(counted_when_sent):
    world = counted_when_sent
    invited(world, "ada@acme.example")
    world.subscription.ends_on, world.subscription.state = NOON.date(), SubscriptionState.ENDED
    world.subscription.save()
    push_flow(stages=(EXPIRE,), at=LATER)
    refusal = StageRefusal.objects.get()
    page = subject_page(stage="expire", subject_id=refusal.subject_id)
    assert (refusal.stage, page.id) == ("expire", world.customer.pk)
    assert Invitation.objects.get().state == "pending"


def test_taking_back_frees_the_invited_seat(counted_when_sent):
    world = counted_when_sent
    invitation = invited(world, "ada@acme.example")
    revoke_invitation(
        invitation_id=invitation.pk, rights=owner_rights(world), by=owner_of(world), at=NOON
    )
    assert seats_of(world) == {}


def test_a_plan_without_limit_adds_a_seat_when_nothing_was_free(db):
    world = SeatWorld.make(seats={"member": 0})
    invitation = invited(world, "ada@acme.example")
    assert invitation.reserves == "none"
    accept_invitation(invitation_id=invitation.pk, user=person("ada@acme.example"), at=NOON)
    assert world.seats() == 1


def test_without_a_reservation_the_seat_may_be_gone_and_the_invitation_stays_open(db):
    world = SeatWorld.make({"seat_limit": "block"}, seats={"member": 1})
    first, second = (
        one.invitation for one in invite(world, "ada@acme.example", "bob@acme.example")
    )
    assert (first.reserves, second.reserves) == ("free_seat", "none")
    with pytest.raises(SeatGone):
        accept_invitation(invitation_id=second.pk, user=person("bob@acme.example"), at=NOON)
    second.refresh_from_db()
    assert (second.state, second.grantee, world.seats()) == ("pending", None, 1)
    # and the kept one is still there for the first
    accept_invitation(invitation_id=first.pk, user=person("ada@acme.example"), at=NOON)
    assert seats_of(world) == {"ada@acme.example": "active"}


def test_somebody_the_product_named_before_keeps_their_seat(world):
    # given a person the product service put into a seat, whom nobody signs in as
    world.send("e1", NOON, grantee="emp-7")
    Grantee.objects.filter(external_id="emp-7").update(email="ada@acme.example")
    invitation = invited(world, "ada@acme.example")
    user = person("ada@acme.example")
    accept_invitation(invitation_id=invitation.pk, user=user, at=NOON + timedelta(minutes=1))
    assert Grantee.objects.get(user=user).external_id == "emp-7"
    assert world.seats() == 26
