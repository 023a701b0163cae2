"""Make room for seats in a group and in those above it."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from accounts.models import Customer, Group


@transaction.atomic
def raise_pools(*, group: Group, seats: int, used: Mapping[UUID, int]) -> list[Group]:
    """
    Raise each pool on the way up that `used` plus `seats` do not fit; returns those raised.

    From the top down, so that every pool fits into the one above it at every moment.
    """
    Customer.objects.select_for_update(no_key=True).get(pk=group.customer_id)
    groups = {one.pk: one for one in Group.objects.filter(customer=group.customer_id)}
    way: list[Group] = []
    at: UUID | None = group.pk
    while at is not None:
        way.append(groups[at])
        at = groups[at].parent_id
    raised = []
    for one in reversed(way):
        needed = used.get(one.pk, 0) + seats
        if one.seat_pool is not None and one.seat_pool < needed:
            one.seat_pool = needed
            one.save(update_fields=["seat_pool"])
            raised.append(one)
    return raised
