"""What stands behind an invitation's link: accepting it, and a page for each thing in the way."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from accounts.models import Grantee, Group, Membership
from billing.documents.invitation_link import invitation_token, onward_token
from billing.models import Invitation, InvitationMail
from billing.operations.resend_invitation import resend_invitation
from billing.operations.revoke_invitation import revoke_invitation
from billing.operations.set_domain_rule import set_domain_rule
from billing.queries.claim_offers import outside_domains
from config.log_masks import masked
from tests.billing.invitations.given import invite, invited, owner_of, owner_rights, person, sent
from tests.seatworld import SeatWorld, make_customer


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def invitation(world, now) -> Invitation:
    return invited(world, "ada@acme.example", at=now, name="Ada Lovelace")


def page_of(invitation: Invitation, issue: int = 0) -> str:
    return f"/portal/invitation/{invitation_token(invitation.pk, issue)}/"


def test_a_new_person_gets_an_account_a_seat_and_comes_in(client, world, invitation):
    page = page_of(invitation)
    shown = client.get(page)
    assert (shown.status_code, shown["X-Robots-Tag"]) == (200, "noindex, nofollow")
    assert "invites you to Acme GmbH" in shown.content.decode()
    assert not User.objects.filter(username="ada@acme.example").exists()  # looking makes nothing
    answer = client.post(page)
    assert answer["Location"] == f"/portal/c/{world.customer.pk}/"
    ada = User.objects.get(username="ada@acme.example")
    assert (ada.is_staff, ada.get_full_name()) == (False, "Ada Lovelace")
    assert Membership.objects.get(grantee__user=ada).state == "active"
    assert client.get(answer["Location"]).status_code == 200
    # and the link is used up
    assert "You accepted this invitation as ada@acme.example" in client.get(page).content.decode()


def test_the_page_says_which_account_gets_the_access(client, world, invitation):
    client.force_login(person("ada@private.example"))
    shown = client.get(page_of(invitation)).content.decode()
    assert "You are signed in as <strong>ada@private.example</strong>: this account gets" in shown
    client.post(page_of(invitation))
    assert Grantee.objects.get(user__username="ada@private.example").email == "ada@private.example"
    assert not User.objects.filter(username="ada@acme.example").exists()


def test_an_address_with_an_account_signs_in_first(client, world, invitation):
    person("ada@acme.example")
    shown = client.get(page_of(invitation)).content.decode()
    assert "Sign in to accept" in shown
    answer = client.post(page_of(invitation))
    assert answer["Location"].startswith("/portal/sign-in/?next=%2Fportal%2Finvitation%2F")
    assert invitation_token(invitation.pk, 0) not in answer["Location"]  # onward pages are kept
    assert masked(answer["Location"]).endswith("%2Fportal%2Finvitation%2F…%2F")
    assert masked(page_of(invitation)) == "/portal/invitation/…/"
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_the_page_to_return_to_works_for_an_hour(client, world, invitation, now):
    fresh, old = (onward_token(invitation.pk, 0, at=at) for at in (now, now - timedelta(hours=2)))
    assert client.get(f"/portal/invitation/{fresh}/").status_code == 200
    assert client.get(f"/portal/invitation/{old}/").status_code == 404


def told(client, page: str, status: int, words: str, method: str = "get") -> str:
    answer = getattr(client, method)(page)
    text = answer.content.decode()
    assert (answer.status_code, words in text) == (status, True), text
    return text


def test_a_link_we_never_wrote_is_not_found(client, world, invitation):
    told(client, "/portal/invitation/nonsense/", 404, "The link is not complete")
    other = invitation_token(Group.objects.first().pk, 0)
    told(client, f"/portal/invitation/{other}/", 404, "The link is not complete")
    assert client.post("/portal/invitation/nonsense/ask/").status_code == 404


def test_an_expired_one_asks_for_a_new_one(client, world, invitation, now):
    Invitation.objects.update(
        created_at=now - timedelta(days=8), expires_at=now - timedelta(days=1)
    )
    told(client, page_of(invitation), 410, "for a new one")
    told(client, page_of(invitation), 410, "has expired", method="post")
    told(client, f"{page_of(invitation)}ask/", 200, "gets an e-mail", method="post")
    note = InvitationMail.objects.get(kind="asks_link")
    assert note.to == ["olga@acme.example"]
    assert f"?again={invitation.pk}" in note.text
    told(client, f"{page_of(invitation)}ask/", 409, "within the last hour", method="post")


def test_one_taken_back_says_so(client, world, invitation, now):
    revoke_invitation(
        invitation_id=invitation.pk, rights=owner_rights(world), by=owner_of(world), at=now
    )
    told(client, page_of(invitation), 410, "took back the invitation")


def test_the_link_before_the_newest_says_so(client, world, invitation, now):
    later = now + timedelta(minutes=6)
    resend_invitation(invitation_id=invitation.pk, rights=owner_rights(world), at=later)
    told(client, page_of(invitation), 410, "Only the newest link works")
    assert client.get(page_of(invitation, 1)).status_code == 200


def test_somebody_elses_use_says_so(client, world, invitation):
    client.force_login(person("ada@private.example"))
    client.post(page_of(invitation))
    client.force_login(person("bob@acme.example"))
    told(client, page_of(invitation), 409, "not with the account you are signed in to")


def test_a_member_learns_that_there_is_nothing_to_do_and_the_link_stays(client, world, now):
    team = Group.objects.create(customer=world.customer, external_id="t", name="Design")
    first = invited(world, "ada@acme.example", at=now, group_id=team.pk)
    ada = person("ada@acme.example")
    client.force_login(ada)
    client.post(page_of(first))
    again = invited(world, "ada@private.example", at=now, group_id=team.pk)
    told(client, page_of(again), 409, "belongs to Design at Acme GmbH already", method="post")
    # and another team says which one they are in
    other = Group.objects.create(customer=world.customer, external_id="s", name="Sales")
    third = invited(world, "ada@third.example", at=now, group_id=other.pk)
    told(client, page_of(third), 409, "You are in Design at Acme GmbH", method="post")
    again.refresh_from_db()
    assert again.state == "pending"


def test_somebody_of_another_company_keeps_it_and_belongs_to_both(client, world, invitation, now):
    dora = person("dora@else.example")
    from_elsewhere = Group.objects.create(
        customer=make_customer(None, "else"), external_id="x", name="X"
    )
    grantee = Grantee.objects.create(external_id="dora", user=dora, email=dora.email)
    Membership.objects.create(
        customer=from_elsewhere.customer, group=from_elsewhere, grantee=grantee
    )
    client.force_login(dora)
    assert "You keep everything at Else GmbH" in client.get(page_of(invitation)).content.decode()
    client.post(page_of(invitation))
    assert Membership.objects.filter(grantee=grantee, state="active").count() == 2


def test_the_domain_rule_names_the_addresses_that_may(client, world, invitation, now):
    set_domain_rule(
        customer_id=world.customer.pk, domains=["acme.example"], is_enforced=True,
        by=owner_of(world), at=now,
    )  # fmt: skip
    assert outside_domains(customer_id=world.customer.pk, domains=["acme.example"]) == []
    client.force_login(person("ada@private.example"))
    told(client, page_of(invitation), 403, "only addresses of @acme.example may")
    told(client, page_of(invitation), 403, "only addresses of @acme.example may", method="post")


def test_a_closed_company_is_joined_by_nobody(client, world, invitation):
    world.customer.status = "closed"
    world.customer.save()
    told(client, page_of(invitation), 410, "Nobody can join it any more", method="post")


def test_staff_use_another_account(client, world, invitation):
    client.force_login(User.objects.create_user("s", email="s@us.example", is_staff=True))
    told(client, page_of(invitation), 403, "staff account", method="post")


def test_when_the_seat_is_gone_the_administrator_is_asked_for_one(client, db, now):
    world = SeatWorld.make({"seat_limit": "block"}, seats={"member": 1})
    _, late = (
        one.invitation for one in invite(world, "ada@acme.example", "bob@acme.example", at=now)
    )
    text = told(client, page_of(late), 409, "Others were faster", method="post")
    assert "Ask Olga Owner for a seat" in text
    assert not User.objects.filter(username="bob@acme.example").exists()  # nothing was made
    told(client, f"{page_of(late)}ask/", 200, "gets an e-mail", method="post")
    assert "bob@acme.example" in InvitationMail.objects.get(kind="asks_seat").subject
    assert len(sent(timezone.now())) == 3
