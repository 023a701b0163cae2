"""How many seats the groups of a customer hold against their pools, kept up while seats change."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Group
from billing.calc.seat_changes import PoolExhausted
from billing.enums import InvitationReserves, InvitationState, SeatStateChoice
from billing.models import Invitation, SeatHolding


@dataclass(slots=True)
class Move:
    """A seat on its way from one group to another; undone unless `is_done`."""

    is_done: bool = False


@dataclass(slots=True)
class GroupRoom:
    """
    Groups by id, and seats held in each of them itself, pending reservations included.

    A group's pool holds for it and everything below it.
    """

    groups: dict[UUID, Group]
    seats: Counter[UUID] = field(default_factory=Counter)

    @contextmanager
    def moving(self, leaves: UUID | None, joins: UUID | None) -> Iterator[Move]:
        """
        Count the seat where it goes, for as long as it is done.

        :raises PoolExhausted: if it does not fit there
        """
        move = Move()
        if leaves == joins:
            yield move
            return
        taken = Counter(one for one in [leaves] if one)
        self.seats.subtract(taken)
        try:
            self.check(joins)
            yield move
        finally:
            if not move.is_done:
                self.seats.update(taken)
            elif joins:
                self.seats[joins] += 1

    def check(self, group_id: UUID | None) -> None:
        """
        Whether one seat more fits the group and all above it.

        :raises PoolExhausted: naming the first group that is full
        """
        for group in self.upwards(group_id):
            if group.seat_pool is not None and self.used(group.pk) >= group.seat_pool:
                raise PoolExhausted(group.name, group.seat_pool)

    def used(self, group_id: UUID) -> int:
        """Seats held in the group and below it."""
        return sum(
            count
            for held_in, count in self.seats.items()
            if any(one.pk == group_id for one in self.upwards(held_in))
        )

    def upwards(self, group_id: UUID | None) -> Iterator[Group]:
        """The group, then those it lies below."""
        while group_id is not None and (group := self.groups.get(group_id)) is not None:
            yield group
            group_id = group.parent_id


def load_group_room(*, customer_id: UUID) -> GroupRoom:
    """Three queries, whatever the size of the customer."""
    groups = {one.pk: one for one in Group.objects.filter(customer=customer_id)}
    held = SeatHolding.objects.filter(customer=customer_id, until_at=None)
    held = held.exclude(state=SeatStateChoice.REMOVED)
    room = GroupRoom(groups)
    for seats in (held, reservations(customer_id)):
        room.seats.update(seats.order_by().values_list("group_id", flat=True))
    del room.seats[None]  # type: ignore[arg-type]
    return room


def reservations(customer_id: UUID) -> QuerySet[Invitation]:
    """Invitations for which a bought seat that nobody holds is kept."""
    return Invitation.objects.filter(
        customer=customer_id,
        state=InvitationState.PENDING,
        reserves=InvitationReserves.FREE_SEAT,
    )


def reserved_seats(*, customer_id: UUID) -> Counter[tuple[UUID, str]]:
    """How many bought seats are kept for the invited, by subscription and code of the seat type."""
    rows = reservations(customer_id).order_by()
    return Counter(rows.values_list("subscription_id", "seat_type__code"))
