"""Seats that may be claimed by the domain of one's address."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import Count, QuerySet

from accounts.enums import CustomerStatus, MembershipState
from billing.calc.domains import domain_of
from billing.models import ClaimOffer


@dataclass(frozen=True, slots=True)
class OfferRow:
    """An offer with how many took a seat from it."""

    offer: ClaimOffer
    claimed: int


def offers() -> QuerySet[ClaimOffer]:
    return ClaimOffer.objects.select_related("customer", "subscription", "seat_type", "group")


def offers_of(customer_id: UUID) -> list[OfferRow]:
    """Open ones first, then the newest."""
    rows = offers().filter(customer=customer_id).annotate(claimed=Count("claims"))
    return [OfferRow(one, one.claimed) for one in rows.order_by("-is_open", "-opened_at")]


def open_to(user: User) -> list[ClaimOffer]:
    """Offers a person may still take a seat from, by their address. One query."""
    domain = domain_of(user.email)
    if not domain:
        return []
    found = offers().filter(
        is_open=True, domains__contains=[domain], customer__status=CustomerStatus.ACTIVE
    )
    return list(found.exclude(claims__user=user).order_by("customer__legal_name", "opened_at"))


def outside_domains(*, customer_id: UUID, domains: list[str]) -> list[str]:
    """Addresses of people who sign in today and could not, if only these domains might."""
    members = User.objects.filter(
        grantees__memberships__customer=customer_id,
        grantees__memberships__state=MembershipState.ACTIVE,
    )
    paying = User.objects.filter(billing_owners__customer=customer_id)
    addresses = {one.email for one in members.union(paying)}
    return sorted(one for one in addresses if domain_of(one) not in domains)


def may_claim(*, offer_id: UUID, email: str) -> bool:
    """Whether an address, once proved, is one the open offer is for."""
    offer = ClaimOffer.objects.filter(
        pk=offer_id, is_open=True, customer__status=CustomerStatus.ACTIVE
    ).first()
    return offer is not None and domain_of(email) in offer.domains
