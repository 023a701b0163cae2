"""Offer seats of a plan to everybody of a domain, and close the offer again."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from accounts.models import Group
from billing.enums import SubscriptionState
from billing.models import ClaimOffer, SeatType, Subscription
from billing.operations.claim_seat import OfferUnknown
from kernel.refusal import Refusal


class OfferIncomplete(Refusal):
    code = "offer_incomplete"


class OfferedAlready(Refusal):
    code = "offer_open_already"


def offer_seats(
    *,
    customer_id: UUID,
    subscription_id: UUID,
    seat_type_id: UUID,
    group_id: UUID,
    domains: list[str],
    most_seats: int | None,
    by: User,
    at: datetime,
) -> ClaimOffer:
    """
    Open an offer; `most_seats` None: as many as the plan has.

    :raises OfferIncomplete: if a part is missing or another customer's
    :raises OfferedAlready: if seats of this type are on offer
    """
    subscription = Subscription.objects.filter(
        pk=subscription_id, customer=customer_id, state=SubscriptionState.ACTIVE
    ).first()
    group = Group.objects.filter(pk=group_id, customer=customer_id, closed_at=None).first()
    seat_type = SeatType.objects.filter(pk=seat_type_id).first()
    if subscription is None or group is None or seat_type is None or not domains:
        raise OfferIncomplete("Choose a seat, a group and at least one domain.")
    try:
        with transaction.atomic():
            return ClaimOffer.objects.create(
                customer_id=customer_id, subscription=subscription, seat_type=seat_type,
                group=group, domains=domains, most_seats=most_seats, opened_by=by, opened_at=at,
            )  # fmt: skip
    except IntegrityError:
        raise OfferedAlready("These seats are on offer already. Close that offer first.") from None


def close_offer(*, customer_id: UUID, offer_id: UUID) -> ClaimOffer:
    """
    Nobody takes a seat from it any more; whoever has one keeps it.

    :raises OfferUnknown: if the customer has no such offer
    """
    offer = ClaimOffer.objects.filter(pk=offer_id, customer=customer_id).first()
    if offer is None:
        raise OfferUnknown("There is no such offer.")
    offer.is_open = False
    offer.save(update_fields=["is_open"])
    return offer
