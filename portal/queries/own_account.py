"""What a person sees of themselves, over all the customers they belong to."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from billing.enums import SeatStateChoice
from billing.models import SeatHolding
from portal.queries.people_seats import STATES, TONES


@dataclass(frozen=True, slots=True)
class OwnSeat:
    """A seat the person holds. `by`: who began it, as the event says; empty where it does not."""

    company: str
    time_zone: str
    plan: str
    seat_type: str
    group: str
    state: str
    tone: str
    since: datetime
    by: str


def own_seats(*, user_id: int, at: datetime) -> tuple[OwnSeat, ...]:
    """By company. One query."""
    rows = (
        SeatHolding.objects.filter(
            Q(until_at=None) | Q(until_at__gt=at), grantee__user=user_id, from_at__lte=at
        )
        .exclude(state=SeatStateChoice.REMOVED)
        .select_related("customer", "subscription__plan", "seat_type", "group", "event")
        .order_by("customer__legal_name", "from_at")
    )
    return tuple(
        OwnSeat(
            company=row.customer.legal_name,
            time_zone=row.customer.time_zone,
            plan=row.subscription.plan.name,
            seat_type=row.seat_type.name,
            group=row.group.name if row.group else "",
            state=STATES.get(row.state, row.state),
            tone=TONES.get(row.state, ""),
            since=row.from_at,
            by=row.event.actor,
        )
        for row in rows
    )
