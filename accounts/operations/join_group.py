"""Make somebody who signs in one of a customer's people, in a group of theirs."""

from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef
from uuid6 import uuid7

from accounts.enums import MembershipRole, MembershipState
from accounts.models import Grantee, Group, Membership

LONGEST_ID = 100


def own_grantee(*, customer_id: UUID, user: User, email: str) -> Grantee:
    """
    As whom the user holds seats at a customer: as before, as the one known there by `email`, or new.

    Somebody another company knows too is never taken over by an address: it would open that
    company's door. A new one has the user's own proved address as external id, where it is free.
    """
    own = Grantee.objects.filter(user=user).order_by("created_at", "pk")
    here = own.filter(memberships__customer=customer_id).first()
    found = here or own.first() or known_by_address(customer_id, email)
    return tie(found, user) if found else new_grantee(user)


def known_by_address(customer_id: UUID, email: str) -> Grantee | None:
    """The customer's own person with the address, whom nobody else knows and nobody signs in as."""
    elsewhere = Membership.objects.filter(grantee=OuterRef("pk")).exclude(customer=customer_id)
    known = Grantee.objects.filter(
        ~Exists(elsewhere), memberships__customer=customer_id, user=None, email__iexact=email
    )
    return known.order_by("created_at", "pk").first() if email else None


def new_grantee(user: User) -> Grantee:
    name = user.get_full_name()
    if 0 < len(user.email) <= LONGEST_ID:
        found, is_new = Grantee.objects.get_or_create(
            external_id=user.email, defaults={"user": user, "name": name, "email": user.email}
        )
        if is_new:
            return found
    return Grantee.objects.create(
        external_id=f"person-{uuid7()}", user=user, name=name, email=user.email
    )


def tie(grantee: Grantee, user: User) -> Grantee:
    """Who signs in as the person from now on; name and address only where there was none."""
    grantee.user = user
    grantee.name = grantee.name or user.get_full_name()
    grantee.email = grantee.email or user.email
    grantee.save(update_fields=["user", "name", "email"])
    return grantee


def join_group(*, group: Group, grantee: Grantee, role: MembershipRole) -> Membership:
    """An active membership with at least this role."""
    membership, _ = Membership.objects.get_or_create(
        group=group, grantee=grantee, defaults={"customer_id": group.customer_id, "role": role}
    )
    is_raised = role == MembershipRole.GROUP_ADMINISTRATOR
    membership.state = MembershipState.ACTIVE
    membership.role = role if is_raised else membership.role
    membership.save(update_fields=["state", "role"])
    return membership
