"""Issue a credit note for what a person gives back, and let it go where they say."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import F
from uuid6 import uuid7

from accounts.models import ApiClient, Customer
from billing.enums import CreditNoteReason, CreditScope, InvoiceKind, Settlement
from billing.models import CreditNote, Invoice, InvoiceLine, InvoiceTax, Payment, Receivable
from billing.operations.allocate_credit import allocate_credit
from billing.operations.estimate_credit import CreditAsk, DecidedCredit, decide_credit
from billing.operations.finalize_invoices import finalize_invoices, lock_customers
from billing.operations.request_refund import request_refund
from kernel.refusal import Refusal


class NothingOpen(Refusal):
    code = "credit_nothing_open"


class RefundNeedsPayment(Refusal):
    code = "credit_refund_needs_a_payment"


class ReasonNotForPeople(Refusal):
    code = "credit_reason_is_of_a_void"


class CreditIsAnother(Refusal):
    code = "credit_is_not_as_estimated"


@dataclass(frozen=True, slots=True)
class CreditOrder:
    """
    A credit note as ordered. `payment_id` names the payment a refund goes back by.

    `expected_minor` is what the estimate came to, negative; another amount is refused.
    """

    ask: CreditAsk
    reason: CreditNoteReason
    settlement: Settlement
    text: str = ""
    payment_id: UUID | None = None
    expected_minor: int | None = None
    by: User | None = None
    client: ApiClient | None = None


@transaction.atomic
def credit_invoice(*, invoice_id: UUID, order: CreditOrder, at: datetime) -> Invoice:
    """
    Issue the credit note and settle it: the open invoice first, the balance, or a refund.

    :raises NothingOpen: if it shall settle an invoice on which nothing is open
    :raises RefundNeedsPayment: if it shall be refunded by no payment
    :raises ReasonNotForPeople: for the reason that only a void has
    :raises CreditIsAnother: if something was given back since the estimate
    :raises Refusal: what the estimate refuses, and what a refund refuses
    """
    if order.reason == CreditNoteReason.VOID:
        raise ReasonNotForPeople(
            "This reason belongs to a void. Void the invoice, or choose another reason."
        )
    customer = lock_customers([invoice_id])
    check_settlement(order, invoice_id=invoice_id)
    (owner,) = customer.values()
    note = issue_credit_note(invoice_id=invoice_id, customer=owner, order=order, at=at)
    settle(note, order=order, at=at)
    return note


def check_settlement(order: CreditOrder, *, invoice_id: UUID) -> None:
    """What can be said before anything is written."""
    if order.settlement == Settlement.REFUND:
        payments = Payment.objects.filter(
            pk=order.payment_id or invoice_id,
            customer__invoices=invoice_id,
            currency=F("customer__invoices__currency"),
        )
        if not payments.exists():
            raise RefundNeedsPayment(
                "Name the payment of this customer in this currency it goes back by, or keep it as "
                "balance."
            )
    if order.settlement == Settlement.INVOICE:
        receivable = Receivable.objects.filter(pk=invoice_id).first()
        if receivable is None or not receivable.open_minor:
            raise NothingOpen(
                "Nothing is open on this invoice. Keep the credit as balance, or refund it."
            )


def issue_credit_note(
    *,
    invoice_id: UUID,
    customer: Customer,
    order: CreditOrder,
    at: datetime,
    with_ledger: bool = True,
) -> Invoice:
    """Write the draft, its lines and taxes, and finalize it like any other; the customer is locked."""
    invoice = Invoice.objects.select_related("billing_entity").get(pk=invoice_id)
    note_id = uuid7()
    decided = decide_credit(
        invoice=invoice,
        ask=order.ask,
        note_id=note_id,
        language=customer.language,
        with_ledger=with_ledger,
    )
    check_expected(order, decided)
    draft = draft_note(decided, note_id=note_id, customer=customer, order=order, at=at)
    draft.save(force_insert=True)
    InvoiceLine.objects.bulk_create(decided.lines)
    InvoiceTax.objects.bulk_create(decided.taxes)
    is_amount = order.ask.scope == CreditScope.AMOUNT
    CreditNote.objects.create(
        invoice=draft,
        scope=order.ask.scope,
        asked_minor=order.ask.amount_minor if is_amount else None,
        reason=order.reason,
        text=order.text.strip(),
        by=order.by,
        client=order.client,
        at=at,
    )
    finalize_invoices(keys=[note_id], at=at)
    draft.refresh_from_db()
    return draft


def check_expected(order: CreditOrder, decided: DecidedCredit) -> None:
    if order.expected_minor not in (None, -decided.credit.total_minor):
        raise CreditIsAnother(
            "Something was given back since the estimate, so the amount is another one now. Nothing "
            "was issued; look at a new estimate."
        )


def draft_note(
    decided: DecidedCredit, *, note_id: UUID, customer: Customer, order: CreditOrder, at: datetime
) -> Invoice:
    """The head of the note: sold by who sold the original, addressed to the customer as of now."""
    original = decided.original.invoice
    return Invoice(
        id=note_id,
        customer=customer,
        billing_entity=original.billing_entity,
        kind=InvoiceKind.CREDIT_NOTE,
        settlement=order.settlement,
        credits=original,
        currency=original.currency,
        cycle_date=at.astimezone(ZoneInfo(customer.time_zone)).date(),
        drafted_at=at,
        finalize_after=at,
        subtotal_minor=-decided.credit.subtotal_minor,
        tax_minor=-decided.credit.tax_minor,
        tax_note=original.tax_note,
        language=customer.language,
        time_zone=customer.time_zone,
        paper=customer.paper,
    )


def settle(note: Invoice, *, order: CreditOrder, at: datetime) -> None:
    """From the balance it was added to: to the invoice it credits, or back by a payment."""
    assert note.total_minor is not None
    assert note.credits_id is not None
    minor = -note.total_minor
    if order.settlement == Settlement.INVOICE:
        open_minor = Receivable.objects.values_list("open_minor", flat=True).get(pk=note.credits_id)
        allocate_credit(
            receivable_id=note.credits_id,
            amount_minor=min(minor, open_minor),
            reason=f"Credit note {note.number}",
            by=order.by,
            at=at,
        )
    elif order.settlement == Settlement.REFUND:
        assert order.payment_id is not None
        request_refund(
            payment_id=order.payment_id,
            amount_minor=minor,
            reason=f"Credit note {note.number}",
            credit_note_id=note.pk,
            by=order.by,
            at=at,
        )
