"""One payment: what it settles, what of it is credit, and everything that happened to it since."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from billing.models import (
    BankLine,
    CreditEntry,
    Dispute,
    GatewayEvent,
    Payment,
    PaymentAttempt,
    Refund,
)
from billing.operations.request_refund import refundable_minor
from desk.queries.money_payments import PaymentRow, payment_row
from desk.queries.money_rows import (
    AllocationRow,
    BankLineRow,
    CreditRow,
    DisputeRow,
    EventRow,
    RefundRow,
    allocation_rows,
    dispute_rows,
    event_row,
    refund_rows,
)

EVENTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """Amounts in minor units of the payment's currency. `refundable_minor`: most that can go back."""

    row: PaymentRow
    reverses_id: UUID | None
    attempt: PaymentAttempt | None
    allocations: tuple[AllocationRow, ...]
    credit: tuple[CreditRow, ...]
    refunds: tuple[RefundRow, ...]
    disputes: tuple[DisputeRow, ...]
    reversals: tuple[PaymentRow, ...]
    events: tuple[EventRow, ...]
    bank_line: BankLineRow | None
    refundable_minor: int

    @property
    def settles_minor(self) -> int:
        return sum(one.amount_minor for one in self.allocations)

    @property
    def left_minor(self) -> int:
        """After refunds, withdrawals and what was given back again."""
        return self.row.amount_minor + sum(one.amount_minor for one in self.reversals)

    @property
    def credit_minor(self) -> int:
        return sum(one.amount_minor for one in self.credit)


def payment_page(payment_id: UUID) -> PaymentPage | None:
    """A fixed number of queries."""
    payment = (
        Payment.objects.select_related("customer", "billing_entity", "recorded_by")
        .filter(pk=payment_id)
        .first()
    )
    if payment is None:
        return None
    attempt = attempt_of(payment)
    reversals = payment.reversals.select_related("customer", "billing_entity", "recorded_by")
    return PaymentPage(
        row=payment_row(payment),
        reverses_id=payment.reverses_id,
        attempt=attempt,
        allocations=allocation_rows(Q(payment=payment)),
        credit=tuple(
            CreditRow(one.get_reason_display(), one.amount_minor, one.recorded_at)
            for one in CreditEntry.objects.filter(
                Q(payment=payment) | Q(refund__isnull=False, refund=payment.refund_id)
            ).order_by("recorded_at", "pk")
        ),
        refunds=refund_rows(Q(payment=payment)),
        disputes=dispute_rows(Q(payment=payment)),
        reversals=tuple(payment_row(one) for one in reversals.order_by("recorded_at", "pk")),
        events=events_about(gateway_ids(payment)),
        bank_line=bank_line_of(payment),
        refundable_minor=refundable_minor(payment) if payment.amount_minor > 0 else 0,
    )


def attempt_of(payment: Payment) -> PaymentAttempt | None:
    if not payment.gateway_id:
        return None
    rows = PaymentAttempt.objects.filter(gateway_id=payment.gateway_id)
    return rows.select_related("receivable__invoice", "payment_method").first()


def gateway_ids(payment: Payment) -> list[str]:
    """The payment's own id at the gateway, and those of its refunds and disputes."""
    if not payment.gateway_id:
        return []
    refunds = Refund.objects.filter(payment=payment).exclude(gateway_id="")
    disputes = Dispute.objects.filter(payment=payment)
    return [
        payment.gateway_id,
        *refunds.values_list("gateway_id", flat=True),
        *disputes.values_list("gateway_id", flat=True),
    ]


def events_about(object_ids: list[str]) -> tuple[EventRow, ...]:
    """What the gateway told about these objects, in its order."""
    if not object_ids:
        return ()
    rows = GatewayEvent.objects.filter(object_id__in=object_ids).defer("body")
    return tuple(event_row(one) for one in rows.order_by("created_at", "pk")[:EVENTS_SHOWN])


def bank_line_of(payment: Payment) -> BankLineRow | None:
    line = BankLine.objects.filter(payment=payment).select_related("statement").first()
    if line is None:
        return None
    return BankLineRow(
        id=line.pk,
        statement_id=line.statement_id,
        file_name=line.statement.file_name,
        position=line.position,
        booked_on=line.booked_on,
        payer_name=line.payer_name,
        payer_account=line.payer_account,
        reference=line.reference,
    )
