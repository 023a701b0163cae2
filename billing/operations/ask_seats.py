"""Ask the billing owner for seats, take that back, and decide it: approving buys and may assign."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.urls import reverse
from uuid6 import uuid7

from accounts.gateways.mail import message_id_for
from accounts.models import Grantee, Group
from accounts.operations.raise_pools import raise_pools
from accounts.operations.shape_groups import locked_tree
from accounts.queries.portal_rights import Rights
from billing.calc.seat_changes import SeatChange
from billing.documents.letter import write_letter
from billing.enums import SeatRequestMailKind, SeatRequestState
from billing.models import SeatRequest, SeatRequestMail, SeatType, Subscription
from billing.operations.change_seats import change_seats
from billing.queries.seat_room import seat_room
from billing.records.group_room import load_group_room
from billing.records.ledger_batch import lock_heads
from kernel.refusal import Refusal

SOURCE = "portal"


class RequestOpen(Refusal):
    code = "seat_request_open"


class RequestDecided(Refusal):
    code = "seat_request_decided"


class OwnRequest(Refusal):
    code = "seat_request_own"


class SeatsRefused(Refusal):
    """The seats were refused; code and sentence are those of the refusal."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class WantedSeats:
    """So many seats of a type for a group; `grantee` gets one as soon as they are there."""

    subscription: Subscription
    seat_type: SeatType
    group: Group
    quantity: int = 1
    grantee: Grantee | None = None
    reason: str = ""


@transaction.atomic
def ask_seats(*, rights: Rights, wanted: WantedSeats, by: User, at: datetime) -> SeatRequest:
    """
    A request that waits for the billing owner, who gets an e-mail.

    :raises RequestOpen: if the same is asked already
    """
    try:
        with transaction.atomic():
            request = SeatRequest.objects.create(
                customer_id=rights.customer_id, subscription=wanted.subscription,
                seat_type=wanted.seat_type, group=wanted.group, grantee=wanted.grantee,
                quantity=wanted.quantity, reason=wanted.reason, asked_by=by, asked_at=at,
            )  # fmt: skip
    except IntegrityError as error:
        if "seat_request_open_once_for_the_same" not in str(error):
            raise
        raise RequestOpen("This is asked already. The billing owner decides.") from error
    owners = request.customer.billing_owners.filter(is_primary=True).exclude(email="")
    queue_mail(request, SeatRequestMailKind.ASKED, to=[one.email for one in owners], at=at)
    return request


@transaction.atomic
def approve_seats(*, request_id: UUID, by: User, rights: Rights, at: datetime) -> SeatRequest:
    """
    Buy what is missing, make room in the group and above it, and give the named person a seat.

    All or nothing; seats that are free already are not bought again.

    :raises Refusal: RequestDecided, OwnRequest, or SeatsRefused where a seat is refused
    """
    request = locked(request_id, rights, by)
    locked_tree(rights)  # the tree before the ledger, as directories do: so nobody waits in a ring
    lock_heads([rights.customer_id])
    room = load_group_room(customer_id=rights.customer_id, at=at)
    used = {key: room.used(key) for key in room.groups}
    raise_pools(group=request.group, seats=request.quantity, used=used)
    changes = wanted_changes(request, at=at)
    answers = change_seats(
        customer_id=rights.customer_id, changes=changes, source=SOURCE,
        request_id=f"request-{request.pk}", actor=by.get_username(), at=at, all_or_nothing=True,
    )  # fmt: skip
    for answer in answers:
        if answer.status == "refused" and answer.code != "nothing_done":
            raise SeatsRefused(answer.code, answer.message)
    return decided(request, SeatRequestState.APPROVED, by=by, answer="", at=at)


@transaction.atomic
def decline_seats(
    *, request_id: UUID, by: User, rights: Rights, answer: str, at: datetime
) -> SeatRequest:
    """:raises Refusal: RequestDecided or OwnRequest"""
    request = locked(request_id, rights, by)
    return decided(request, SeatRequestState.DECLINED, by=by, answer=answer, at=at)


@transaction.atomic
def withdraw_seats(*, request_id: UUID, by: User, rights: Rights) -> SeatRequest:
    """
    Who asked takes it back.

    :raises RequestDecided: if it is decided, or somebody else's
    """
    mine = SeatRequest.objects.select_for_update().filter(customer=rights.customer_id, asked_by=by)
    request = mine.filter(pk=request_id, state=SeatRequestState.ASKED).first()
    if request is None:
        raise RequestDecided("This request is not open any more.")
    request.state = SeatRequestState.WITHDRAWN
    request.save(update_fields=["state"])
    return request


def locked(request_id: UUID, rights: Rights, by: User) -> SeatRequest:
    rows = SeatRequest.objects.select_for_update(of=("self",)).select_related(
        "customer", "subscription", "seat_type", "group", "grantee", "asked_by"
    )
    request = rows.get(pk=request_id, customer=rights.customer_id)
    if request.state != SeatRequestState.ASKED:
        raise RequestDecided("Somebody was faster: this request is not open any more.")
    if request.asked_by_id == by.pk:
        raise OwnRequest("You asked for this yourself; somebody else decides it.")
    return request


def foreseen_changes(*, request_id: UUID, customer_id: UUID, at: datetime) -> list[SeatChange]:
    """What approving an open request would change, for its page."""
    rows = SeatRequest.objects.select_related("subscription", "seat_type", "group", "grantee")
    return wanted_changes(rows.get(pk=request_id, customer=customer_id), at=at)


def wanted_changes(request: SeatRequest, *, at: datetime) -> list[SeatChange]:
    """Seats to buy where too few are free, and the seat of the person named."""
    subscription, seat_type = request.subscription.external_id, request.seat_type.code
    free = next(
        (
            one.free
            for one in seat_room(customer_id=request.customer_id, at=at)
            if (one.subscription, one.seat_type) == (subscription, seat_type)
        ),
        0,
    )
    missing = request.quantity - max(free, 0)
    changes = []
    if missing > 0:
        changes.append(SeatChange("buy", subscription, seat_type, quantity=missing))
    if request.grantee:
        changes.append(
            SeatChange(
                "assign", subscription, seat_type, grantee=request.grantee.external_id,
                group=request.group.external_id,
            )
        )  # fmt: skip
    return changes


def decided(
    request: SeatRequest, state: SeatRequestState, *, by: User, answer: str, at: datetime
) -> SeatRequest:
    request.state, request.decided_by, request.decided_at = state, by, at
    request.answer = answer
    request.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    to = [request.asked_by.email] if request.asked_by.email else []
    queue_mail(request, SeatRequestMailKind.DECIDED, to=to, at=at)
    return request


def queue_mail(
    request: SeatRequest, kind: SeatRequestMailKind, *, to: list[str], at: datetime
) -> None:
    """Nothing where nobody has an address."""
    if not to:
        return
    place = "seat_requests" if kind == SeatRequestMailKind.ASKED else "groups"
    path = reverse(f"portal:{place}", args=[request.customer_id])
    words = {
        "customer": request.customer.legal_name,
        "asker": request.asked_by.get_full_name() or request.asked_by.get_username(),
        "person": str(request.grantee or ""),
        "group": request.group.name,
        "seat_type": request.seat_type.name,
        "quantity": request.quantity,
        "reason": request.reason,
        "answer": request.answer,
        "is_approved": request.state == SeatRequestState.APPROVED,
        "link": f"{settings.BASE_URL.rstrip('/')}{path}",
    }
    letter = write_letter(f"seats_{kind}", language=request.customer.language, words=words)
    key = uuid7()
    SeatRequestMail.objects.create(
        id=key, request=request, kind=kind, language=letter.language, to=to,
        subject=letter.subject, text=letter.text, html=letter.html,
        message_id=message_id_for(key), queued_at=at, send_after=at,
    )  # fmt: skip
