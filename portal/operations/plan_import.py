"""What each row of a list of people means: a change of a seat, an invitation, or a refusal in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Upper

from accounts.models import Customer, Grantee
from accounts.operations.join_group import LONGEST_ID
from accounts.operations.register_customer import EVERYONE
from accounts.queries.portal_rights import Rights
from billing.calc.seat_changes import ChangeVerb, SeatChange
from billing.operations.plan_invitations import NewInvitation
from billing.queries.seat_room import SeatRoom, seat_room
from kernel.refusal import Refusal
from portal.calc.people_file import FileRow
from portal.queries.groups_tree import GroupChoice, group_choices
from portal.queries.people_list import people_of
from portal.queries.people_seats import SeatRow, seats_of

KINDS: Mapping[str, ChangeVerb] = {
    "assign": "assign",
    "release": "release",
    "suspend": "suspend",
    "reactivate": "reactivate",
    "move": "regroup",
}
INVITE = "invite"
ACTIONS = (*KINDS, INVITE)


class RowRefused(Refusal):
    code = "row_refused"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """
    One of: a change, an invitation, a refusal. `new_person` is to be made before the change.

    `left`: the group whose seat a move takes along.
    """

    row: FileRow
    change: SeatChange | None = None
    new_person: bool = False
    invitation: NewInvitation | None = None
    left: UUID | None = None
    refusal: str = ""


@dataclass(slots=True)
class Known:
    """What rows are read against: the rights, rooms, groups and people of whoever brings them."""

    customer: Customer
    rights: Rights
    rooms: Sequence[SeatRoom]
    groups: Sequence[GroupChoice]
    own: Mapping[str, Grantee]
    elsewhere: set[str]
    taken: set[str]
    seats: dict[UUID, list[SeatRow]]
    seen: set[tuple[str, str]] = field(default_factory=set)


def plan_import(
    *, customer: Customer, rights: Rights, rows: Sequence[FileRow], at: datetime
) -> list[PlannedRow]:
    """One answer for each row, in their order. Nothing is written; the number of queries is fixed."""
    known = known_of(customer, rights, rows, at=at)
    return [planned(row, known) for row in rows]


def known_of(customer: Customer, rights: Rights, rows: Sequence[FileRow], *, at: datetime) -> Known:
    names = {row.email.lower() for row in rows}
    own = {
        one.email.lower(): one
        for one in people_of(rights)
        .alias(address=Upper("email"))
        .filter(address__in={name.upper() for name in names})
    }
    here = Grantee.objects.filter(memberships__customer=customer)
    elsewhere = here.alias(address=Upper("email")).filter(
        address__in={name.upper() for name in names}
    )
    rooms = seat_room(customer_id=customer.pk, at=at)
    return Known(
        customer=customer,
        rights=rights,
        rooms=rooms,
        groups=group_choices(rights),
        own=own,
        elsewhere={one.lower() for one in elsewhere.values_list("email", flat=True)} - set(own),
        taken=set(
            Grantee.objects.filter(external_id__in=names).values_list("external_id", flat=True)
        ),
        seats=seats_of(rights, grantee_ids=[one.pk for one in own.values()], at=at),
    )


def planned(row: FileRow, known: Known) -> PlannedRow:
    try:
        found = meaning_of(row, known)
    except Refusal as refusal:
        return PlannedRow(row, refusal=refusal.message)
    known.seen.add((row.email.lower(), action_of(row)))
    return found


def action_of(row: FileRow) -> str:
    return row.action.casefold() or "assign"


def meaning_of(row: FileRow, known: Known) -> PlannedRow:
    email, action = row.email.lower(), action_of(row)
    check_row(email, action, known)
    person = known.own.get(email)
    if person is None and email in known.elsewhere:
        raise RowRefused(f"{email} is in a group that is not yours.")
    if action == INVITE:
        return invited(row, email, known)
    if action == "assign":
        return assigned(row, email, person, known)
    if person is None:
        raise RowRefused(f"{email} is not in your groups. Check the address.")
    seat = held_seat(row, person, known)
    group = group_of(row, known) if action == "move" else None
    if action == "move" and group is None:
        raise RowRefused("Say the group to move to.")
    change = SeatChange(
        kind=KINDS[action], subscription=seat.subscription, seat_type=seat.seat_type,
        grantee=person.external_id, group=group.external_id if group else "",
    )  # fmt: skip
    return PlannedRow(row, change, left=seat.group_id if group else None)


def check_row(email: str, action: str, known: Known) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise RowRefused(f"“{email[:60]}” is no e-mail address.") from None
    if action not in ACTIONS:
        raise RowRefused(f"“{action[:30]}” is no action. Use {', '.join(ACTIONS)}.")
    if (email, action) in known.seen:
        raise RowRefused(f"{email} is named twice for the same.")


def assigned(row: FileRow, email: str, person: Grantee | None, known: Known) -> PlannedRow:
    room = room_of(row, known)
    group = group_of(row, known) or own_place(known)
    change = SeatChange(
        kind="assign", subscription=room.subscription, seat_type=room.seat_type,
        grantee=person.external_id if person else new_name(email, known), group=group.external_id,
    )  # fmt: skip
    return PlannedRow(row, change, new_person=person is None)


def invited(row: FileRow, email: str, known: Known) -> PlannedRow:
    room = room_of(row, known)
    group = group_of(row, known) or own_place(known)
    wish = NewInvitation(
        email=email, name=row.name, group_id=group.id, subscription_id=room.subscription_id,
        seat_type_id=room.seat_type_id,
    )  # fmt: skip
    return PlannedRow(row, invitation=wish)


def new_name(email: str, known: Known) -> str:
    """
    The address, unless somebody of another company goes by it: nobody is taken over by a list.

    :raises RowRefused: if it is too long to go by
    """
    name = f"{email} ({known.customer.external_id})" if email in known.taken else email
    if len(name) > LONGEST_ID:
        raise RowRefused("The address is too long to go by. Invite the person instead.")
    return name


def room_of(row: FileRow, known: Known) -> SeatRoom:
    asked = row.seat_type.casefold()
    found = [
        one
        for one in known.rooms
        if not asked or asked in (one.seat_type.casefold(), one.seat_type_name.casefold())
    ]
    if len(found) == 1:
        return found[0]
    names = ", ".join(dict.fromkeys(one.seat_type for one in known.rooms))
    if not asked:
        raise RowRefused(f"Say the seat type: {names}.")
    if found:
        raise RowRefused(f"Several subscriptions sell “{row.seat_type}”. Assign it on a page.")
    raise RowRefused(f"There is no seat type “{row.seat_type[:50]}”. Use {names}.")


def group_of(row: FileRow, known: Known) -> GroupChoice | None:
    """By its path, its id, or a name that only one group has."""
    if not row.group:
        return None
    asked = " / ".join(part.strip() for part in row.group.split("/")).casefold()
    exact = [
        one for one in known.groups if one.path.casefold() == asked or one.external_id == row.group
    ]
    named = [one for one in known.groups if one.path.casefold().rsplit(" / ", 1)[-1] == asked]
    found = exact or named
    if not found:
        raise RowRefused(f"There is no group “{row.group[:60]}” among yours.")
    if len(found) > 1:
        raise RowRefused(f"Several groups are called {row.group[:60]}. Say {found[0].path}.")
    return found[0]


def own_place(known: Known) -> GroupChoice:
    """Where people go when no group is said: the owner's Everyone, or one's only topmost group."""
    if known.rights.is_owner:
        return next(one for one in known.groups if one.external_id == EVERYONE)
    top = [one for one in known.groups if " / " not in one.path]
    if len(top) != 1:
        raise RowRefused("Say the group.")
    return top[0]


def held_seat(row: FileRow, person: Grantee, known: Known) -> SeatRow:
    asked = row.seat_type.casefold()
    found = [
        one
        for one in known.seats.get(person.pk, ())
        if not asked or asked in (one.seat_type.casefold(), one.seat_type_name.casefold())
    ]
    if not found:
        raise RowRefused(f"{person} has no such seat.")
    if len(found) > 1:
        raise RowRefused(f"{person} has several seats. Say the seat type.")
    if not found[0].is_yours:
        raise RowRefused(f"The seat of {person} counts for a group that is not yours.")
    return found[0]
