"""Shape the tree of groups: departments, what each may use and spend, and who administers it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from uuid6 import uuid7

from accounts.enums import MembershipRole, MembershipState
from accounts.models import Customer, Group, Membership
from accounts.operations.register_customer import EVERYONE
from accounts.queries.portal_rights import Rights, subtrees
from kernel.refusal import Refusal


class GroupNotYours(Refusal):
    code = "group_unknown"


class DecidedAbove(Refusal):
    code = "group_decided_above"


class NameTaken(Refusal):
    code = "group_name_taken"


class BelowItself(Refusal):
    code = "group_below_itself"


class PoolTooLarge(Refusal):
    code = "group_pool_over_parent"


class BudgetTooLarge(Refusal):
    code = "group_budget_over_parent"


class NotEmpty(Refusal):
    code = "group_not_empty"


class NotAMember(Refusal):
    code = "administrator_not_a_member"


@dataclass(frozen=True, slots=True)
class GroupTerms:
    """What can be said of a group. The budget in minor units a cycle; None: as the groups above."""

    name: str
    parent_id: UUID | None = None
    seat_pool: int | None = None
    budget_minor: int | None = None
    cost_center: str = ""


@transaction.atomic
def create_group(*, rights: Rights, terms: GroupTerms) -> Group:
    """
    A new group; below one the person administers, or at the top for the billing owner.

    :raises Refusal: GroupNotYours, DecidedAbove, NameTaken, PoolTooLarge or BudgetTooLarge
    """
    tree = locked_tree(rights)
    key = uuid7()
    check_place(rights, tree, terms)
    check_terms(tree, key, terms)
    return Group.objects.create(
        id=key,
        customer_id=rights.customer_id,
        external_id=str(key),
        parent_id=terms.parent_id,
        name=terms.name,
        seat_pool=terms.seat_pool,
        budget_minor=terms.budget_minor,
        cost_center=terms.cost_center,
    )


@transaction.atomic
def change_group(*, rights: Rights, group_id: UUID, terms: GroupTerms) -> Group:
    """
    Rename, move below another group, set pool, budget and cost center, all at once.

    Somebody's own topmost group may be renamed by them; its place, pool and budget are decided above.
    A pool below the seats in use takes nobody's seat: new ones wait until there is room.

    :raises Refusal: as create_group, and BelowItself
    """
    tree = locked_tree(rights)
    group = own_group(rights, tree, group_id)
    decided = (group.parent_id, group.seat_pool, group.budget_minor)
    if decided != (terms.parent_id, terms.seat_pool, terms.budget_minor):
        check_decided_here(rights, group)
    if terms.parent_id != group.parent_id:
        check_place(rights, tree, terms)
        if terms.parent_id in subtrees(rights.customer_id, {group_id}):
            raise BelowItself("A group cannot lie below itself. Choose a group outside of it.")
    check_terms(tree, group_id, terms)
    group.name, group.parent_id = terms.name, terms.parent_id
    group.seat_pool, group.budget_minor = terms.seat_pool, terms.budget_minor
    group.cost_center = terms.cost_center
    group.save(update_fields=["name", "parent", "seat_pool", "budget_minor", "cost_center"])
    return group


@transaction.atomic
def close_group(*, rights: Rights, group_id: UUID, at: datetime) -> None:
    """
    Take an empty group out of the tree. It stays readable: past invoices may name it.

    Whether somebody still holds a seat in it is asked by the caller, who knows seats.

    :raises Refusal: GroupNotYours, DecidedAbove or NotEmpty
    """
    tree = locked_tree(rights)
    group = own_group(rights, tree, group_id)
    check_decided_here(rights, group)
    if group.external_id == EVERYONE:
        raise NotEmpty(f"{group.name} stays: whoever is in no other group is in it.")
    if any(one.parent_id == group_id for one in tree.values()):
        raise NotEmpty(f"{group.name} has groups below it. Move or remove them first.")
    if group.memberships.filter(state=MembershipState.ACTIVE).exists():
        raise NotEmpty(f"{group.name} has people in it. Move them to another group first.")
    group.closed_at = at
    group.save(update_fields=["closed_at"])


@transaction.atomic
def set_administrator(
    *, rights: Rights, group_id: UUID, grantee_id: UUID, is_administrator: bool
) -> Membership:
    """
    Make a person administer a group and everything below it, or end that.

    :raises Refusal: GroupNotYours, DecidedAbove, or NotAMember for somebody outside one's own groups
    """
    tree = locked_tree(rights)
    group = own_group(rights, tree, group_id)
    check_decided_here(rights, group)
    seen = Membership.objects.filter(
        customer=rights.customer_id,
        grantee=grantee_id,
        group__in=rights.group_ids,
        state=MembershipState.ACTIVE,
    )
    if not seen.exists():
        raise NotAMember("Only somebody who is in one of your groups can administer one.")
    role = MembershipRole.GROUP_ADMINISTRATOR if is_administrator else MembershipRole.MEMBER
    membership = Membership.objects.filter(group=group, grantee=grantee_id).first()
    membership = membership or Membership(
        customer_id=rights.customer_id, group=group, grantee_id=grantee_id
    )
    membership.role, membership.state = role, MembershipState.ACTIVE
    membership.save()
    return membership


def locked_tree(rights: Rights) -> dict[UUID, Group]:
    """The customer's open groups; changes of the tree take turns."""
    Customer.objects.select_for_update(no_key=True).get(pk=rights.customer_id)
    groups = Group.objects.filter(customer=rights.customer_id, closed_at=None)
    return {one.pk: one for one in groups}


def own_group(rights: Rights, tree: dict[UUID, Group], group_id: UUID) -> Group:
    if group_id not in rights.group_ids or group_id not in tree:
        raise GroupNotYours("There is no such group among yours.")
    return tree[group_id]


def check_decided_here(rights: Rights, group: Group) -> None:
    """One's own topmost group is in the hands of whoever administers above it."""
    if not rights.is_owner and group.parent_id not in rights.group_ids:
        raise DecidedAbove(
            f"The place, seats, budget and administrators of {group.name} are decided above you. "
            "Ask the billing owner or an administrator above it."
        )


def check_place(rights: Rights, tree: dict[UUID, Group], terms: GroupTerms) -> None:
    if terms.parent_id is not None:
        own_group(rights, tree, terms.parent_id)
    elif not rights.is_owner:
        raise DecidedAbove("Only the billing owner makes groups at the top. Choose one of yours.")


def check_terms(tree: dict[UUID, Group], group_id: UUID, terms: GroupTerms) -> None:
    """Siblings differ by name; pool and budget fit into those above and hold those below."""
    for one in tree.values():
        is_sibling = one.parent_id == terms.parent_id and one.pk != group_id
        if is_sibling and one.name.casefold() == terms.name.casefold():
            raise NameTaken(f"There is a group {one.name} here already. Choose another name.")
    above = groups_above(tree, terms.parent_id)
    below = groups_below(tree, group_id)
    check_fits(above, below, terms)


def check_fits(above: Sequence[Group], below: Sequence[Group], terms: GroupTerms) -> None:
    tightest = min((one.seat_pool for one in above if one.seat_pool is not None), default=None)
    limit = least(terms.seat_pool, tightest)
    largest = max([one.seat_pool or 0 for one in below] + [terms.seat_pool or 0])
    if limit is not None and largest > limit:
        raise PoolTooLarge(
            f"A pool of {largest} seats does not fit: the group above it has {limit}. "
            "Lower it, or raise the one above first."
        )
    dearest = min((one.budget_minor for one in above if one.budget_minor is not None), default=None)
    most = least(terms.budget_minor, dearest)
    asked = max([one.budget_minor or 0 for one in below] + [terms.budget_minor or 0])
    if most is not None and asked > most:
        raise BudgetTooLarge(
            "A budget cannot be larger than that of the group above. "
            "Lower it, or raise the one above first."
        )


def least(one: int | None, other: int | None) -> int | None:
    known = [value for value in (one, other) if value is not None]
    return min(known, default=None)


def groups_above(tree: dict[UUID, Group], parent_id: UUID | None) -> list[Group]:
    found: list[Group] = []
    while parent_id is not None and parent_id in tree:
        found.append(tree[parent_id])
        parent_id = tree[parent_id].parent_id
    return found


def groups_below(tree: dict[UUID, Group], group_id: UUID) -> list[Group]:
    below = [one for one in tree.values() if one.parent_id == group_id]
    for one in list(below):
        below += groups_below(tree, one.pk)
    return below
