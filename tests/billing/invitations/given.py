"""The given of these tests: who invites, whom, to which seat, and their mail as it is sent."""

import re
from datetime import datetime

from django.contrib.auth.models import User
from django.core import mail

from accounts.models import BillingOwner
from accounts.operations.send_queued_mail import send_queued_mail
from accounts.queries.portal_rights import Rights, rights_of
from billing.documents.invitation_link import with_link
from billing.models import Invitation, InvitationMail, SeatHolding, SeatType
from billing.operations.invite_people import InviteAnswer, invite_people
from billing.operations.plan_invitations import NewInvitation
from tests.seatworld import SeatWorld, day

NOON = day(2, 4, 12)
LINK = re.compile(r"/portal/invitation/([\w=-]+)/")


def person(email: str) -> User:
    return User.objects.create_user(email, email=email)


def owner_of(world: SeatWorld) -> User:
    """Olga, who owns the customer and signs in."""
    owner = BillingOwner.objects.get(customer=world.customer, is_primary=True)
    if owner.user is None:
        owner.user = person(owner.email)
        owner.save()
    return owner.user


def owner_rights(world: SeatWorld) -> Rights:
    rights = rights_of(user_id=owner_of(world).pk, customer_id=world.customer.pk)
    assert rights is not None
    return rights


def wish(world: SeatWorld, email: str, *, seat: bool = True, **more) -> NewInvitation:
    """A member of the group of everyone with a seat, unless said otherwise."""
    said = {"group_id": world.customer.groups.get(external_id="everyone").pk}
    if seat:
        said |= {
            "subscription_id": world.subscription.pk,
            "seat_type_id": SeatType.objects.get(plan=world.plan, code="member").pk,
        }
    return NewInvitation(email=email, **{**said, **more})


def invite(world: SeatWorld, *emails: str, at: datetime = NOON, **more) -> list[InviteAnswer]:
    return invite_people(
        people=[wish(world, one, **more) for one in emails],
        rights=owner_rights(world), by=owner_of(world), at=at,
    )  # fmt: skip


def invited(world: SeatWorld, email: str = "ada@else.example", **more) -> Invitation:
    (answer,) = invite(world, email, **more)
    assert answer.invitation is not None, answer.message
    return answer.invitation


def sent(at: datetime = NOON) -> list[str]:
    """The texts that leave the house now."""
    before = len(mail.outbox)
    send_queued_mail(box=InvitationMail, written=with_link, at=at)
    return [str(one.body) for one in mail.outbox[before:]]


def token_sent(at: datetime = NOON) -> str:
    (text,) = sent(at)
    (token,) = LINK.findall(text)
    return str(token)


def seats_of(world: SeatWorld, at: datetime = NOON) -> dict[str, str]:
    """State of each named person's seat at an instant, by address."""
    rows = SeatHolding.objects.filter(customer=world.customer, from_at__lte=at)
    rows = rows.exclude(until_at__lte=at).exclude(state="removed").select_related("grantee")
    return {one.grantee.email: one.state for one in rows}
