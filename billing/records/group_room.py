"""What the groups of a customer hold against their pools and budgets, kept up while seats change."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.models import Group
from billing.calc.budget import PricedSeats, SeatLine, cost_of, is_over
from billing.calc.seat_changes import BudgetExceeded, PoolExhausted
from billing.documents.staff_text import staff_money
from billing.enums import InvitationReserves, InvitationState, SeatStateChoice
from billing.models import Invitation, SeatHolding
from billing.queries.recurring_prices import recurring_prices


class SeatPlace(NamedTuple):
    """A group, None for none, and what kind of seat lies in it."""

    group_id: UUID | None
    line: SeatLine


@dataclass(slots=True)
class Move:
    """A seat on its way from one place to another; undone unless `is_done`."""

    is_done: bool = False


@dataclass(slots=True)
class GroupRoom:
    """
    Groups by id, and the seats held in each and below it by kind, pending reservations included.

    A group's pool and budget hold for it and everything below it. `prices` of a billing cycle, in
    minor units of the customer's currency, are there where a group has a budget.
    """

    groups: dict[UUID, Group]
    prices: Mapping[SeatLine, PricedSeats] = field(default_factory=dict)
    seats: defaultdict[UUID, Counter[SeatLine]] = field(
        default_factory=lambda: defaultdict(Counter)
    )

    @contextmanager
    def moving(self, leaves: SeatPlace | None, joins: SeatPlace | None) -> Iterator[Move]:
        """
        Count the seat where it goes, for as long as it is done.

        :raises PoolExhausted: if it does not fit there; BudgetExceeded if it costs too much there
        """
        move = Move()
        if leaves == joins:
            yield move
            return
        costs = self.costs(joins)
        self.count(leaves, -1)
        try:
            self.check_pools(joins)
            self.count(joins, 1)
        except PoolExhausted:
            self.count(leaves, 1)
            raise
        try:
            self.check_budgets(joins, costs)
            yield move
        finally:
            if not move.is_done:
                self.count(joins, -1)
                self.count(leaves, 1)

    def count(self, place: SeatPlace | None, seats: int) -> None:
        """So many seats more, in the group and all above it."""
        for group in self.upwards(place.group_id if place else None):
            assert place is not None
            self.seats[group.pk][place.line] += seats

    def check_pools(self, place: SeatPlace | None) -> None:
        """
        Whether one seat more fits the group and all above it.

        :raises PoolExhausted: naming the first group that is full
        """
        for group in self.upwards(place.group_id if place else None):
            if group.seat_pool is not None and self.used(group.pk) >= group.seat_pool:
                raise PoolExhausted(group.name, group.seat_pool)

    def costs(self, place: SeatPlace | None) -> dict[UUID, int]:
        """What the group and all above it cost a cycle, of those that have a budget."""
        return {
            group.pk: cost_of(self.seats[group.pk], self.prices)
            for group in self.upwards(place.group_id if place else None)
            if group.budget_minor is not None
        }

    def check_budgets(self, place: SeatPlace | None, before: Mapping[UUID, int]) -> None:
        """:raises BudgetExceeded: naming the first group that costs more than before and too much"""
        for key, then in self.costs(place).items():
            group = self.groups[key]
            budget = group.budget_minor or 0
            if is_over(budget_minor=budget, now_minor=before[key], then_minor=then):
                currency = group.customer.currency
                raise BudgetExceeded(
                    group.name, staff_money(budget, currency), staff_money(then, currency)
                )

    def used(self, group_id: UUID) -> int:
        """Seats held in the group and below it."""
        return self.seats[group_id].total()

    def upwards(self, group_id: UUID | None) -> Iterator[Group]:
        """The group, then those it lies below."""
        while group_id is not None and (group := self.groups.get(group_id)) is not None:
            yield group
            group_id = group.parent_id


def load_group_room(*, customer_id: UUID, at: datetime) -> GroupRoom:
    """Three queries, whatever the size of the customer; prices are read only for budgets."""
    found = Group.objects.filter(customer=customer_id).select_related("customer")
    room = GroupRoom({one.pk: one for one in found})
    if any(one.budget_minor is not None for one in room.groups.values()):
        room.prices = recurring_prices(customer_id=customer_id, at=at)
    held = SeatHolding.objects.filter(customer=customer_id, until_at=None)
    held = held.exclude(state=SeatStateChoice.REMOVED)
    for rows in (held, reservations(customer_id)):
        counted = rows.order_by().values_list("group_id", "subscription_id", "seat_type__code")
        for group_id, subscription_id, code, count in counted.annotate(Count("pk")):
            room.count(SeatPlace(group_id, SeatLine(str(subscription_id), code)), count)
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
