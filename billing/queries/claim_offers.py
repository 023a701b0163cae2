"""Seats that may be claimed by the domain of one's address."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.enums import CustomerStatus
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


def may_claim(*, offer_id: UUID, email: str) -> bool:
    """Whether an address, once proved, is one the open offer is for."""
    offer = ClaimOffer.objects.filter(
        pk=offer_id, is_open=True, customer__status=CustomerStatus.ACTIVE
    ).first()
    return offer is not None and domain_of(email) in offer.domains
