"""Seats of a customer's plans, as one chooses which to give."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from billing.queries.seat_room import SeatRoom, seat_room


def seats_to_give(*, customer_id: UUID, at: datetime) -> list[tuple[str, str]]:
    """For a choice: keys of subscription and seat type, and words that say how much room there is."""
    return seat_choices(seat_room(customer_id=customer_id, at=at))


def seat_choices(rooms: Sequence[SeatRoom]) -> list[tuple[str, str]]:
    is_one_plan = len({one.subscription for one in rooms}) < 2
    return [
        (f"{one.subscription_id}/{one.seat_type_id}", words_of(one, is_one_plan)) for one in rooms
    ]


def room_chosen(rooms: Sequence[SeatRoom], value: str) -> SeatRoom:
    """The room of a choice that was offered."""
    return next(one for one in rooms if f"{one.subscription_id}/{one.seat_type_id}" == value)


def words_of(room: SeatRoom, is_one_plan: bool) -> str:
    name = room.seat_type_name if is_one_plan else f"{room.plan}: {room.seat_type_name}"
    if room.free > 0:
        return f"{name} ({room.free} free)"
    if room.left is not None:
        return f"{name} ({room.left} left)"
    return name


def read_seat(value: str) -> tuple[UUID, UUID] | tuple[None, None]:
    """Subscription and seat type of a choice; neither for no seat."""
    subscription_id, _, seat_type_id = value.partition("/")
    return (UUID(subscription_id), UUID(seat_type_id)) if seat_type_id else (None, None)
