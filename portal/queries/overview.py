"""The first page of a customer: what each right makes worth knowing at once."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Min

from accounts.models import Customer
from accounts.queries.portal_rights import Rights
from billing.models import Subscription
from billing.queries.seat_room import SeatRoom, seat_room
from billing.queries.statement import local_day
from portal.queries.billing_money import OpenSum, open_sums
from portal.queries.people_seats import SeatRow, held_at, seats_of


@dataclass(frozen=True, slots=True)
class Money:
    """
    What is open, a sum for each seller and currency, and when the next invoice is due to be made.

    `next_on` is a local date; None when nothing more is billed, or the invoice is being made now.
    """

    open: tuple[OpenSum, ...]
    overdue_count: int
    next_on: date | None


@dataclass(frozen=True, slots=True)
class GroupSeats:
    name: str
    seats: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Each part None for somebody without the right to it."""

    money: Money | None
    rooms: tuple[SeatRoom, ...] | None
    groups: tuple[GroupSeats, ...] | None
    own: tuple[SeatRow, ...] | None


def overview(customer: Customer, rights: Rights, *, at: datetime) -> Overview:
    """A fixed number of queries for each right."""
    sees_room = rights.manages_billing
    return Overview(
        money=money_of(customer, at) if rights.manages_billing else None,
        rooms=tuple(seat_room(customer_id=customer.pk, at=at)) if sees_room else None,
        groups=groups_of(rights, at) if rights.may_manage_people else None,
        own=own_seats(rights, at) if rights.is_member else None,
    )


def money_of(customer: Customer, at: datetime) -> Money:
    sums = tuple(open_sums(customer, today=local_day(customer, at)))
    due = Subscription.objects.filter(customer=customer).aggregate(at=Min("rate_due_at"))["at"]
    return Money(
        open=sums,
        overdue_count=sum(bool(row.days_overdue) for one in sums for row in one.rows),
        next_on=local_day(customer, due) if due and due > at else None,
    )


def groups_of(rights: Rights, at: datetime) -> tuple[GroupSeats, ...]:
    """Groups the person looks after in which somebody holds a seat, most seats first. One query."""
    held = held_at(customer_id=rights.customer_id, at=at).filter(group__in=rights.group_ids)
    rows = held.values("group__name").annotate(seats=Count("pk")).order_by("-seats", "group__name")
    return tuple(GroupSeats(one["group__name"], one["seats"]) for one in rows[:8])


def own_seats(rights: Rights, at: datetime) -> tuple[SeatRow, ...]:
    found = seats_of(rights, grantee_ids=rights.grantee_ids, at=at)
    return tuple(row for rows in found.values() for row in rows)
