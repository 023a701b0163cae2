"""Which seats people hold now, in words a customer reads."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.queries.portal_rights import Rights
from billing.enums import SeatStateChoice, SubscriptionState
from billing.models import SeatHolding, SeatType
from portal.calc.seat_verbs import offered_for

STATES = {
    "active": "Active",
    "assigned": "Assigned",
    "invited": "Invited",
    "accepted": "Accepted",
    "suspended": "Suspended",
    "inactive": "Not in use",
}
TONES = {"active": "ok", "suspended": "wait", "invited": "info", "inactive": "wait"}


@dataclass(frozen=True, slots=True)
class SeatRow:
    """
    A seat somebody holds. `is_yours`: it lies in a group the person administers, so they may change it.

    A seat in no group is the billing owner's to change.
    """

    id: UUID
    grantee_id: UUID
    subscription: str
    plan: str
    seat_type: str
    seat_type_name: str
    state: str
    since: datetime
    group_id: UUID | None
    group: str
    is_yours: bool

    @property
    def state_words(self) -> str:
        return STATES.get(self.state, self.state)

    @property
    def verbs(self) -> tuple[tuple[str, str], ...]:
        """Names and labels of what the asker may do with it."""
        return offered_for(self.state) if self.is_yours else ()

    @property
    def tone(self) -> str:
        return TONES.get(self.state, "")


def held_at(*, customer_id: UUID, at: datetime) -> QuerySet[SeatHolding]:
    """Seats held at an instant, whatever their state but removed."""
    is_open = Q(until_at=None) | Q(until_at__gt=at)
    return SeatHolding.objects.filter(is_open, customer=customer_id, from_at__lte=at).exclude(
        state=SeatStateChoice.REMOVED
    )


def seats_of(
    rights: Rights, *, grantee_ids: Collection[UUID], at: datetime
) -> dict[UUID, list[SeatRow]]:
    """Each person's seats at the customer. One query."""
    rows = (
        held_at(customer_id=rights.customer_id, at=at)
        .filter(grantee__in=grantee_ids)
        .select_related("subscription__plan", "seat_type", "group")
        .order_by("subscription", "seat_type__display_order", "from_at")
    )
    found: defaultdict[UUID, list[SeatRow]] = defaultdict(list)
    for row in rows:
        found[row.grantee_id].append(seat_row(row, rights))
    return found


def seat_row(row: SeatHolding, rights: Rights) -> SeatRow:
    """Needs its subscription with the plan, seat type and group loaded. Names no group of others."""
    is_yours = rights.is_owner or row.group_id in rights.group_ids
    is_seen = is_yours or row.grantee_id in rights.grantee_ids
    return SeatRow(
        id=row.pk,
        grantee_id=row.grantee_id,
        subscription=row.subscription.external_id,
        plan=row.subscription.plan.name,
        seat_type=row.seat_type.code,
        seat_type_name=row.seat_type.name,
        state=row.state,
        since=row.from_at,
        group_id=row.group_id,
        group=row.group.name if row.group and is_seen else "",
        is_yours=is_yours,
    )


def seat_type_choices(*, customer_id: UUID) -> list[tuple[str, str]]:
    """Code and name of the seat types that subscriptions of the customer sell. One query."""
    rows = SeatType.objects.filter(
        plan__subscriptions__customer=customer_id,
        plan__subscriptions__state=SubscriptionState.ACTIVE,
    )
    return list(dict(rows.order_by("display_order", "name").values_list("code", "name")).items())
