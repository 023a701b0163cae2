"""What people of a directory should have beside what they have, and the changes of seats between."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, Q, When

from accounts.models import DirectoryMember, DirectoryUser
from accounts.operations.register_customer import EVERYONE
from billing.calc.directory import HeldSeat, Rule, Step, Wanted, steps_to, wanted_of
from billing.calc.seat_changes import SeatChange
from billing.enums import SubscriptionState
from billing.models import DirectoryMapping, DirectorySeat, SeatHolding
from billing.queries.local_day import local_day

TAKING = frozenset(["release", "suspend"])


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
    rules = rules_of(customer_id, at)
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


def is_served(at: datetime) -> Q:
    """Seats of a subscription that ended are nobody's business: no event of theirs would be taken."""
    return Q(subscription__state=SubscriptionState.ACTIVE) & (
        Q(subscription__ends_on=None)
        | Q(subscription__ends_on__gt=local_day(at, zone="subscription__time_zone"))
    )


def rules_of(customer_id: UUID, at: datetime) -> list[Rule]:
    mappings = (
        DirectoryMapping.objects.filter(customer=customer_id)
        .annotate(is_served=Case(When(is_served(at), then=True), default=False))
        .select_related("group", "subscription", "seat_type")
    )
    return [
        Rule(
            directory_group=str(one.directory_group_id or ""),
            group=one.group.external_id if one.group else "",
            subscription=one.subscription.external_id if one.subscription and one.is_served else "",
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
        is_served(at),
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
