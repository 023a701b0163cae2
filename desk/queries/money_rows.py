"""Rows of money as pages show them: allocations, credit, refunds, disputes, webhooks, bank lines."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from billing.models import Allocation, Dispute, GatewayEvent, Refund


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """What settles an invoice; negative: taken back. Amount in minor units of the invoice's currency."""

    id: UUID
    invoice_id: UUID
    number: str
    customer_id: UUID
    currency: str
    source: str
    source_words: str
    payment_id: UUID | None
    amount_minor: int
    reason: str
    recorded_at: datetime
    recorded_by: str
    is_undone: bool
    undoes: bool

    @property
    def may_be_taken_back(self) -> bool:
        return not self.is_undone and not self.undoes and self.amount_minor > 0


@dataclass(frozen=True, slots=True)
class CreditRow:
    """How credit moved, in minor units of the payment's or customer's currency."""

    reason: str
    amount_minor: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class RefundRow:
    """Money to give back, in minor units. `is_by_hand`: a person sends it, not the gateway."""

    id: UUID
    payment_id: UUID
    customer_id: UUID
    customer_name: str
    currency: str
    amount_minor: int
    state: str
    state_words: str
    reason: str
    requested_by: str
    requested_at: datetime
    answered_at: datetime | None
    gateway_id: str
    problem: str
    is_by_hand: bool


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A payment the payer's bank questions; the amount in minor units."""

    id: UUID
    gateway_id: str
    payment_id: UUID
    customer_id: UUID
    customer_name: str
    currency: str
    amount_minor: int
    reason: str
    state: str
    state_words: str
    evidence_due_at: datetime | None
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """A stored webhook. `refusal_id`: it is parked, and this lets it try again."""

    id: UUID
    event_id: str
    kind: str
    object_id: str
    created_at: datetime
    received_at: datetime
    applied_at: datetime | None
    outcome: str
    problem: str = ""
    refusal_id: UUID | None = None

    @property
    def state(self) -> str:
        if self.applied_at:
            return "applied"
        return "parked" if self.refusal_id else "waiting"


@dataclass(frozen=True, slots=True)
class BankLineRow:
    """The booking on our bank account a payment was matched from."""

    id: UUID
    statement_id: UUID
    file_name: str
    position: int
    booked_on: date
    payer_name: str
    payer_account: str
    reference: str


def event_row(
    event: GatewayEvent, *, problem: str = "", refusal_id: UUID | None = None
) -> EventRow:
    return EventRow(
        id=event.pk,
        event_id=event.event_id,
        kind=event.kind,
        object_id=event.object_id,
        created_at=event.created_at,
        received_at=event.received_at,
        applied_at=event.applied_at,
        outcome=event.outcome,
        problem=problem,
        refusal_id=refusal_id,
    )


def allocation_rows(wanted: Q) -> tuple[AllocationRow, ...]:
    """Oldest first. One query."""
    rows = Allocation.objects.filter(wanted).select_related(
        "receivable__invoice", "recorded_by", "undone_by"
    )
    return tuple(allocation_row(one) for one in rows.order_by("recorded_at", "pk"))


def allocation_row(one: Allocation) -> AllocationRow:
    return AllocationRow(
        id=one.pk,
        invoice_id=one.receivable_id,
        number=one.receivable.invoice.number,
        customer_id=one.customer_id,
        currency=one.receivable.currency,
        source=one.source,
        source_words=one.get_source_display(),
        payment_id=one.payment_id,
        amount_minor=one.amount_minor,
        reason=one.reason,
        recorded_at=one.recorded_at,
        recorded_by=one.recorded_by.get_username() if one.recorded_by else "",
        is_undone=hasattr(one, "undone_by"),
        undoes=one.undoes_id is not None,
    )


def refund_rows(wanted: Q) -> tuple[RefundRow, ...]:
    rows = Refund.objects.filter(wanted).select_related("customer", "requested_by", "payment")
    return tuple(refund_row(one) for one in rows.order_by("requested_at", "pk"))


def refund_row(one: Refund) -> RefundRow:
    return RefundRow(
        id=one.pk,
        payment_id=one.payment_id,
        customer_id=one.customer_id,
        customer_name=one.customer.legal_name,
        currency=one.currency,
        amount_minor=one.amount_minor,
        state=one.state,
        state_words=one.get_state_display(),
        reason=one.reason,
        requested_by=one.requested_by.get_username() if one.requested_by else "",
        requested_at=one.requested_at,
        answered_at=one.answered_at,
        gateway_id=one.gateway_id,
        problem=one.problem,
        is_by_hand=not one.payment.gateway_id,
    )


def dispute_rows(wanted: Q) -> tuple[DisputeRow, ...]:
    rows = Dispute.objects.filter(wanted).select_related("customer")
    return tuple(dispute_row(one) for one in rows.order_by("-opened_at", "-pk"))


def dispute_row(one: Dispute) -> DisputeRow:
    return DisputeRow(
        id=one.pk,
        gateway_id=one.gateway_id,
        payment_id=one.payment_id,
        customer_id=one.customer_id,
        customer_name=one.customer.legal_name,
        currency=one.currency,
        amount_minor=one.amount_minor,
        reason=one.reason,
        state=one.state,
        state_words=one.get_state_display(),
        evidence_due_at=one.evidence_due_at,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
    )
