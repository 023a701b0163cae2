"""Find the person a directory speaks of among the customer's own, or make a new one."""

from uuid import UUID

from django.db.models import Q

from accounts.models import DirectoryUser, Grantee, Membership


def recognize_grantee(*, customer_id: UUID, new_id: UUID, name: str, email: str) -> Grantee:
    """
    The customer's person with that e-mail address, so that SCIM adopts whom we know already.

    Only people who are or were members of this customer are looked at: an address is no proof, and
    people of other companies are nobody's business. A new person gets the external id `scim-<id>`.
    """
    found = found_by_address(customer_id, email) if email else None
    if found is None:
        return Grantee.objects.create(external_id=f"scim-{new_id}", name=name, email=email)
    tell_grantee(grantee=found, customer_id=customer_id, name=name, email=email)
    return found


def found_by_address(customer_id: UUID, email: str) -> Grantee | None:
    """The one known longest, unless the directory has tied them to somebody already."""
    own = Q(memberships__customer=customer_id) | Q(seat_holdings__customer=customer_id)
    tied = DirectoryUser.objects.filter(customer=customer_id).values("grantee")
    known = Grantee.objects.filter(own, email__iexact=email).exclude(pk__in=tied)
    return known.distinct().order_by("created_at", "pk").first()


def tell_grantee(*, grantee: Grantee, customer_id: UUID, name: str, email: str) -> None:
    """Name and address as the directory has them, unless another company knows the person too."""
    said = {"name": name or grantee.name, "email": email or grantee.email}
    if said == {"name": grantee.name, "email": grantee.email}:
        return
    elsewhere = Membership.objects.filter(grantee=grantee).exclude(customer=customer_id)
    if elsewhere.exists():
        return
    grantee.name, grantee.email = said["name"], said["email"]
    grantee.save(update_fields=["name", "email"])
