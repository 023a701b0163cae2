"""What would become of people one wants to invite: who may be, and what is reserved for each."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.enums import MembershipState
from accounts.models import BillingOwner, Group, Membership
from accounts.operations.shape_groups import check_decided_here
from accounts.queries.portal_rights import Rights
from billing.calc.budget import SeatLine
from billing.calc.domains import domain_of, joined_domains
from billing.enums import (
    InvitationReserves,
    InvitationRole,
    InvitationState,
)
from billing.models import Invitation, SeatType, Subscription
from billing.operations.check_domain_rule import enforced_domains
from billing.operations.invitation_refusals import (
    AddressInvalid,
    BelongsAlready,
    InvitedAlready,
    NotYours,
    OutsideDomains,
)
from billing.queries.seat_room import seat_room
from billing.records.group_room import GroupRoom, SeatPlace, load_group_room
from kernel.refusal import Refusal

MOST = 500
LONGEST_ADDRESS = 150  # an account goes by it


@dataclass(frozen=True, slots=True)
class NewInvitation:
    """Somebody to invite. No subscription: without a seat. No group: to administer billing."""

    email: str
    name: str = ""
    role: str = InvitationRole.MEMBER
    group_id: UUID | None = None
    subscription_id: UUID | None = None
    seat_type_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PlannedInvitation:
    """What would be reserved, or the refusal."""

    wish: NewInvitation
    email: str
    group: Group | None = None
    subscription: Subscription | None = None
    seat_type: SeatType | None = None
    reserves: InvitationReserves = InvitationReserves.NONE
    refusal: Refusal | None = None


@dataclass(slots=True)
class Standing:
    """
    What is known of a customer when people are to be invited.

    Free seats, and the room in pools and budgets of groups, go down as seats are kept.
    """

    rights: Rights
    groups: dict[UUID, Group]
    subscriptions: dict[UUID, Subscription]
    seat_types: dict[UUID, SeatType]
    activation: dict[tuple[UUID, UUID], str]
    free: Counter[tuple[UUID, UUID]]
    room: GroupRoom
    domains: list[str]
    pending: set[str]
    members: set[str]
    billing: set[str]
    seen: set[str] = field(default_factory=set)


def plan_invitations(
    *, people: Sequence[NewInvitation], rights: Rights, at: datetime
) -> list[PlannedInvitation]:
    """
    One answer for each, in their order. Nothing is written; the number of queries is fixed.

    :raises NotYours: for more people than one may invite at once
    """
    if len(people) > MOST:
        raise NotYours(f"Invite at most {MOST} people at once.")
    emails = {one.email.strip().lower() for one in people}
    standing = standing_of(rights, emails, at)
    return [planned(one, standing) for one in people]


def planned(wish: NewInvitation, standing: Standing) -> PlannedInvitation:
    email = wish.email.strip().lower()
    try:
        check_address(email, wish, standing)
        group, subscription, seat_type = named(wish, standing)
        reserves = reserved(group, subscription, seat_type, standing)
    except Refusal as refusal:
        return PlannedInvitation(wish, email, refusal=refusal)
    standing.seen.add(email)
    return PlannedInvitation(wish, email, group, subscription, seat_type, reserves)


def check_address(email: str, wish: NewInvitation, standing: Standing) -> None:
    """
    :raises Refusal: if nobody can be invited by this address, or somebody was already
    """
    try:
        validate_email(email)
    except ValidationError:
        raise AddressInvalid(f"“{email[:80]}” is no e-mail address.") from None
    if len(email) > LONGEST_ADDRESS:
        raise AddressInvalid(f"“{email[:80]}…” is longer than {LONGEST_ADDRESS} characters.")
    if standing.domains and domain_of(email) not in standing.domains:
        raise OutsideDomains(
            f"Only addresses of {joined_domains(standing.domains)} may join. The billing owner can "
            "change that under “Who may join”."
        )
    if email in standing.seen:
        raise InvitedAlready(f"{email} is named twice.")
    if email in standing.pending:
        raise InvitedAlready(
            f"An invitation to {email} is still open. Send it again, or take it back first."
        )
    is_billing = wish.role == InvitationRole.BILLING_ADMINISTRATOR
    if email in (standing.billing if is_billing else standing.members):
        raise BelongsAlready(f"{email} belongs to you already. Change the person instead.")


def named(
    wish: NewInvitation, standing: Standing
) -> tuple[Group | None, Subscription | None, SeatType | None]:
    """
    The group and the seat, if whoever invites may give them.

    :raises NotYours: otherwise
    :raises DecidedAbove: for an administrator of one's own topmost group
    """
    if wish.role == InvitationRole.BILLING_ADMINISTRATOR:
        if not standing.rights.is_owner:
            raise NotYours("Only the billing owner invites billing administrators.")
        return None, None, None
    group = standing.groups.get(wish.group_id) if wish.group_id else None
    if group is None:
        raise NotYours("Choose a group you administer.")
    if wish.role == InvitationRole.GROUP_ADMINISTRATOR:
        check_decided_here(standing.rights, group)
    if wish.subscription_id is None or wish.seat_type_id is None:
        return group, None, None
    if (wish.subscription_id, wish.seat_type_id) not in standing.activation:
        raise NotYours("Choose a seat of one of your plans.")
    return (
        group,
        standing.subscriptions[wish.subscription_id],
        standing.seat_types[wish.seat_type_id],
    )


def reserved(
    group: Group | None,
    subscription: Subscription | None,
    seat_type: SeatType | None,
    standing: Standing,
) -> InvitationReserves:
    """
    A free bought seat; else one of its own where the policy counts it as sent; else nothing.

    :raises PoolExhausted, BudgetExceeded: if the group has no room for the seat that would be kept
    """
    if group is None or subscription is None or seat_type is None:
        return InvitationReserves.NONE
    key = (subscription.pk, seat_type.pk)
    is_free = standing.free[key] > 0
    if not is_free and standing.activation.get(key) != "invite_sent":
        return InvitationReserves.NONE
    place = SeatPlace(group.pk, SeatLine(str(subscription.pk), seat_type.code))
    with standing.room.moving(None, place) as move:
        move.is_done = True
    standing.free[key] -= is_free
    return InvitationReserves.FREE_SEAT if is_free else InvitationReserves.INVITED_SEAT


def standing_of(rights: Rights, emails: set[str], at: datetime) -> Standing:
    customer_id = rights.customer_id
    room = seat_room(customer_id=customer_id, at=at)
    subscriptions = Subscription.objects.filter(pk__in={one.subscription_id for one in room})
    seat_types = SeatType.objects.filter(pk__in={one.seat_type_id for one in room})
    pending = Invitation.objects.filter(
        customer=customer_id, state=InvitationState.PENDING, email__in=emails
    )
    return Standing(
        rights=rights,
        groups={
            one.pk: one for one in Group.objects.filter(pk__in=rights.group_ids, closed_at=None)
        },
        subscriptions={one.pk: one for one in subscriptions},
        seat_types={one.pk: one for one in seat_types},
        activation={(one.subscription_id, one.seat_type_id): one.activation for one in room},
        room=load_group_room(customer_id=customer_id, at=at),
        free=Counter({(one.subscription_id, one.seat_type_id): one.free for one in room}),
        domains=enforced_domains(customer_id),
        pending=set(pending.values_list("email", flat=True)),
        members=members_among(customer_id, emails),
        billing=billing_among(customer_id, emails),
    )


def members_among(customer_id: UUID, emails: set[str]) -> set[str]:
    """Addresses of people who sign in as members: their own, or the one they are known by."""
    rows = Membership.objects.filter(
        customer=customer_id, state=MembershipState.ACTIVE, grantee__user__isnull=False
    ).annotate(known=Lower("grantee__email"), proved=Lower("grantee__user__email"))
    found = rows.filter(Q(known__in=emails) | Q(proved__in=emails)).values_list("known", "proved")
    return {address for pair in found for address in pair}


def billing_among(customer_id: UUID, emails: set[str]) -> set[str]:
    rows = BillingOwner.objects.filter(
        customer=customer_id, user__isnull=False, manages_billing=True
    ).annotate(known=Lower("email"))
    return set(rows.filter(known__in=emails).values_list("known", flat=True))
