"""Requests for seats as their pages show them: open ones first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.queries.portal_rights import Rights
from billing.enums import SeatRequestState
from billing.models import SeatRequest
from portal.queries.person_name import name_of

SHOWN = 50
TONES = {"asked": "wait", "approved": "ok", "declined": "stop"}


@dataclass(frozen=True, slots=True)
class RequestRow:
    """`may_decide`: open, the asker is somebody else, and deciding is the person's."""

    id: UUID
    quantity: int
    seat_type: str
    seat_type_name: str
    subscription: str
    group: str
    group_external_id: str
    person: str
    person_external_id: str
    reason: str
    state: str
    state_words: str
    asked_by: str
    asked_at: datetime
    decided_at: datetime | None
    answer: str
    may_decide: bool
    may_withdraw: bool

    @property
    def title(self) -> str:
        seats = "seat" if self.quantity == 1 else "seats"
        return f"{self.quantity} {self.seat_type_name} {seats} for {self.group}"

    @property
    def tone(self) -> str:
        return TONES.get(self.state, "")


def seat_requests(rights: Rights) -> Sequence[RequestRow]:
    """The owner's: all; others: those of their groups and their own. One query; the newest fifty."""
    rows = SeatRequest.objects.filter(customer=rights.customer_id)
    if not rights.is_owner:
        rows = rows.filter(Q(group__in=rights.group_ids) | Q(asked_by=rights.user_id))
    related = rows.select_related("seat_type", "subscription", "group", "grantee", "asked_by")
    found = [request_row(one, rights) for one in related.order_by("-asked_at", "-id")[:SHOWN]]
    return sorted(found, key=lambda one: one.state != SeatRequestState.ASKED)


def request_row(row: SeatRequest, rights: Rights) -> RequestRow:
    is_open = row.state == SeatRequestState.ASKED
    is_own = row.asked_by_id == rights.user_id
    return RequestRow(
        id=row.pk,
        quantity=row.quantity,
        seat_type=row.seat_type.code,
        seat_type_name=row.seat_type.name,
        subscription=row.subscription.external_id,
        group=row.group.name,
        group_external_id=row.group.external_id,
        person=str(row.grantee or ""),
        person_external_id=row.grantee.external_id if row.grantee else "",
        reason=row.reason,
        state=row.state,
        state_words=str(SeatRequestState(row.state).label),
        asked_by=name_of(row.asked_by),
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        answer=row.answer,
        may_decide=is_open and rights.is_owner and not is_own,
        may_withdraw=is_open and is_own,
    )


def open_requests(rights: Rights) -> int:
    """How many wait for the person to decide: the badge. One query for the owner, none for others."""
    if not rights.is_owner:
        return 0
    waiting = SeatRequest.objects.filter(customer=rights.customer_id, state=SeatRequestState.ASKED)
    return waiting.exclude(asked_by=rights.user_id).count()
