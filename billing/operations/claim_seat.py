"""Claim a seat: whoever has an address of the offer's domain takes one, first come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.enums import ChangeKind, CustomerStatus, MembershipRole
from accounts.models import Grantee
from accounts.operations.join_group import join_group, own_grantee
from accounts.operations.note_changes import Change, note_changes
from billing.calc.domains import domain_of, joined_domains
from billing.calc.seat_changes import SeatChange, SeatHeldAlready
from billing.models import ClaimOffer, SeatClaim
from billing.operations.accept_invitation import NO_SEAT_LEFT
from billing.operations.change_seats import change_seats
from billing.operations.check_domain_rule import check_domain_rule
from billing.operations.invite_people import SeatRefused
from billing.queries.claim_offers import offers
from kernel.refusal import Refusal

SOURCE = "claim"


class OfferUnknown(Refusal):
    code = "offer_unknown"


class OfferClosed(Refusal):
    code = "offer_closed"


class NotOfDomain(Refusal):
    code = "offer_for_other_domains"


class NoneLeft(Refusal):
    code = "offer_taken"


@dataclass(frozen=True, slots=True)
class Claimed:
    """The person's claim; `is_new` tells a first one from a repeated one."""

    claim: SeatClaim
    is_new: bool


@transaction.atomic
def claim_seat(*, offer_id: UUID, user: User, at: datetime) -> Claimed:
    """
    A seat for the person; claiming again changes nothing. Claims of an offer take turns.

    :raises OfferUnknown, OfferClosed: if there is nothing to claim
    :raises NotOfDomain: if the address is of another domain
    :raises NoneLeft: if others were faster
    :raises AddressForbidden: if the customer's rule keeps the address out
    :raises SeatRefused: for any other reason of the seat's own
    """
    ClaimOffer.objects.select_for_update().filter(pk=offer_id).first()
    offer = find_offer(offer_id)
    if before := SeatClaim.objects.filter(offer=offer, user=user).first():
        return Claimed(before, is_new=False)
    check_claim(offer, user)
    grantee = own_grantee(customer_id=offer.customer_id, user=user, email=user.email)
    take_seat(offer, grantee, user=user, at=at)
    join_group(group=offer.group, grantee=grantee, role=MembershipRole.MEMBER)
    note_changes(
        [Change(offer.customer_id, ChangeKind.MEMBERSHIP_CHANGED, at, grantee_id=grantee.pk)], at=at
    )
    claim = SeatClaim.objects.create(offer=offer, user=user, grantee=grantee, claimed_at=at)
    return Claimed(claim, is_new=True)


def find_offer(offer_id: UUID) -> ClaimOffer:
    """
    :raises OfferUnknown: if there is none
    """
    offer = offers().filter(pk=offer_id).first()
    if offer is None:
        raise OfferUnknown("There is no such offer. Ask whoever gave you the address.")
    return offer


def check_claim(offer: ClaimOffer, user: User) -> None:
    """
    :raises Refusal: if the person cannot take a seat of it
    """
    if not offer.is_open or offer.customer.status != CustomerStatus.ACTIVE:
        raise OfferClosed("The offer is closed. Ask an administrator for an invitation.")
    if domain_of(user.email) not in offer.domains:
        raise NotOfDomain(
            f"The offer is for addresses of {joined_domains(offer.domains)}. "
            "Sign in with such an address."
        )
    check_domain_rule(customer_id=offer.customer_id, email=user.email)
    if offer.most_seats is not None and offer.claims.count() >= offer.most_seats:
        raise NoneLeft("All seats of the offer are taken. Ask an administrator for one.")


def take_seat(offer: ClaimOffer, grantee: Grantee, *, user: User, at: datetime) -> None:
    """
    :raises NoneLeft: if the plan has no seat more
    :raises SeatRefused: for any other reason of the seat's own
    """
    (answer,) = change_seats(
        customer_id=offer.customer_id,
        changes=[
            SeatChange(
                kind="assign",
                subscription=offer.subscription.external_id,
                seat_type=offer.seat_type.code,
                grantee=grantee.external_id,
                group=offer.group.external_id,
            )
        ],
        source=SOURCE,
        request_id=f"{offer.pk}-{grantee.pk}",
        actor=user.get_username(),
        at=at,
    )
    if answer.status == "refused" and answer.code != SeatHeldAlready.code:
        if answer.code in NO_SEAT_LEFT:
            raise NoneLeft("All seats are taken. Ask an administrator for one.")
        raise SeatRefused(answer.code, answer.message)
