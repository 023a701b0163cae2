"""Money of a packet: what was asked of the gateway, what came, what it settled, what went back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from billing.models import Allocation, CreditEntry, Payment
from desk.queries.money_attempts import AttemptFilter, AttemptRow, attempt_row, found_attempts
from desk.queries.money_rows import (
    AllocationRow,
    DisputeRow,
    RefundRow,
    allocation_rows,
    dispute_rows,
    refund_rows,
)
from desk.queries.packet.versions import name_of


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """Money that moved, signed, in minor units of `currency`."""

    id: UUID
    kind: str
    method: str
    currency: str
    amount_minor: int
    paid_on: date
    recorded_at: datetime
    recorded_by: str
    gateway_id: str
    reference: str
    reason: str
    reverses_id: UUID | None


@dataclass(frozen=True, slots=True)
class CreditMove:
    """How the customer's credit moved because of these documents and payments; signed minor units."""

    reason: str
    amount_minor: int
    currency: str
    recorded_at: datetime
    invoice_id: UUID | None
    payment_id: UUID | None


@dataclass(frozen=True, slots=True)
class PacketMoney:
    payments: tuple[PaymentRow, ...]
    allocations: tuple[AllocationRow, ...]
    attempts: tuple[AttemptRow, ...]
    refunds: tuple[RefundRow, ...]
    disputes: tuple[DisputeRow, ...]
    credit: tuple[CreditMove, ...]


def packet_money(*, invoice_ids: Collection[UUID], payment_ids: Collection[UUID]) -> PacketMoney:
    """
    Six queries. Payments are those that settle the documents, those asked for, and what reversed
    them; what such a payment settled elsewhere is there too, so that it adds up.
    """
    settling = Allocation.objects.filter(receivable__in=invoice_ids, payment__isnull=False)
    near = Q(receivable__in=invoice_ids) | Q(payment__in=settling.values("payment"))
    allocations = allocation_rows(near | Q(payment__in=payment_ids))
    named = {one.payment_id for one in allocations if one.payment_id} | set(payment_ids)
    payments = tuple(
        payment_row(row)
        for row in Payment.objects.filter(Q(pk__in=named) | Q(reverses__in=named))
        .select_related("recorded_by")
        .order_by("recorded_at", "pk")
    )
    known = {one.id for one in payments}
    credit = CreditEntry.objects.filter(Q(invoice__in=invoice_ids) | Q(payment__in=known))
    return PacketMoney(
        payments=payments,
        allocations=allocations,
        attempts=tuple(
            attempt_row(one)
            for one in found_attempts(AttemptFilter())
            .filter(receivable__in=invoice_ids)
            .order_by("started_at", "pk")
        ),
        refunds=refund_rows(Q(payment__in=known) | Q(credit_note__in=invoice_ids)),
        disputes=dispute_rows(Q(payment__in=known)),
        credit=tuple(credit_move(row) for row in credit.order_by("recorded_at", "pk")),
    )


def payment_row(row: Payment) -> PaymentRow:
    return PaymentRow(
        id=row.pk,
        kind=row.kind,
        method=row.method,
        currency=row.currency,
        amount_minor=row.amount_minor,
        paid_on=row.paid_on,
        recorded_at=row.recorded_at,
        recorded_by=name_of(row.recorded_by),
        gateway_id=row.gateway_id,
        reference=row.reference,
        reason=row.reason,
        reverses_id=row.reverses_id,
    )


def credit_move(row: CreditEntry) -> CreditMove:
    return CreditMove(
        reason=row.reason,
        amount_minor=row.amount_minor,
        currency=row.currency,
        recorded_at=row.recorded_at,
        invoice_id=row.invoice_id,
        payment_id=row.payment_id,
    )
