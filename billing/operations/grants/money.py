"""Money given back or given up, once it is agreed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.models import ExceptionRequest
from billing.enums import CreditNoteReason, CreditScope, InvoiceState, Settlement
from billing.models import Allocation, InvoiceLine, Payment
from billing.operations.credit_invoice import CreditOrder, credit_invoice
from billing.operations.estimate_credit import CreditAsk
from billing.operations.grants.granted import Granted
from billing.operations.request_refund import refundable_minor, request_refund
from billing.operations.write_off import write_off

LOOK_AGAIN = timedelta(minutes=1)
TEXT_AT_MOST = 300


def grant_credit(asked: ExceptionRequest, at: datetime) -> Granted:
    """A credit note over all lines of the invoice."""
    ask = CreditAsk(CreditScope.AMOUNT, amount_minor=asked.terms["amount_minor"])
    reason = asked.terms.get("credit_reason", CreditNoteReason.GOODWILL)
    return credited(asked, invoice_id=asked.subject, ask=ask, reason=reason, at=at)


def grant_lines(asked: ExceptionRequest, at: datetime) -> Granted:
    """Prorated lines that shall not count are given back once their invoice is issued."""
    lines = InvoiceLine.objects.filter(pk__in=asked.terms["lines"]).select_related("invoice")
    ordered = list(lines.order_by("position"))
    invoice = ordered[0].invoice
    if invoice.state != InvoiceState.FINALIZED:
        return Granted(outcome=asked.outcome, next_at=at + LOOK_AGAIN, is_begun=False)
    ask = CreditAsk(CreditScope.LINES, lines={line.position: line.amount_minor for line in ordered})
    return credited(
        asked, invoice_id=invoice.pk, ask=ask, reason=CreditNoteReason.PRICE_AGREED, at=at
    )


def credited(
    asked: ExceptionRequest, *, invoice_id: UUID, ask: CreditAsk, reason: str, at: datetime
) -> Granted:
    settlement = Settlement(asked.terms.get("settlement", Settlement.BALANCE))
    order = CreditOrder(
        ask=ask,
        reason=CreditNoteReason(reason),
        settlement=settlement,
        text=asked.customer_text[:TEXT_AT_MOST],
        payment_id=payment_for(invoice_id) if settlement == Settlement.REFUND else None,
        by=asked.asked_by,
        client=asked.asked_by_client,
    )
    note = credit_invoice(invoice_id=invoice_id, order=order, at=at)
    return done(credit_note=note.number)


def payment_for(invoice_id: UUID) -> UUID | None:
    """The newest payment of the invoice by which something can go back."""
    used = Allocation.objects.filter(receivable=invoice_id, payment__isnull=False)
    payments = Payment.objects.filter(pk__in=used.values("payment")).order_by("-recorded_at")
    return next((one.pk for one in payments if refundable_minor(one)), None)


def grant_refund(asked: ExceptionRequest, at: datetime) -> Granted:
    refund = request_refund(
        payment_id=asked.subject, amount_minor=asked.terms["amount_minor"],
        reason=words(asked), at=at, by=asked.asked_by,
    )  # fmt: skip
    return done(refund=refund.pk)


def grant_write_off(asked: ExceptionRequest, at: datetime) -> Granted:
    allocation = write_off(
        receivable_id=asked.subject, amount_minor=asked.terms["amount_minor"],
        reason=words(asked), at=at, by=asked.asked_by,
    )  # fmt: skip
    return done(write_off=allocation.pk)


def words(asked: ExceptionRequest) -> str:
    """The reason as the rows of money carry it, with the number to look it up by."""
    return f"{asked.number}: {asked.reason}"[:TEXT_AT_MOST]


def done(**written: Any) -> Granted:
    return Granted(outcome={name: str(value) for name, value in written.items()}, is_over=True)
