"""Add a plan with its seat types to a product."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from billing.models import Plan, Product, SeatType


@dataclass(frozen=True, slots=True)
class NewSeatType:
    """A seat type to add; `seat_limit` None: no limit by the plan."""

    code: str
    name: str
    role: str = ""
    entitlements: Sequence[str] = ()
    seat_limit: int | None = None


@transaction.atomic
def add_plan(*, product: Product, code: str, name: str, seat_types: Sequence[NewSeatType]) -> Plan:
    """The plan with its seat types in the order given, which is the order of invoice lines."""
    plan = Plan.objects.create(product=product, code=code, name=name)
    for order, one in enumerate(seat_types):
        SeatType.objects.create(
            plan=plan,
            code=one.code,
            name=one.name,
            role=one.role,
            entitlements=list(one.entitlements),
            seat_limit=one.seat_limit,
            display_order=order,
        )
    return plan
