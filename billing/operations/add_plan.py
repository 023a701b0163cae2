"""Add a plan with its seat types to a product."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from billing.enums import FeatureKind, LimitOf
from billing.models import Feature, Plan, Product, SeatType, SeatTypeFeature


@dataclass(frozen=True, slots=True)
class EntitledFeature:
    """
    A feature a seat type entitles to, by its code; made where the product lacks it.

    With a `unit` it is metered: `limit` a billing cycle (None: none), each person's or, where
    `limit_of` says so, the whole subscription's.
    """

    code: str
    name: str = ""
    unit: str = ""
    limit: int | None = None
    limit_of: str = LimitOf.PERSON


@dataclass(frozen=True, slots=True)
class NewSeatType:
    """A seat type to add; `seat_limit` None: no limit by the plan."""

    code: str
    name: str
    role: str = ""
    features: Sequence[EntitledFeature] = ()
    seat_limit: int | None = None


@transaction.atomic
def add_plan(*, product: Product, code: str, name: str, seat_types: Sequence[NewSeatType]) -> Plan:
    """The plan with its seat types in the order given, which is the order of invoice lines."""
    plan = Plan.objects.create(product=product, code=code, name=name)
    for order, one in enumerate(seat_types):
        seat_type = SeatType.objects.create(
            plan=plan,
            code=one.code,
            name=one.name,
            role=one.role,
            seat_limit=one.seat_limit,
            display_order=order,
        )
        entitle(seat_type, one.features)
    return plan


def entitle(seat_type: SeatType, features: Sequence[EntitledFeature]) -> None:
    """Give a seat type features of its plan's product."""
    for one in features:
        feature, _ = Feature.objects.get_or_create(
            product_id=seat_type.plan.product_id,
            code=one.code,
            defaults={
                "name": one.name or one.code,
                "unit": one.unit,
                "kind": FeatureKind.METERED if one.unit else FeatureKind.SWITCH,
            },
        )
        SeatTypeFeature.objects.create(
            seat_type=seat_type, feature=feature, limit=one.limit, limit_of=one.limit_of
        )
