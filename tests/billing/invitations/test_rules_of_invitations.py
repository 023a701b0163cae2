"""Who may be invited and accept; links, mail, resending, and what the tables refuse."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.enums import MembershipRole
from accounts.models import BillingOwner, Grantee, Group, Membership
from accounts.operations.change_recipients import add_recipient
from accounts.queries.portal_rights import rights_of
from billing.calc.domains import DomainInvalid, domain_of, joined_domains, read_domains
from billing.calc.invitees import Invitee, read_invitees
from billing.documents.invitation_link import token_digest
from billing.models import ClaimOffer, DomainRule, Invitation, InvitationMail, SeatClaim, SeatType
from billing.operations.accept_invitation import accept_as_new_person, accept_invitation
from billing.operations.check_domain_rule import AddressForbidden, check_domain_rule
from billing.operations.claim_seat import NoneLeft, NotOfDomain, OfferClosed, claim_seat
from billing.operations.invitation_refusals import (
    AlreadyMember,
    InvitationUnknown,
    NotPending,
    SentJustNow,
)
from billing.operations.invite_people import invite_people
from billing.operations.offer_seats import OfferedAlready, close_offer, offer_seats
from billing.operations.open_invitation import open_invitation
from billing.operations.resend_invitation import resend_invitation
from billing.operations.revoke_invitation import revoke_invitation
from billing.operations.set_domain_rule import LocksYouOut, NoDomain, set_domain_rule
from billing.queries.claim_offers import may_claim, outside_domains
from tests.billing.invitations.given import (
    NOON,
    invite,
    invited,
    owner_of,
    owner_rights,
    person,
    seats_of,
    sent,
    token_sent,
    wish,
)
from tests.seatworld import SeatWorld, make_customer

SIX_MINUTES = timedelta(minutes=6)


def test_people_are_read_as_they_are_typed():
    text = "Ada Lovelace <Ada@Acme.example>\nbob@acme.example, ada@acme.example;nonsense\n\n"
    assert read_invitees(text) == [
        Invitee("ada@acme.example", "Ada Lovelace"),
        Invitee("bob@acme.example"),
        Invitee("nonsense"),
    ]


@pytest.mark.parametrize(
    ("typed", "read"),
    [("@Acme.com, acme.de acme.com", ["acme.com", "acme.de"]), ("müller.de", ["xn--mller-kva.de"])],
)
def test_domains_are_read_as_they_are_typed(typed, read):
    assert read_domains(typed) == read
    assert domain_of(f"Ada@{typed.split(',')[0].strip('@')}") == read[0]


@pytest.mark.parametrize("typed", ["acme", "a@b.com/x", "-a.com", "1.2.3.4", "a b"])
def test_what_is_no_domain_is_refused(typed):
    with pytest.raises(DomainInvalid):
        read_domains(typed)
    assert joined_domains(["a.com", "b.com", "c.com"]) == "@a.com, @b.com or @c.com"


def test_the_link_leaves_the_house_and_stands_in_no_table(world):
    invitation = invited(world)
    (mail,) = InvitationMail.objects.all()
    token = token_sent()
    assert token_digest(token) == invitation.token_digest
    mail.refresh_from_db()
    assert (mail.state, mail.to) == ("sent", ["ada@else.example"])
    assert token not in mail.text + mail.html
    assert open_invitation(token=token, at=NOON) == invitation


def test_mail_speaks_the_customers_language(world):
    world.customer.language = "de"
    world.customer.save()
    invited(world, name="Ada")
    (text,) = sent()
    assert "Olga Owner lädt Sie ein, Acme GmbH beizutreten" in text


def test_sending_again_makes_a_new_link_and_the_unsent_old_one_is_not_sent(world):
    invitation = invited(world)
    rights = owner_rights(world)
    with pytest.raises(SentJustNow):
        resend_invitation(invitation_id=invitation.pk, rights=rights, at=NOON)
    again = resend_invitation(
        invitation_id=invitation.pk, rights=rights, at=NOON + timedelta(minutes=6)
    )
    assert again.expires_at == NOON + timedelta(days=7, minutes=6)
    token = token_sent(NOON + timedelta(minutes=6))
    assert token_digest(token) == again.token_digest != invitation.token_digest
    assert InvitationMail.objects.get(number=1).problem == "A newer link was sent"


def test_an_invitation_taken_back_before_its_mail_is_not_sent(world):
    invitation = invited(world)
    revoke_invitation(
        invitation_id=invitation.pk, rights=owner_rights(world), by=owner_of(world), at=NOON
    )
    assert sent() == []
    with pytest.raises(NotPending):
        resend_invitation(
            invitation_id=invitation.pk, rights=owner_rights(world), at=NOON + SIX_MINUTES
        )


def test_who_cannot_be_invited_is_told_why_and_the_others_are(world):
    # given a member, a pending invitation and a rule
    first = invited(world, "ada@acme.example")
    accept_invitation(invitation_id=first.pk, user=person("ada@acme.example"), at=NOON)
    invited(world, "bob@acme.example")
    set_domain_rule(
        customer_id=world.customer.pk, domains=["acme.example"], is_enforced=True,
        by=owner_of(world), at=NOON,
    )  # fmt: skip
    answers = invite(
        world, "ada@acme.example", "Bob@acme.example", "cem@acme.example", "cem@acme.example",
        "eve@else.example", "nonsense", f"eve@{'e' * 60}.{'e' * 60}.{'e' * 20}.acme.example",
    )  # fmt: skip
    assert [one.code for one in answers] == [
        "already_a_member", "invitation_pending", "", "invitation_pending",
        "address_outside_domains", "invitation_address_invalid", "invitation_address_invalid",
    ]  # fmt: skip


def test_a_group_administrator_invites_into_their_own_part_only(world):
    ours, theirs = (
        Group.objects.create(customer=world.customer, external_id=name, name=name)
        for name in ("ours", "theirs")
    )
    below = Group.objects.create(
        customer=world.customer, external_id="below", name="below", parent=ours
    )
    tina = person("tina@acme.example")
    Membership.objects.create(
        customer=world.customer, group=ours, role=MembershipRole.GROUP_ADMINISTRATOR,
        grantee=Grantee.objects.create(external_id="tina", user=tina),
    )  # fmt: skip
    rights = rights_of(user_id=tina.pk, customer_id=world.customer.pk)
    answers = invite_people(
        people=[
            wish(world, "a@acme.example", group_id=ours.pk),
            wish(world, "b@acme.example", group_id=theirs.pk),
            wish(world, "c@acme.example", role="billing_administrator"),
            wish(world, "d@acme.example", group_id=ours.pk, seat_type_id=ours.pk),
            wish(world, "e@acme.example", group_id=ours.pk, role="group_administrator"),
            wish(world, "f@acme.example", group_id=below.pk, role="group_administrator"),
        ],
        rights=rights, by=tina, at=NOON,
    )  # fmt: skip
    assert [one.code for one in answers] == [
        "", "invitation_not_yours", "invitation_not_yours", "invitation_not_yours",
        "group_decided_above", "",
    ]  # fmt: skip
    # and only sees and changes invitations of it
    foreign = invited(world, group_id=theirs.pk)
    with pytest.raises(InvitationUnknown):
        revoke_invitation(invitation_id=foreign.pk, rights=rights, by=tina, at=NOON)


def test_a_billing_administrator_takes_no_seat_and_manages_billing(world):
    invitation = invited(
        world, "cfo@acme.example", seat=False, group_id=None, role="billing_administrator"
    )
    cfo = person("cfo@acme.example")
    joined = accept_invitation(invitation_id=invitation.pk, user=cfo, at=NOON)
    rights = rights_of(user_id=cfo.pk, customer_id=joined.customer_id)
    assert (rights.manages_billing, rights.is_owner, rights.is_member) == (True, False, False)
    assert BillingOwner.objects.get(user=cfo).receives_invoices is False
    again = invited(
        world, "cfo@private.example", seat=False, group_id=None, role="billing_administrator"
    )
    with pytest.raises(AlreadyMember):
        accept_invitation(invitation_id=again.pk, user=cfo, at=NOON)


def test_a_recipient_of_invoices_stays_the_same_person_as_billing_administrator(world):
    add_recipient(customer_id=world.customer.pk, email="CFO@acme.example", name="Cleo")
    invitation = invited(
        world, "cfo@acme.example", seat=False, group_id=None, role="billing_administrator"
    )
    cfo = person("cfo@acme.example")
    accept_invitation(invitation_id=invitation.pk, user=cfo, at=NOON)
    kept = BillingOwner.objects.get(customer=world.customer, email__iexact="cfo@acme.example")
    assert (kept.user, kept.manages_billing, kept.receives_invoices) == (cfo, True, True)


def test_an_address_too_long_for_an_id_joins_under_another(world):
    long = f"ada@{'a' * 60}.{'a' * 40}.example"
    _, joined = accept_as_new_person(invitation_id=invited(world, long).pk, at=NOON)
    assert Grantee.objects.get(pk=joined.grantee_id, email=long).external_id.startswith("person-")


def test_a_member_may_be_raised_to_group_administrator(world):
    team = Group.objects.create(customer=world.customer, external_id="t", name="Design")
    ada = person("ada@acme.example")
    for role, email in (("member", "ada@acme.example"), ("group_administrator", "ada@x.example")):
        one = invited(world, email, group_id=team.pk, role=role)
        accept_invitation(invitation_id=one.pk, user=ada, at=NOON)
    assert Membership.objects.get(grantee__user=ada, group=team).role == "group_administrator"
    assert world.seats() == 25  # the seat is the one held already


def test_a_person_another_company_knows_is_never_taken_over_by_an_address(world):
    # given a person without a user whom both companies know by the same address
    other = make_customer(None, "else")
    world.send("e1", NOON, grantee="shared")
    shared = Grantee.objects.get(external_id="shared")
    Grantee.objects.update(email="ada@acme.example")
    Membership.objects.create(customer=other, group=other.groups.get(), grantee=shared)
    # when somebody accepts an invitation sent to it with an address of their own
    eve = person("eve@else.example")
    accept_invitation(invitation_id=invited(world, "ada@acme.example").pk, user=eve, at=NOON)
    # then they got a person of their own and no door to the other company
    assert Grantee.objects.get(user=eve).external_id == "eve@else.example"
    assert rights_of(user_id=eve.pk, customer_id=other.pk) is None


def test_the_domain_rule_keeps_others_out_and_does_not_lock_out_who_sets_it(world):
    terms = {"customer_id": world.customer.pk, "by": owner_of(world), "at": NOON}
    check_domain_rule(customer_id=world.customer.pk, email="eve@else.example")
    set_domain_rule(domains=["acme.example"], is_enforced=True, **terms)
    check_domain_rule(customer_id=world.customer.pk, email="Ada@ACME.example")
    with pytest.raises(AddressForbidden, match="only addresses of @acme"):
        check_domain_rule(customer_id=world.customer.pk, email="eve@sub.acme.example")
    with pytest.raises(LocksYouOut):
        set_domain_rule(domains=["else.example"], is_enforced=True, **terms)
    with pytest.raises(NoDomain):
        set_domain_rule(domains=[], is_enforced=True, **terms)
    assert outside_domains(customer_id=world.customer.pk, domains=["else.example"]) == [
        "olga@acme.example"
    ]


@pytest.fixture
def offer(db) -> tuple[SeatWorld, ClaimOffer]:
    world = SeatWorld.make({"seat_limit": "block"}, seats={"member": 2})
    return world, offered(world)


def offered(world: SeatWorld, **more) -> ClaimOffer:
    said = {
        "customer_id": world.customer.pk, "subscription_id": world.subscription.pk,
        "seat_type_id": SeatType.objects.get(plan=world.plan, code="member").pk,
        "group_id": world.customer.groups.get().pk, "domains": ["acme.example"],
        "most_seats": None, "by": owner_of(world), "at": NOON,
    }  # fmt: skip
    return offer_seats(**{**said, **more})


def test_seats_are_claimed_first_come_until_none_is_left(offer):
    world, made = offer
    ada, bob, cem = (person(f"{name}@acme.example") for name in ("ada", "bob", "cem"))
    assert claim_seat(offer_id=made.pk, user=ada, at=NOON).is_new
    assert not claim_seat(offer_id=made.pk, user=ada, at=NOON).is_new  # again changes nothing
    claim_seat(offer_id=made.pk, user=bob, at=NOON)
    with pytest.raises(NoneLeft):
        claim_seat(offer_id=made.pk, user=cem, at=NOON)
    assert seats_of(world) == {"ada@acme.example": "active", "bob@acme.example": "active"}
    assert world.seats() == 2


def test_an_offer_has_its_domain_its_most_and_its_end(offer):
    world, made = offer
    with pytest.raises(OfferedAlready):
        offered(world)
    with pytest.raises(NotOfDomain):
        claim_seat(offer_id=made.pk, user=person("eve@else.example"), at=NOON)
    assert may_claim(offer_id=made.pk, email="ada@acme.example")
    close_offer(customer_id=world.customer.pk, offer_id=made.pk)
    assert not may_claim(offer_id=made.pk, email="ada@acme.example")
    with pytest.raises(OfferClosed):
        claim_seat(offer_id=made.pk, user=person("ada@acme.example"), at=NOON)
    one = offered(world, most_seats=1)
    claim_seat(offer_id=one.pk, user=person("bob@acme.example"), at=NOON)
    with pytest.raises(NoneLeft):
        claim_seat(offer_id=one.pk, user=person("cem@acme.example"), at=NOON)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("invitation_address_is_lower_case", {"email": "Ada@x.example"}),
        ("invitation_role_is_known", {"role": "king"}),
        ("invitation_state_is_known", {"state": "lost"}),
        ("invitation_expires_after_it_is_written", {"expires_at": NOON}),
        ("invitation_to_a_group_unless_for_billing", {"group": None}),
        ("invitation_seat_is_of_a_subscription", {"subscription": None}),
        ("invitation_reserves_what_it_names", {"reserves": "invited_seat"}),
        ("invitation_accepted_says_by_whom", {"state": "accepted"}),
        ("invitation_ended_says_when", {"state": "revoked"}),
    ],
)
def test_the_table_refuses_what_cannot_be(world, constraint, change):
    invited(world)
    with pytest.raises(IntegrityError, match=constraint):
        Invitation.objects.update(**change)


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("invitation_mail_kind_is_known", {"kind": "spam"}),
        ("invitation_mail_sent_says_when", {"state": "sent", "claimed_at": NOON}),
        ("invitation_mail_being_sent_is_claimed", {"state": "sending"}),
        ("invitation_mail_has_somebody_to_read_it", {"to": []}),
    ],
)
def test_the_table_of_mail_refuses_what_cannot_be(world, constraint, change):
    invited(world)
    with pytest.raises(IntegrityError, match=constraint):
        InvitationMail.objects.update(**change)


def refused(constraint, act):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        act()


def test_the_tables_refuse_a_second_of_what_there_is_once(offer):
    world, made = offer
    one, two = (
        answer.invitation for answer in invite(world, "a@x.example", "b@x.example", seat=False)
    )
    others = Invitation.objects.filter(pk=two.pk)
    refused("invitation_link_is_unique", lambda: others.update(token_digest=one.token_digest))
    refused("invitation_pending_once_per_address", lambda: others.update(email=one.email))
    mail = one.mails.get()
    mail.pk, mail.message_id = two.pk, "another"
    refused("invitation_mail_once_per_number", lambda: mail.save(force_insert=True))
    rule = DomainRule(customer=world.customer, changed_at=NOON, is_enforced=True)
    refused("domain_rule_enforced_names_a_domain", rule.save)
    claim = claim_seat(offer_id=made.pk, user=person("ada@acme.example"), at=NOON).claim
    again = SeatClaim(offer=made, user=claim.user, grantee=claim.grantee, claimed_at=NOON)
    refused("seat_claim_once_per_person", again.save)
    made.pk, made.domains = two.pk, []
    refused("claim_offer_names_a_domain", lambda: made.save(force_insert=True))
    made.domains = ["a.com"]
    refused("claim_offer_open_once_per_seat_type", lambda: made.save(force_insert=True))
