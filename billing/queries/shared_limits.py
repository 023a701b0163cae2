"""What a customer's subscriptions include for all their people together, and what of it was used."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max, Q

from billing.enums import LimitOf, SubscriptionState
from billing.models import SeatHolding, SeatTypeFeature, Subscription, UsageTotal


@dataclass(frozen=True, slots=True)
class SharedLimit:
    """Amounts in `unit` a billing cycle; `used` in the running one, by all and by group with those below."""

    subscription_id: UUID
    subscription: str
    plan: str
    feature_id: UUID
    feature: str
    name: str
    unit: str
    limit: int
    used: int
    used_by_group: dict[UUID, int]


def shared_limits(*, customer_id: UUID, at: datetime) -> list[SharedLimit]:
    """By subscription and feature; the highest where seat types differ. Four queries."""
    running = Subscription.objects.filter(customer=customer_id, state=SubscriptionState.ACTIVE)
    subscriptions = list(running.select_related("plan").order_by("external_id"))
    held = SeatHolding.objects.filter(
        Q(until_at=None) | Q(until_at__gt=at), customer=customer_id, from_at__lte=at
    )
    plans = {(one.pk, one.plan_id) for one in subscriptions}
    plans |= set(held.order_by().values_list("subscription_id", "seat_type__plan_id").distinct())
    limits = (
        SeatTypeFeature.objects.filter(
            seat_type__plan__in={plan for _, plan in plans}, limit_of=LimitOf.SUBSCRIPTION
        )
        .exclude(limit=None)
        .order_by("feature__code")
        .values_list(
            "seat_type__plan_id", "feature_id", "feature__code", "feature__name", "feature__unit"
        )
        .annotate(Max("limit"))
    )
    rows = list(limits)
    used = used_now(customer_id, at)
    found: dict[tuple[UUID, UUID], SharedLimit] = {}
    for one in subscriptions:
        for plan_id, feature_id, code, name, unit, limit in rows:
            if (one.pk, plan_id) not in plans:
                continue
            before = found.get((one.pk, feature_id))
            if before is None or before.limit < limit:
                totals = used.get((one.pk, feature_id), {})
                found[one.pk, feature_id] = SharedLimit(
                    one.pk, one.external_id, one.plan.name, feature_id, code, name, unit, limit,
                    used=totals.get(None, 0),
                    used_by_group={key: total for key, total in totals.items() if key},
                )  # fmt: skip
    return list(found.values())


def used_now(customer_id: UUID, at: datetime) -> dict[tuple[UUID, UUID], dict[UUID | None, int]]:
    """Of all (None) and of groups, in the running cycle."""
    totals = UsageTotal.objects.filter(
        subscription__customer=customer_id, grantee=None, from_at__lte=at, until_at__gt=at
    ).order_by("from_at")
    found: dict[tuple[UUID, UUID], dict[UUID | None, int]] = {}
    for one in totals:
        sums = found.setdefault((one.subscription_id, one.feature_id), {})
        sums[one.group_id] = max(0, one.quantity)
    return found
