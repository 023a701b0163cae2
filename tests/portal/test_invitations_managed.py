"""Managing invitations in the portal: inviting with its cost, the list, sending again, taking back."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import MembershipRole
from accounts.models import (
    BillingOwner,
    Grantee,
    Group,
    Membership,
    OwnershipTransfer,
    SignInLink,
)
from billing.models import ClaimOffer, DomainRule, Invitation, SeatClaim, SeatType
from tests.billing.invitations.given import invite, invited, owner_of, person, seats_of
from tests.seatworld import SeatWorld


@pytest.fixture
def olga(client, world):
    client.force_login(owner_of(world))
    return client


def places(world) -> str:
    return f"/portal/c/{world.customer.pk}/people/invitations/"


def filled_in(world, people: str, **more) -> dict[str, str]:
    seat_type = SeatType.objects.get(plan=world.plan, code="member")
    return {
        "people": people, "role": "member", "group": str(world.customer.groups.get().pk),
        "seat": f"{world.subscription.pk}/{seat_type.pk}", **more,
    }  # fmt: skip


def test_many_are_invited_after_a_look_at_what_it_does(olga, world):
    people = "Ada Lovelace <ada@acme.example>\nbob@acme.example\nnonsense"
    looked = olga.post(f"{places(world)}new/", filled_in(world, people)).content.decode()
    assert "2 invitations go out" in looked
    assert "2 bought seats are kept for them" in looked
    assert "“nonsense” is no e-mail address" in looked
    assert not Invitation.objects.exists()
    (seen,) = re.findall(r'name="invite" value="(\w+)"', looked)
    # what was changed after the look is looked at first
    olga.post(f"{places(world)}new/", filled_in(world, f"{people}\nzoe@x.example", invite=seen))
    assert not Invitation.objects.exists()
    answer = olga.post(f"{places(world)}new/", filled_in(world, people, invite=seen), follow=True)
    shown = answer.content.decode()
    assert "Invited: ada@acme.example, bob@acme.example." in shown
    assert "Not invited: nonsense." in shown
    assert "2 open, 0 accepted" in shown


def test_the_cost_is_foreseen_where_a_seat_counts_from_sending(client, db):
    world = SeatWorld.make({"activation": "invite_sent"}, seats={"member": 0})
    client.force_login(owner_of(world))
    looked = client.post(f"{places(world)}new/", filled_in(world, "ada@acme.example"))
    text = looked.content.decode()
    assert "counts a seat from the moment the invitation is sent" in text
    assert "$8.00" in text
    # and taking it back says what comes back
    one = invited(world, "ada@acme.example", at=timezone.now())
    assert "<dd>" in client.get(f"{places(world)}{one.pk}/revoke/").content.decode()
    client.post(f"{places(world)}{one.pk}/revoke/")
    assert seats_of(world, timezone.now()) == {}


def test_a_plan_at_its_limit_warns_that_there_may_be_no_seat(client, db):
    world = SeatWorld.make({"seat_limit": "block"}, seats={"member": 1})
    client.force_login(owner_of(world))
    people = "a@acme.example, b@acme.example"
    looked = client.post(f"{places(world)}new/", filled_in(world, people)).content.decode()
    assert "There may be no seat for b@acme.example" in looked


def test_the_list_is_searched_filtered_and_acted_on(olga, world):
    now = timezone.now()
    for one in invite(world, "ada@acme.example", "bob@acme.example", at=now - timedelta(hours=1)):
        assert one.is_invited
    Invitation.objects.filter(email="bob@acme.example").update(
        created_at=now - timedelta(days=9), expires_at=now - timedelta(days=2)
    )
    assert "bob@" not in olga.get(f"{places(world)}?search=ada").content.decode()
    expired = olga.get(f"{places(world)}?state=expired").content.decode()
    assert "bob@acme.example" in expired
    assert "Invite again" in expired
    assert "No invitation fits" in olga.get(f"{places(world)}?search=zoe").content.decode()
    ada, bob = Invitation.objects.order_by("email")
    again = olga.get(f"{places(world)}new/?again={bob.pk}").content.decode()
    assert "bob@acme.example" in again
    sent = olga.post(f"{places(world)}{ada.pk}/resend/", follow=True).content.decode()
    assert "Sent again to ada@acme.example" in sent


def test_the_list_takes_as_many_queries_for_one_as_for_many(olga, world):
    counts = []
    for emails in (["a@acme.example"], ["b@acme.example", "c@acme.example", "d@acme.example"]):
        invite(world, *emails, at=timezone.now())
        olga.get(places(world))
        with CaptureQueriesContext(connection) as queries:
            olga.get(places(world))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_group_administrator_sees_their_groups_invitations_only(client, world):
    ours, theirs = (
        Group.objects.create(customer=world.customer, external_id=name, name=name)
        for name in ("ours", "theirs")
    )
    tina = person("tina@acme.example")
    Membership.objects.create(
        customer=world.customer, group=ours, role=MembershipRole.GROUP_ADMINISTRATOR,
        grantee=Grantee.objects.create(external_id="tina", user=tina),
    )  # fmt: skip
    invited(world, "mine@acme.example", at=timezone.now(), group_id=ours.pk)
    foreign = invited(world, "foreign@acme.example", at=timezone.now(), group_id=theirs.pk)
    client.force_login(tina)
    shown = client.get(places(world)).content.decode()
    assert "mine@acme.example" in shown
    assert "foreign@acme.example" not in shown
    assert client.post(f"{places(world)}{foreign.pk}/resend/").status_code == 404
    assert client.get(f"{places(world)}{foreign.pk}/revoke/").status_code == 404
    assert client.get(f"{places(world)}joining/").status_code == 403


def test_the_owner_sets_the_domain_rule_and_offers_seats(olga, client, world):
    joining = f"{places(world)}joining/"
    olga.post(joining, {"domains": "acme.example", "is_enforced": "on"})
    assert DomainRule.objects.get().is_enforced
    locked = olga.post(joining, {"domains": "else.example", "is_enforced": "on"}).content.decode()
    assert "you could not sign in again" in locked
    given = {**filled_in(world, ""), "domains": "acme.example", "most_seats": "2"}
    shown = olga.post(f"{joining}offer/", given, follow=True).content.decode()
    made = ClaimOffer.objects.get()
    claim = f"/portal/claim/{made.pk}/"
    assert claim in shown
    # when somebody of the domain takes a seat, twice
    client.logout()
    assert "show that you have such an address" in client.get(claim).content.decode()
    wrong = client.post(claim, {"email": "eve@else.example"})
    assert (wrong.status_code, User.objects.filter(username="eve@else.example").count()) == (422, 0)
    assert client.post(claim, {"email": "ada@acme.example"})["Location"].endswith("/sent/")
    assert SignInLink.objects.get().onward == claim
    client.force_login(User.objects.get(username="ada@acme.example"))
    assert (
        claim in client.get("/portal/").content.decode()
    )  # the offer is listed to who may take it
    assert client.post(claim)["Location"] == f"/portal/c/{world.customer.pk}/"
    assert client.get("/portal/").status_code == 302
    client.post(claim)
    assert SeatClaim.objects.count() == 1
    assert "You took a seat" in client.get(claim).content.decode()
    # and somebody else does not
    client.force_login(person("eve@else.example"))
    assert client.post(claim).status_code == 403
    client.force_login(owner_of(world))
    client.post(f"{joining}offer/{made.pk}/close/")
    client.force_login(person("bob@acme.example"))
    assert client.get(claim).status_code == 410
    assert client.get(f"/portal/claim/{world.customer.pk}/").status_code == 404


def test_whoever_asks_too_often_makes_no_accounts(olga, client, world, settings):
    settings.SIGN_IN_FAILURES_PER_ADDRESS = 1
    given = {**filled_in(world, ""), "domains": "acme.example"}
    olga.post(f"{places(world)}joining/offer/", given)
    claim = f"/portal/claim/{ClaimOffer.objects.get().pk}/"
    client.logout()
    answers = [client.post(claim, {"email": f"{one}@acme.example"}) for one in ("ada", "bob")]
    assert [one.status_code for one in answers] == [302, 422]
    assert not User.objects.filter(username="bob@acme.example").exists()


def test_nobody_becomes_owner_whom_the_domain_rule_keeps_out(olga, client, world):
    offer = reverse("portal:ownership_offer", args=[world.customer.pk])
    olga.post(offer, {"email": "nina@else.example", "name": "Nina"})
    made = OwnershipTransfer.objects.get()
    olga.post(f"{places(world)}joining/", {"domains": "acme.example", "is_enforced": "on"})
    client.force_login(person("nina@else.example"))
    answer = client.post(reverse("portal:ownership", args=[made.pk]), {"answer": "accept"})
    assert "cannot be used here" in answer.content.decode()
    client.force_login(owner_of(world))
    client.post(reverse("portal:ownership_withdraw", args=[world.customer.pk]))
    again = client.post(offer, {"email": "nina@else.example", "name": "Nina"})
    assert "cannot be used here" in again.content.decode()
    assert BillingOwner.objects.get(customer=world.customer, is_primary=True).email == (
        "olga@acme.example"
    )


def test_the_domain_rule_is_looked_at_with_every_page(client, world):
    eve = person("eve@else.example")
    Membership.objects.create(
        customer=world.customer, group=world.customer.groups.get(),
        grantee=Grantee.objects.create(external_id="eve", user=eve),
    )  # fmt: skip
    client.force_login(eve)
    home = f"/portal/c/{world.customer.pk}/"
    assert client.get(home).status_code == 200
    DomainRule.objects.create(
        customer=world.customer, domains=["acme.example"], is_enforced=True,
        changed_at=timezone.now(),
    )  # fmt: skip
    refused = client.get(home)
    assert refused.status_code == 403
    assert "only addresses of @acme.example may" in refused.content.decode()
