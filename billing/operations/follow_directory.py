"""Make groups and seats follow what a customer's directory says of its people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.enums import MembershipRole, MembershipState
from accounts.models import DirectoryMembership, DirectoryUser, Group, Membership
from accounts.operations.join_group import join_group
from billing.calc.seat_changes import SeatAnswer
from billing.models import DirectorySeat, Subscription
from billing.operations.change_seats import change_seats
from billing.operations.uninvite_people import uninvite_people
from billing.queries.directory_plans import TAKING, PersonPlan, changes_in_order, plan_people
from billing.queries.seat_room import seat_room
from kernel.refusal import Refusal

SOURCE = "scim"
GIVING = frozenset(["assign", "reactivate"])
Pair = tuple[UUID, UUID]


class SeatsRefused(Refusal):
    """`reason` is the code change_seats refused with."""

    code = "directory_seats_refused"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose directory asks, under which name, in which request, when."""

    customer_id: UUID
    actor: str
    request_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Followed:
    """How many seats a request gave and took."""

    given: int = 0
    taken: int = 0


def follow_directory(
    origin: Origin, users: Sequence[DirectoryUser], *, leaving: Collection[UUID] = ()
) -> Followed:
    """
    Give and take what the mappings say for these people, all or nothing. Call it in a transaction.

    `leaving`: people the directory deletes; they are taken as inactive. Open invitations to who is
    inactive end.

    :raises SeatsRefused: if a seat cannot be given: a limit, a pool, a budget
    """
    uninvite(origin, [one for one in users if not one.is_active or one.pk in leaving])
    plans = plan_people(origin.customer_id, users, leaving=leaving, at=origin.at)
    changes = changes_in_order(plans)
    before = memberships_of(origin.customer_id, plans)
    if changes:
        answers = change_seats(
            customer_id=origin.customer_id, changes=changes, source=SOURCE,
            request_id=origin.request_id, actor=origin.actor, at=origin.at, all_or_nothing=True,
        )  # fmt: skip
        refuse_all(origin, plans, answers)
    remember_seats(origin.customer_id, plans)
    settle_memberships(origin.customer_id, plans, before)
    return Followed(
        given=sum(1 for one in changes if one.kind in GIVING),
        taken=sum(1 for one in changes if one.kind in TAKING),
    )


def uninvite(origin: Origin, gone: Sequence[DirectoryUser]) -> None:
    addresses = {said.lower() for one in gone for said in (one.user_name, one.grantee.email)}
    refused = uninvite_people(
        customer_id=origin.customer_id, addresses=addresses - {""}, actor=origin.actor, at=origin.at
    )
    for answer in refused:
        raise SeatsRefused(answer.message, answer.code)


def refuse_all(origin: Origin, plans: Sequence[PersonPlan], answers: Sequence[SeatAnswer]) -> None:
    """Say of the first who gets no seat why, in words an administrator of a directory reads."""
    refused = [one for one in answers if one.status == "refused" and one.code != "nothing_done"]
    if not refused:
        return
    first = refused[0]
    names = {plan.user.grantee.external_id: plan.user.user_name for plan in plans}
    why = first.message
    if first.code == "seat_limit_reached":
        why = full_house(origin, first) or why
    more = f" ({len(refused)} people are without a seat.)" if len(refused) > 1 else ""
    raise SeatsRefused(f"No seat for {names[first.change.grantee]}: {why}{more}", first.code)


def full_house(origin: Origin, refused: SeatAnswer) -> str:
    """How many seats of which kind are taken, and what to do."""
    change = refused.change
    wanted = (change.subscription, change.to_seat_type or change.seat_type)
    for room in seat_room(customer_id=origin.customer_id, at=origin.at):
        if (room.subscription, room.seat_type) == wanted and room.limit is not None:
            return (
                f"all {room.limit} {room.seat_type_name} seats are taken. Buy more seats in the "
                "portal or take one back from somebody; then provision again."
            )
    return ""


def remember_seats(customer_id: UUID, plans: Sequence[PersonPlan]) -> None:
    """Which seats are the directory's from now on."""
    DirectorySeat.objects.filter(user__in=[plan.user for plan in plans]).delete()
    keys = dict(Subscription.objects.filter(customer=customer_id).values_list("external_id", "pk"))
    DirectorySeat.objects.bulk_create(
        DirectorySeat(user=plan.user, subscription_id=keys[name], when_gone=rule.when_gone)
        for plan in plans
        for name, rule in plan.wanted.seats.items()
    )


def memberships_of(customer_id: UUID, plans: Sequence[PersonPlan]) -> dict[Pair, Membership]:
    """Active ones by person and group. A seat makes its holder a member, too."""
    rows = Membership.objects.filter(
        customer=customer_id,
        grantee__in=[plan.user.grantee_id for plan in plans],
        state=MembershipState.ACTIVE,
    )
    return {(one.grantee_id, one.group_id): one for one in rows}


def settle_memberships(
    customer_id: UUID, plans: Sequence[PersonPlan], before: Collection[Pair]
) -> None:
    """
    Membership in the wanted groups; what the directory gave before and no longer wants ends.

    Whoever is inactive or leaves is a member of nothing at this customer, whoever made them one. Who
    was a member `before` by hand stays one when the directory lets go.
    """
    people = {plan.user.grantee_id: plan for plan in plans}
    wanted = wanted_memberships(customer_id, plans)
    now = memberships_of(customer_id, plans)
    given = DirectoryMembership.objects.filter(user__in=[plan.user for plan in plans])
    from_directory = {
        (one.user.grantee_id, one.group_id): one for one in given.select_related("user")
    }
    for pair, membership in now.items():
        if pair not in wanted and (pair in from_directory or not people[pair[0]].wanted.groups):
            membership.state, membership.role = MembershipState.REMOVED, MembershipRole.MEMBER
            membership.save(update_fields=["state", "role"])
    for pair, group in wanted.items():
        if pair not in now:
            grantee = people[pair[0]].user.grantee
            join_group(group=group, grantee=grantee, role=MembershipRole.MEMBER)
    given.filter(
        pk__in=[one.pk for pair, one in from_directory.items() if pair not in wanted]
    ).delete()
    DirectoryMembership.objects.bulk_create(
        DirectoryMembership(user=people[pair[0]].user, group=group)
        for pair, group in wanted.items()
        if pair not in before and pair not in from_directory
    )


def wanted_memberships(customer_id: UUID, plans: Sequence[PersonPlan]) -> dict[Pair, Group]:
    """By person and group; a group that was closed takes nobody."""
    names = {name for plan in plans for name in plan.wanted.groups}
    groups = Group.objects.filter(customer=customer_id, external_id__in=names, closed_at=None)
    return {
        (plan.user.grantee_id, group.pk): group
        for group in groups
        for plan in plans
        if group.external_id in plan.wanted.groups
    }
