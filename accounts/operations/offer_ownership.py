"""Offer the ownership of a customer to somebody, who accepts, declines, or lets it pass."""

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.urls import reverse

from accounts.documents.one_time_link import digest_of_token, new_token
from accounts.enums import PortalMailKind, TransferState
from accounts.models import BillingOwner, Customer, OwnershipTransfer
from accounts.operations.administer_billing import administer_billing
from accounts.operations.person_with_address import AddressOfStaff, people_with_address
from accounts.operations.queue_portal_mail import queue_portal_mail
from accounts.operations.transfer_ownership import transfer_ownership
from kernel.refusal import Refusal

OPEN_FOR = timedelta(days=14)


class NotTheOwner(Refusal):
    code = "not_the_billing_owner"


class OfferedToOneself(Refusal):
    code = "ownership_offered_to_oneself"


class OfferPending(Refusal):
    code = "ownership_offer_pending"


class OfferOver(Refusal):
    code = "ownership_offer_over"


class OfferForAnother(Refusal):
    code = "ownership_offer_for_another"


@transaction.atomic
def offer_ownership(
    *, customer_id: UUID, to_email: str, to_name: str = "", by: User, at: datetime
) -> OwnershipTransfer:
    """
    Write the offer and the mail with its link. Nothing changes before it is accepted.

    :raises NotTheOwner: `by` is not the billing owner
    :raises OfferedToOneself: it is the owner's own address
    :raises OfferPending: another offer waits for an answer
    :raises AddressOfStaff: our staff own no customers
    """
    customer = locked(customer_id)
    owner = owner_of(customer, by)
    address = to_email.strip().lower()
    if address in {owner.email.lower(), by.email.lower(), by.get_username()}:
        raise OfferedToOneself("You own it already. Give the address of somebody else.")
    if any(one.is_staff for one in people_with_address(address)):
        raise AddressOfStaff(f"{address} is a member of our staff. Use another address.")
    expire_offers(at=at, customer_id=customer_id)
    if OwnershipTransfer.objects.filter(customer=customer_id, state=TransferState.PENDING).exists():
        raise OfferPending("An offer waits for an answer. Withdraw it before you make another.")
    token = new_token()
    offer = OwnershipTransfer.objects.create(
        customer=customer, from_owner=owner, to_email=address, to_name=to_name.strip(),
        token_digest=digest_of_token(token), proposed_at=at, proposed_by=by,
        expires_at=at + OPEN_FOR,
    )  # fmt: skip
    tell(
        offer,
        PortalMailKind.OWNERSHIP_OFFERED,
        to=address,
        path=reverse("portal:ownership_link", args=[token]),
        at=at,
    )
    return offer


@transaction.atomic
def accept_ownership(*, transfer_id: UUID, by: User, at: datetime) -> BillingOwner:
    """
    The person becomes billing owner; who was it administers billing from now on.

    :raises OfferForAnother: the offer is for another address
    :raises OfferOver: answered, withdrawn, expired, or made by somebody who owns it no more
    """
    offer = answerable(transfer_id, by, at)
    if not BillingOwner.objects.filter(pk=offer.from_owner_id, is_primary=True).exists():
        raise OfferOver("Who made this offer owns the company here no more. Ask the new owner.")
    new = administer_billing(
        customer_id=offer.customer_id, person=by, email=offer.to_email,
        name=by.get_full_name() or offer.to_name or offer.to_email, receives_invoices=True,
    )  # fmt: skip
    transfer_ownership(customer_id=offer.customer_id, to_owner_id=new.pk)
    close(offer, TransferState.ACCEPTED, at, by)
    tell_owner(offer, PortalMailKind.OWNERSHIP_ACCEPTED, at)
    new.refresh_from_db()
    return new


@transaction.atomic
def decline_ownership(*, transfer_id: UUID, by: User, at: datetime) -> None:
    """
    Nothing changes, and the owner is told.

    :raises Refusal: as accept_ownership does
    """
    offer = answerable(transfer_id, by, at)
    close(offer, TransferState.DECLINED, at, by)
    tell_owner(offer, PortalMailKind.OWNERSHIP_DECLINED, at)


@transaction.atomic
def withdraw_ownership(*, customer_id: UUID, by: User, at: datetime) -> None:
    """
    The owner takes the offer back; whom it was made to is told.

    :raises NotTheOwner: `by` is not the billing owner
    :raises OfferOver: there is none, or it was answered just now
    """
    owner_of(locked(customer_id), by)
    offer = OwnershipTransfer.objects.filter(
        customer=customer_id, state=TransferState.PENDING
    ).first()  # fmt: skip
    if offer is None:
        raise OfferOver("No offer waits for an answer any more.")
    close(offer, TransferState.WITHDRAWN, at, by)
    tell(
        offer,
        PortalMailKind.OWNERSHIP_ENDED,
        to=offer.to_email,
        path=reverse("portal:choose"),
        at=at,
    )


@transaction.atomic
def expire_offers(*, at: datetime, customer_id: UUID | None = None) -> int:
    """Offers nobody answered in time are over; how many."""
    late = OwnershipTransfer.objects.filter(state=TransferState.PENDING, expires_at__lte=at)
    if customer_id is not None:
        late = late.filter(customer=customer_id)
    return late.update(state=TransferState.EXPIRED, answered_at=at)


def locked(customer_id: UUID) -> Customer:
    return Customer.objects.select_for_update(of=("self",), no_key=True).get(pk=customer_id)


def owner_of(customer: Customer, by: User) -> BillingOwner:
    owner = BillingOwner.objects.filter(customer=customer, is_primary=True, user=by).first()
    if owner is None:
        raise NotTheOwner("Only the billing owner does this.")
    return owner


def answerable(transfer_id: UUID, by: User, at: datetime) -> OwnershipTransfer:
    """The offer, locked after its customer, if this person may answer it now."""
    offer = OwnershipTransfer.objects.filter(pk=transfer_id).first()
    if offer is None:
        raise OfferOver("This offer is not known here.")
    locked(offer.customer_id)
    offer = OwnershipTransfer.objects.select_for_update(of=("self",)).get(pk=transfer_id)
    if not is_for(offer, by):
        raise OfferForAnother(f"This offer is for {offer.to_email}. Sign in with that address.")
    if not offer.is_open(at):
        raise OfferOver("This offer is over: it was answered, withdrawn, or its 14 days passed.")
    return offer


def is_for(offer: OwnershipTransfer, person: User) -> bool:
    return offer.to_email in {person.email.lower(), person.get_username().lower()}


def close(offer: OwnershipTransfer, state: TransferState, at: datetime, by: User) -> None:
    offer.state, offer.answered_at, offer.answered_by = state, at, by
    offer.save(update_fields=["state", "answered_at", "answered_by"])


def tell_owner(offer: OwnershipTransfer, kind: PortalMailKind, at: datetime) -> None:
    path = reverse("portal:home", args=[offer.customer_id])
    tell(offer, kind, to=offer.from_owner.email, path=path, at=at)


def tell(
    offer: OwnershipTransfer, kind: PortalMailKind, *, to: str, path: str, at: datetime
) -> None:
    words = {
        "customer": offer.customer.legal_name,
        "owner": offer.from_owner.name,
        "person": offer.to_name or offer.to_email,
        "days": OPEN_FOR.days,
    }
    queue_portal_mail(
        kind=kind, to=to, language=offer.customer.language, path=path, words=words,
        customer_id=offer.customer_id, reply_to=offer.from_owner.email, at=at,
    )  # fmt: skip
