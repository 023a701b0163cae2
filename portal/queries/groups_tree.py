"""The tree of groups a person administers: seats used, what they cost a cycle, who administers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count

from accounts.enums import MembershipRole, MembershipState
from accounts.models import Group, Membership
from accounts.queries.portal_rights import Rights
from billing.calc.budget import GroupBudget, SeatLine, spent_by_group
from billing.queries.recurring_prices import recurring_prices
from billing.records.group_room import reservations
from portal.queries.people_seats import held_at


@dataclass(frozen=True, slots=True)
class Administrator:
    grantee_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class GroupNode:
    """
    A group with those below it. Seats and minor units a cycle count its whole part of the tree.

    `seat_limit` and `budget_limit` are the tightest of its own and those above it, None for none.
    `is_yours_to_shape`: its place, pool, budget and administrators are the person's to decide.
    """

    id: UUID
    name: str
    path: str
    parent_id: UUID | None
    cost_center: str
    seats: int
    seat_pool: int | None
    spent_minor: int
    budget_minor: int | None
    administrators: tuple[Administrator, ...]
    is_yours_to_shape: bool
    children: tuple["GroupNode", ...]

    @property
    def is_full(self) -> bool:
        return self.seat_pool is not None and self.seats >= self.seat_pool

    @property
    def is_over_budget(self) -> bool:
        return self.budget_minor is not None and self.spent_minor > self.budget_minor


@dataclass(frozen=True, slots=True)
class GroupChoice:
    """A group to choose, named with those above it as far as the person sees them."""

    id: UUID
    external_id: str
    path: str


@dataclass(frozen=True, slots=True)
class TreeFigures:
    """What is said of every group, by primary key as text."""

    seats: Mapping[str, int]
    spent: Mapping[str, int]
    administrators: Mapping[UUID, Sequence[Administrator]]


def open_groups(rights: Rights) -> list[Group]:
    """The groups a person administers that are in the tree, by name. One query."""
    return list(
        Group.objects.filter(pk__in=rights.group_ids, customer=rights.customer_id, closed_at=None)
    )


def group_choices(rights: Rights) -> list[GroupChoice]:
    """One query; by path."""
    groups = {one.pk: one for one in open_groups(rights)}
    found = [GroupChoice(one.pk, one.external_id, path_of(one, groups)) for one in groups.values()]
    return sorted(found, key=lambda one: one.path.casefold())


def path_of(group: Group, groups: Mapping[UUID, Group]) -> str:
    """Engineering / Platform, from the topmost group the person sees."""
    above = groups.get(group.parent_id) if group.parent_id else None
    return f"{path_of(above, groups)} / {group.name}" if above else group.name


def group_tree(rights: Rights, *, at: datetime) -> tuple[GroupNode, ...]:
    """A fixed number of queries, whatever the number of groups and people."""
    groups = {one.pk: one for one in open_groups(rights)}
    figures = figures_of(rights, groups.values(), at=at)
    below: defaultdict[UUID | None, list[Group]] = defaultdict(list)
    for one in groups.values():
        below[one.parent_id if one.parent_id in groups else None].append(one)

    def nodes(parent: UUID | None, path: str) -> Iterator[GroupNode]:
        for one in below[parent]:
            own_path = f"{path} / {one.name}" if path else one.name
            yield GroupNode(
                id=one.pk,
                name=one.name,
                path=own_path,
                parent_id=one.parent_id,
                cost_center=one.cost_center,
                seats=figures.seats[str(one.pk)],
                seat_pool=one.seat_pool,
                spent_minor=figures.spent[str(one.pk)],
                budget_minor=one.budget_minor,
                administrators=tuple(figures.administrators.get(one.pk, ())),
                is_yours_to_shape=rights.is_owner or one.parent_id in rights.group_ids,
                children=tuple(nodes(one.pk, own_path)),
            )

    return tuple(nodes(None, ""))


def walk(nodes: Iterable[GroupNode]) -> Iterator[GroupNode]:
    for one in nodes:
        yield one
        yield from walk(one.children)


def figures_of(rights: Rights, groups: Iterable[Group], *, at: datetime) -> TreeFigures:
    budgets = [
        GroupBudget(str(one.pk), one.name, key_of(one.parent_id), one.budget_minor)
        for one in groups
    ]
    held = held_by_group(rights, at=at)
    own = {key: lines.total() for key, lines in held.items()}
    seats = {one.key: 0 for one in budgets}
    parents = {one.key: one.parent for one in budgets}
    for group, count in own.items():
        key: str | None = group
        while key is not None and key in seats:
            seats[key] += count
            key = parents[key]
    prices = recurring_prices(customer_id=rights.customer_id, at=at)
    return TreeFigures(
        seats=seats,
        spent=spent_by_group(groups=budgets, held=held, prices=prices),
        administrators=administrators_of(rights),
    )


def key_of(group_id: UUID | None) -> str | None:
    return str(group_id) if group_id else None


def held_by_group(rights: Rights, *, at: datetime) -> dict[str, Counter[SeatLine]]:
    """
    Seats that people of each group hold, and those kept for invited ones, by subscription and type.

    What pools and budgets count when seats change. Two queries.
    """
    held: defaultdict[str, Counter[SeatLine]] = defaultdict(Counter)
    for rows in (held_at(customer_id=rights.customer_id, at=at), reservations(rights.customer_id)):
        counted = (
            rows.filter(group__in=rights.group_ids)
            .order_by()
            .values_list("group_id", "subscription_id", "seat_type__code")
            .annotate(Count("pk"))
        )
        for group_id, subscription_id, code, count in counted:
            held[str(group_id)][SeatLine(str(subscription_id), code)] += count
    return dict(held)


def administrators_of(rights: Rights) -> dict[UUID, list[Administrator]]:
    """One query."""
    rows = Membership.objects.filter(
        customer=rights.customer_id,
        group__in=rights.group_ids,
        role=MembershipRole.GROUP_ADMINISTRATOR,
        state=MembershipState.ACTIVE,
    ).select_related("grantee")
    found: defaultdict[UUID, list[Administrator]] = defaultdict(list)
    for row in rows:
        found[row.group_id].append(Administrator(row.grantee_id, str(row.grantee)))
    return found
