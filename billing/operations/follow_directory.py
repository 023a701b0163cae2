"""Make groups and seats follow what a customer's directory says of its people."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.enums import MembershipRole, MembershipState
from accounts.models import DirectoryMember, DirectoryMembership, DirectoryUser, Group, Membership
from accounts.operations.register_customer import EVERYONE
from billing.calc.directory import HeldSeat, Rule, Step, Wanted, steps_to, wanted_of
from billing.calc.seat_changes import SeatChange
from billing.models import DirectoryMapping, DirectorySeat, SeatHolding, Subscription
from billing.operations.change_seats import change_seats
from kernel.refusal import Refusal

SOURCE = "scim"
GIVING = frozenset(["assign", "reactivate"])
TAKING = frozenset(["release", "suspend"])


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


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """What one person should have, and the steps there."""

    user: DirectoryUser
    wanted: Wanted
    steps: tuple[Step, ...]

    @property
    def changes(self) -> list[SeatChange]:
        grantee = self.user.grantee.external_id
        return [
            SeatChange(
                kind=one.kind,  # type: ignore[arg-type]
                subscription=one.subscription,
                seat_type=one.seat_type,
                to_seat_type=one.to_seat_type,
                grantee=grantee,
                group=one.group,
            )
            for one in self.steps
        ]


def follow_directory(
    origin: Origin, users: Sequence[DirectoryUser], *, leaving: Collection[UUID] = ()
) -> Followed:
    """
    Give and take what the mappings say for these people, all or nothing. Call it in a transaction.

    `leaving`: people the directory deletes; they are taken as inactive.

    :raises SeatsRefused: if a seat cannot be given: a limit, a pool, a budget
    """
    plans = plan_people(origin.customer_id, users, leaving=leaving, at=origin.at)
    changes = changes_in_order(plans)
    if changes:
        answers = change_seats(
            customer_id=origin.customer_id, changes=changes, source=SOURCE,
            request_id=origin.request_id, actor=origin.actor, at=origin.at, all_or_nothing=True,
        )  # fmt: skip
        refused = next((one for one in answers if one.status == "refused"), None)
        if refused:
            raise SeatsRefused(refused.message, refused.code)
    remember_seats(origin.customer_id, plans)
    settle_memberships(origin.customer_id, plans)
    return Followed(
        given=sum(1 for one in changes if one.kind in GIVING),
        taken=sum(1 for one in changes if one.kind in TAKING),
    )


def changes_in_order(plans: Iterable[PersonPlan]) -> list[SeatChange]:
    """What frees seats comes first, so that a seat can go from one person to another."""
    changes = [change for plan in plans for change in plan.changes]
    return sorted(changes, key=lambda one: one.kind not in TAKING)


def plan_people(
    customer_id: UUID,
    users: Sequence[DirectoryUser],
    *,
    leaving: Collection[UUID] = (),
    at: datetime,
) -> list[PersonPlan]:
    """A fixed number of queries for any number of people."""
    if not users:
        return []
    rules = rules_of(customer_id)
    groups = directory_groups_of(users)
    held = held_seats(customer_id, users, at)
    given = given_seats(users)
    plans = []
    for user in users:
        is_active = user.is_active and user.pk not in leaving
        wanted = wanted_of(
            rules, directory_groups=groups[user.pk], is_active=is_active, everyone=EVERYONE
        )
        steps = steps_to(
            wanted,
            held=held[user.grantee_id],
            given=given[user.pk],
            is_leaving=not is_active,
        )
        plans.append(PersonPlan(user, wanted, steps))
    return plans


def rules_of(customer_id: UUID) -> list[Rule]:
    mappings = DirectoryMapping.objects.filter(customer=customer_id).select_related(
        "group", "subscription", "seat_type"
    )
    return [
        Rule(
            directory_group=str(one.directory_group_id or ""),
            group=one.group.external_id if one.group else "",
            subscription=one.subscription.external_id if one.subscription else "",
            seat_type=one.seat_type.code if one.seat_type else "",
            when_gone=one.when_gone,
            rank=one.rank,
        )
        for one in mappings
    ]


def directory_groups_of(users: Sequence[DirectoryUser]) -> defaultdict[UUID, list[str]]:
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    rows = DirectoryMember.objects.filter(user__in=users).values_list("user_id", "group_id")
    for user_id, group_id in rows:
        found[user_id].append(str(group_id))
    return found


def held_seats(
    customer_id: UUID, users: Sequence[DirectoryUser], at: datetime
) -> defaultdict[UUID, list[HeldSeat]]:
    """The seats of people now, by grantee."""
    found: defaultdict[UUID, list[HeldSeat]] = defaultdict(list)
    rows = SeatHolding.objects.filter(
        Q(until_at=None) | Q(until_at__gt=at),
        customer=customer_id,
        grantee__in=[one.grantee_id for one in users],
        from_at__lte=at,
    ).select_related("subscription", "seat_type", "group")
    for row in rows:
        seat = HeldSeat(
            row.subscription.external_id,
            row.seat_type.code,
            row.group.external_id if row.group else "",
            row.state,
        )
        found[row.grantee_id].append(seat)
    return found


def given_seats(users: Sequence[DirectoryUser]) -> defaultdict[UUID, dict[str, str]]:
    """What to do at the end with the seats the directory gave, by person and subscription."""
    found: defaultdict[UUID, dict[str, str]] = defaultdict(dict)
    rows = DirectorySeat.objects.filter(user__in=users).select_related("subscription")
    for row in rows:
        found[row.user_id][row.subscription.external_id] = row.when_gone
    return found


def remember_seats(customer_id: UUID, plans: Sequence[PersonPlan]) -> None:
    """Which seats are the directory's from now on."""
    DirectorySeat.objects.filter(user__in=[plan.user for plan in plans]).delete()
    keys = dict(Subscription.objects.filter(customer=customer_id).values_list("external_id", "pk"))
    DirectorySeat.objects.bulk_create(
        DirectorySeat(user=plan.user, subscription_id=keys[name], when_gone=rule.when_gone)
        for plan in plans
        for name, rule in plan.wanted.seats.items()
    )


def settle_memberships(customer_id: UUID, plans: Sequence[PersonPlan]) -> None:
    """
    Membership in the wanted groups; what the directory gave before and no longer wants ends.

    Whoever is inactive or leaves is a member of nothing at this customer, whoever made them one.
    """
    names = {name for plan in plans for name in plan.wanted.groups}
    groups = {
        one.external_id: one
        for one in Group.objects.filter(customer=customer_id, external_id__in=names, closed_at=None)
    }
    for plan in plans:
        wanted = [groups[name] for name in sorted(plan.wanted.groups) if name in groups]
        end_memberships(customer_id, plan, wanted)
        for group in wanted:
            join(customer_id, plan.user, group)


def end_memberships(customer_id: UUID, plan: PersonPlan, wanted: Sequence[Group]) -> None:
    given = DirectoryMembership.objects.filter(user=plan.user).exclude(group__in=wanted)
    ending = Membership.objects.filter(
        customer=customer_id, grantee=plan.user.grantee_id, state=MembershipState.ACTIVE
    ).exclude(group__in=wanted)
    if plan.wanted.groups:
        ending = ending.filter(group__in=given.values("group"))
    for membership in ending:
        membership.state, membership.role = MembershipState.REMOVED, MembershipRole.MEMBER
        membership.save(update_fields=["state", "role"])
    given.delete()


def join(customer_id: UUID, user: DirectoryUser, group: Group) -> None:
    """A membership made by hand before stays the hand's: the directory does not take it back."""
    membership, is_new = Membership.objects.get_or_create(
        group=group, grantee_id=user.grantee_id, defaults={"customer_id": customer_id}
    )
    was_ended = membership.state != MembershipState.ACTIVE
    if was_ended:
        membership.state = MembershipState.ACTIVE
        membership.save(update_fields=["state"])
    if is_new or was_ended:
        DirectoryMembership.objects.get_or_create(user=user, group=group)
