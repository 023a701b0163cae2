"""What a person who signs in may see and do at a customer. Everything of the portal starts here."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.enums import CustomerStatus, MembershipRole, MembershipState
from accounts.models import BillingOwner, Customer, Group, Membership


@dataclass(frozen=True, slots=True)
class Rights:
    """
    A person's rights at one customer.

    `group_ids`: groups they administer with all below them; for the billing owner every group.
    `grantee_ids`: as whom they may hold seats there.
    """

    customer_id: UUID
    user_id: int
    is_owner: bool = False
    manages_billing: bool = False
    group_ids: frozenset[UUID] = frozenset()
    grantee_ids: frozenset[UUID] = frozenset()

    @property
    def is_member(self) -> bool:
        return bool(self.grantee_ids)

    @property
    def may_manage_people(self) -> bool:
        return self.is_owner or bool(self.group_ids)


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """A customer a person may enter, and as what, in plain words."""

    customer_id: UUID
    name: str
    roles: tuple[str, ...]


def rights_of(*, user_id: int, customer_id: UUID) -> Rights | None:
    """The rights, or None for somebody who has nothing to do with the customer. Three queries."""
    pays = BillingOwner.objects.filter(user=user_id, customer=customer_id).first()
    uses = list(
        Membership.objects.filter(
            grantee__user=user_id, customer=customer_id, state=MembershipState.ACTIVE
        )
    )
    is_owner = bool(pays and pays.is_primary)
    ruled = {one.group_id for one in uses if one.role == MembershipRole.GROUP_ADMINISTRATOR}
    has_business = bool(uses) or bool(pays and pays.manages_billing)
    if not has_business:
        return None
    return Rights(
        customer_id=customer_id,
        user_id=user_id,
        is_owner=is_owner,
        manages_billing=bool(pays and pays.manages_billing),
        group_ids=subtrees(customer_id, None if is_owner else ruled),
        grantee_ids=frozenset(one.grantee_id for one in uses),
    )


def subtrees(customer_id: UUID, roots: set[UUID] | None) -> frozenset[UUID]:
    """The groups with everything below them; all of the customer's for None."""
    if roots is not None and not roots:
        return frozenset()
    below: defaultdict[UUID | None, list[UUID]] = defaultdict(list)
    for key, parent in Group.objects.filter(customer=customer_id).values_list("id", "parent_id"):
        below[parent].append(key)
    if roots is None:
        return frozenset(key for found in below.values() for key in found)
    reached: set[UUID] = set()
    waiting = list(roots)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += below[key]
    return frozenset(reached)


def customers_of(*, user_id: int) -> list[CustomerChoice]:
    """The open customers where the person has any right, by name. Three queries."""
    roles: defaultdict[UUID, list[str]] = defaultdict(list)
    pays = BillingOwner.objects.filter(user=user_id, manages_billing=True)
    for customer_id, is_primary in pays.values_list("customer_id", "is_primary"):
        roles[customer_id].append("Billing owner" if is_primary else "Billing administrator")
    uses = Membership.objects.filter(grantee__user=user_id, state=MembershipState.ACTIVE)
    for customer_id, role in uses.order_by("-role").values_list("customer_id", "role"):
        word = str(MembershipRole(role).label)
        if word not in roles[customer_id]:
            roles[customer_id].append(word)
    known = Customer.objects.filter(Q(pk__in=roles), status=CustomerStatus.ACTIVE)
    return [
        CustomerChoice(key, name, tuple(roles[key]))
        for key, name in known.order_by("legal_name").values_list("id", "legal_name")
    ]
