"""The people a person may see: search, filters, pages, and rows for CSV."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Upper

from accounts.enums import MembershipState
from accounts.models import Grantee, Membership
from accounts.queries.paging import Page
from accounts.queries.portal_rights import Rights, subtrees
from portal.queries.people_seats import STATES, SeatRow, held_at, seats_of

SEAT_FILTERS = {**STATES, "none": "No seat"}
PEOPLE_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What was asked for; empty means any. `group` counts with everything below it."""

    search: str = ""
    group: UUID | None = None
    seat_type: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person with the groups and seats they have; only groups the asker sees are named."""

    id: UUID
    external_id: str
    name: str
    email: str
    groups: tuple[str, ...]
    seats: tuple[SeatRow, ...]

    @property
    def called(self) -> str:
        return self.name or self.email or self.external_id


def people_of(rights: Rights) -> QuerySet[Grantee]:
    """Everybody in a group the person administers. The start of every page about people."""
    return people_in(rights, rights.group_ids)


def people_in(rights: Rights, group_ids: Collection[UUID]) -> QuerySet[Grantee]:
    seen = Membership.objects.filter(
        grantee=OuterRef("pk"), customer=rights.customer_id, group__in=group_ids
    ).exclude(state=MembershipState.REMOVED)
    return Grantee.objects.filter(Exists(seen))


def found_people(rights: Rights, asked: PeopleFilter, *, at: datetime) -> QuerySet[Grantee]:
    """By name, then id. The search looks into names, addresses and ids."""
    groups = rights.group_ids
    if asked.group is not None:
        groups = groups & subtrees(rights.customer_id, {asked.group})
    rows = people_in(rights, groups)
    for word in asked.search.split():
        rows = rows.filter(
            Q(name__icontains=word) | Q(email__icontains=word) | Q(external_id__icontains=word)
        )
    if asked.seat_type or asked.state:
        rows = rows.filter(seat_condition(rights, asked, at=at))
    return rows.order_by(Upper("name"), "external_id")


def seat_condition(rights: Rights, asked: PeopleFilter, *, at: datetime) -> Exists | Q:
    held = held_at(customer_id=rights.customer_id, at=at).filter(grantee=OuterRef("pk"))
    if asked.seat_type:
        held = held.filter(seat_type__code=asked.seat_type)
    if asked.state == "none":
        return Q(~Exists(held))
    return Exists(held.filter(state=asked.state) if asked.state else held)


def people_page(
    rights: Rights, asked: PeopleFilter, *, number: int, at: datetime
) -> Page[PersonRow]:
    """Three queries a page (one more where a group is asked for), whatever the number of people."""
    number = max(1, number)
    first = (number - 1) * PEOPLE_A_PAGE
    found = list(found_people(rights, asked, at=at)[first : first + PEOPLE_A_PAGE + 1])
    return Page(
        rows=person_rows(rights, found[:PEOPLE_A_PAGE], at=at),
        number=number,
        has_next=len(found) > PEOPLE_A_PAGE,
    )


def person_rows(
    rights: Rights, people: Sequence[Grantee], *, at: datetime
) -> tuple[PersonRow, ...]:
    """Two queries for all of them."""
    keys = [one.pk for one in people]
    seats = seats_of(rights, grantee_ids=keys, at=at)
    groups = groups_of(rights, keys)
    return tuple(
        PersonRow(
            id=one.pk,
            external_id=one.external_id,
            name=one.name,
            email=one.email,
            groups=tuple(groups[one.pk]),
            seats=tuple(seats.get(one.pk, ())),
        )
        for one in people
    )


def groups_of(rights: Rights, grantee_ids: Collection[UUID]) -> defaultdict[UUID, list[str]]:
    """Names of the groups each is in, of those the person administers. One query."""
    rows = (
        Membership.objects.filter(
            customer=rights.customer_id, grantee__in=grantee_ids, group__in=rights.group_ids
        )
        .exclude(state=MembershipState.REMOVED)
        .order_by("group__name")
        .values_list("grantee_id", "group__name")
    )
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for grantee_id, name in rows:
        found[grantee_id].append(name)
    return found
