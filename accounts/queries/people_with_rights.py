"""Who may do what at a customer, for its billing owner to see."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.enums import MembershipRole, MembershipState, TransferState
from accounts.models import BillingOwner, Membership, OwnershipTransfer


@dataclass(frozen=True, slots=True)
class RightsHolder:
    """`key`: of the billing owner's row; `seen_at`: last sign-in, None if never or no account yet."""

    key: UUID
    name: str
    email: str
    has_account: bool
    seen_at: datetime | None
    receives_invoices: bool


@dataclass(frozen=True, slots=True)
class GroupRuler:
    name: str
    email: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Offer:
    to: str
    by: str
    proposed_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PeopleWithRights:
    owner: RightsHolder | None
    administrators: tuple[RightsHolder, ...]
    recipients: tuple[RightsHolder, ...]
    rulers: tuple[GroupRuler, ...]
    offer: Offer | None


def people_with_rights(*, customer_id: UUID, at: datetime) -> PeopleWithRights:
    """Three queries."""
    rows = list(BillingOwner.objects.filter(customer=customer_id).select_related("user"))
    owner = next((one for one in rows if one.is_primary), None)
    return PeopleWithRights(
        owner=holder(owner) if owner else None,
        administrators=tuple(
            holder(one) for one in rows if one.manages_billing and not one.is_primary
        ),
        recipients=tuple(
            holder(one) for one in rows if one.receives_invoices and not one.manages_billing
        ),
        rulers=rulers_of(customer_id),
        offer=pending_offer(customer_id, at),
    )


def holder(row: BillingOwner) -> RightsHolder:
    return RightsHolder(
        key=row.pk,
        name=row.name,
        email=row.email,
        has_account=row.user is not None,
        seen_at=row.user.last_login if row.user else None,
        receives_invoices=row.receives_invoices,
    )


def rulers_of(customer_id: UUID) -> tuple[GroupRuler, ...]:
    """By name, each with the groups they administer."""
    found: dict[UUID, tuple[str, str, list[str]]] = {}
    rows = Membership.objects.filter(
        customer=customer_id,
        role=MembershipRole.GROUP_ADMINISTRATOR,
        state=MembershipState.ACTIVE,
    ).select_related("grantee", "group")
    for row in rows.order_by("group__name"):
        person = row.grantee
        _, _, groups = found.setdefault(person.pk, (str(person), person.email, []))
        groups.append(row.group.name)
    ordered = sorted(found.values(), key=lambda one: one[0])
    return tuple(GroupRuler(name, email, tuple(groups)) for name, email, groups in ordered)


def pending_offer(customer_id: UUID, at: datetime) -> Offer | None:
    row = (
        OwnershipTransfer.objects.filter(
            customer=customer_id, state=TransferState.PENDING, expires_at__gt=at
        )
        .select_related("from_owner")
        .first()
    )
    if row is None:
        return None
    return Offer(
        to=row.to_name or row.to_email,
        by=row.from_owner.name,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
    )


def offers_to(*, addresses: set[str], at: datetime) -> list[tuple[UUID, str]]:
    """Ownership that waits for an answer by one of these addresses: id and customer. One query."""
    rows = OwnershipTransfer.objects.filter(
        to_email__in={one.lower() for one in addresses if one},
        state=TransferState.PENDING,
        expires_at__gt=at,
    )
    return list(rows.values_list("pk", "customer__legal_name"))
