"""Accept an invitation: the person joins, and the seat that was kept for them becomes theirs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.enums import ChangeKind, CustomerStatus, MembershipRole, MembershipState
from accounts.models import BillingOwner, Grantee, Membership
from accounts.operations.administer_billing import administer_billing
from accounts.operations.join_group import join_group, own_grantee, tie
from accounts.operations.note_changes import Change, note_changes
from accounts.operations.person_with_address import people_with_address, person_with_address
from accounts.operations.register_customer import EVERYONE
from billing.calc.seat_changes import SeatHeldAlready
from billing.enums import InvitationReserves, InvitationRole, InvitationState
from billing.models import Invitation
from billing.operations.change_seats import change_seats
from billing.operations.check_domain_rule import check_domain_rule
from billing.operations.invitation_refusals import (
    AlreadyMember,
    CustomerClosed,
    HasAccount,
    InOtherTeam,
    InvitationExpired,
    InvitationRevoked,
    InvitationUsed,
    InvitationUsedByYou,
    SeatGone,
)
from billing.operations.invite_people import SOURCE, SeatRefused, seat_change

NO_SEAT_LEFT = frozenset({"seat_limit_reached", "group_pool_exhausted", "group_budget_exceeded"})


@dataclass(frozen=True, slots=True)
class Joined:
    """Whose company somebody joined and, unless for billing alone, as whom."""

    customer_id: UUID
    grantee_id: UUID | None


@transaction.atomic
def accept_invitation(*, invitation_id: UUID, user: User, at: datetime) -> Joined:
    """
    Everything at once or nothing: membership, seat and the invitation's end.

    The link is what entitles, so the user's address may be another than the invited one.

    :raises Refusal: see invitation_refusals.py and check_domain_rule.py; the invitation stays open
        where something else can change the answer
    """
    invitation = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("customer", "group", "subscription", "seat_type", "grantee")
        .get(pk=invitation_id)
    )
    check_open(invitation, user=user, at=at)
    check_person(invitation, user)
    invitation.state, invitation.accepted_by, invitation.accepted_at = (
        InvitationState.ACCEPTED, user, at,
    )  # fmt: skip
    invitation.save(update_fields=["state", "accepted_by", "accepted_at"])
    if invitation.role == InvitationRole.BILLING_ADMINISTRATOR:
        administer_billing(
            customer_id=invitation.customer_id, person=user, email=user.email or invitation.email,
            name=invitation.name or user.get_full_name() or user.email,
        )  # fmt: skip
        return Joined(invitation.customer_id, None)
    grantee = person_of(invitation, user)
    take_seat(invitation, grantee, at)
    assert invitation.group, "only billing administrators join no group"
    join_group(group=invitation.group, grantee=grantee, role=MembershipRole(invitation.role))
    invitation.grantee = grantee
    invitation.save(update_fields=["grantee"])
    note_changes(
        [Change(invitation.customer_id, ChangeKind.MEMBERSHIP_CHANGED, at, grantee_id=grantee.pk)],
        at=at,
    )
    return Joined(invitation.customer_id, grantee.pk)


def check_open(invitation: Invitation, *, user: User | None, at: datetime) -> None:
    """
    Whether it can be accepted by anybody still; `user` only tells who used it.

    :raises Refusal: with the invitation's end, or the customer's
    """
    if invitation.state == InvitationState.ACCEPTED:
        is_you = user is not None and invitation.accepted_by_id == user.pk
        raise (InvitationUsedByYou if is_you else InvitationUsed)(invitation)
    if invitation.state == InvitationState.REVOKED:
        raise InvitationRevoked(invitation)
    if invitation.customer.status != CustomerStatus.ACTIVE:
        raise CustomerClosed(invitation)
    if invitation.state == InvitationState.EXPIRED or invitation.expires_at <= at:
        raise InvitationExpired(invitation)


def check_person(invitation: Invitation, user: User) -> None:
    """
    Whether this person can accept it.

    :raises AddressForbidden: if the customer's rule keeps the address out
    :raises AlreadyMember: if there is nothing to join
    :raises InOtherTeam: if the person would be in two teams
    """
    check_domain_rule(customer_id=invitation.customer_id, email=user.email)
    if invitation.role == InvitationRole.BILLING_ADMINISTRATOR:
        paying = BillingOwner.objects.filter(customer=invitation.customer_id, user=user)
        if paying.filter(manages_billing=True).exists():
            raise AlreadyMember(invitation)
        return
    for membership in memberships_of(user, invitation.customer_id):
        is_raised = invitation.role == InvitationRole.GROUP_ADMINISTRATOR
        if membership.group_id == invitation.group_id and not (
            is_raised and membership.role == MembershipRole.MEMBER
        ):
            raise AlreadyMember(invitation)
        if membership.group_id != invitation.group_id and not is_raised:
            raise InOtherTeam(invitation, membership.group.name)


def memberships_of(user: User, customer_id: UUID) -> list[Membership]:
    """Teams of the person at the customer; the group of everyone is none."""
    rows = Membership.objects.filter(
        grantee__user=user, customer=customer_id, state=MembershipState.ACTIVE
    )
    return list(rows.exclude(group__external_id=EVERYONE).select_related("group"))


def person_of(invitation: Invitation, user: User) -> Grantee:
    if invitation.grantee is not None:
        return tie(invitation.grantee, user)
    grantee = own_grantee(customer_id=invitation.customer_id, user=user, email=invitation.email)
    if invitation.name and not grantee.name:
        grantee.name = invitation.name
        grantee.save(update_fields=["name"])
    return grantee


def take_seat(invitation: Invitation, grantee: Grantee, at: datetime) -> None:
    """
    The invited seat is accepted; without one, a free seat is taken or one is added, as the plan says.
    Somebody the product named before may have a seat already: then that is the one.

    :raises SeatGone: if there is none left
    :raises SeatRefused: for any other reason of the seat's own
    """
    if invitation.seat_type is None:
        return
    is_waiting = invitation.reserves == InvitationReserves.INVITED_SEAT
    (answer,) = change_seats(
        customer_id=invitation.customer_id,
        changes=[seat_change("accept" if is_waiting else "assign", invitation, grantee)],
        source=SOURCE,
        request_id=f"accept-{invitation.pk}",
        actor=grantee.email or grantee.external_id,
        at=at,
    )
    if answer.status == "refused" and answer.code != SeatHeldAlready.code:
        if answer.code in NO_SEAT_LEFT:
            raise SeatGone(invitation)
        raise SeatRefused(answer.code, answer.message)


@transaction.atomic
def accept_as_new_person(*, invitation_id: UUID, at: datetime) -> tuple[User, Joined]:
    """
    For somebody without an account: the link reached the invited address, so it becomes one.

    :raises HasAccount: if the address has an account: its owner signs in first
    :raises Refusal: as accept_invitation does; then no account is made
    """
    invitation = Invitation.objects.get(pk=invitation_id)
    if people_with_address(invitation.email):
        raise HasAccount(invitation)
    user = person_with_address(email=invitation.email, name=invitation.name)
    return user, accept_invitation(invitation_id=invitation_id, user=user, at=at)
