"""Publish a version of a seat policy. Versions never change; a new one counts from its date on."""

from collections.abc import Mapping
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import transaction

from billing.calc.policy import canonical_settings
from billing.models import Plan, SeatPolicy
from billing.operations.publish_price import EffectiveInThePast, past_message


@transaction.atomic
def publish_policy(
    *,
    plan: Plan,
    interval_unit: str,
    interval_count: int,
    settings: Mapping[str, object],
    effective_from: date,
    at: datetime,
    by: User | None = None,
    note: str = "",
) -> SeatPolicy:
    """
    The next version of the plan's policy for an interval.

    :raises EffectiveInThePast: if a later version would count from a date already gone
    :raises PolicyInvalid: for an unknown setting or a value it does not take
    """
    Plan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    newest = (
        SeatPolicy.objects.filter(
            plan=plan, interval_unit=interval_unit, interval_count=interval_count
        )
        .order_by("-version")
        .first()
    )
    if newest and effective_from < at.date():
        raise EffectiveInThePast(past_message(effective_from, at))
    return SeatPolicy.objects.create(
        plan=plan,
        interval_unit=interval_unit,
        interval_count=interval_count,
        version=newest.version + 1 if newest else 1,
        settings=canonical_settings(settings),
        effective_from=effective_from,
        published_at=at,
        published_by=by,
        note=note,
    )
