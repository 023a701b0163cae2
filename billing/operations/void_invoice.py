"""Void an unpaid invoice: a credit note takes it back whole, and its time counts as never billed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Min

from billing.enums import OPEN_ATTEMPTS, CreditNoteReason, CreditScope, Settlement
from billing.models import (
    Invoice,
    InvoiceVoid,
    PaymentAttempt,
    RatedSpan,
    Receivable,
    Subscription,
    VoidedSpans,
)
from billing.operations.credit_invoice import CreditOrder, issue_credit_note, settle
from billing.operations.estimate_credit import CreditAsk
from billing.operations.finalize_invoices import lock_customers
from kernel.refusal import Refusal

WHOLE = CreditAsk(CreditScope.FULL)


class VoidReasonMissing(Refusal):
    code = "void_reason_missing"


class AlreadyVoid(Refusal):
    code = "void_already"


class VoidPaid(Refusal):
    code = "void_needs_an_unpaid_invoice"


class VoidWhilePaying(Refusal):
    code = "void_while_a_payment_is_under_way"


@dataclass(frozen=True, slots=True)
class VoidOrder:
    """Why: `reason` for staff, `text` for the customer, printed on the credit note."""

    reason: str
    by: User
    text: str = ""


@transaction.atomic
def void_invoice(*, invoice_id: UUID, order: VoidOrder, at: datetime) -> InvoiceVoid:
    """
    Take the invoice back by a credit note set off against it, and let rating bill its time anew.

    The next push rates its subscriptions again; regenerate_invoice does so at once.

    :raises VoidReasonMissing: without a reason
    :raises AlreadyVoid: if somebody was faster
    :raises VoidPaid: if anything was paid, credited or applied, or it is no issued invoice
    :raises VoidWhilePaying: while a payment attempt is open
    """
    if not order.reason.strip():
        raise VoidReasonMissing("Say why it is voided, then try again.")
    (customer,) = lock_customers([invoice_id]).values()
    check_voidable(invoice_id)
    reopened = lock_reopened(invoice_id)
    credit = CreditOrder(
        ask=WHOLE,
        reason=CreditNoteReason.VOID,
        settlement=Settlement.INVOICE,
        text=order.text,
        by=order.by,
    )
    note = issue_credit_note(
        invoice_id=invoice_id, customer=customer, order=credit, at=at, with_ledger=False
    )
    settle(note, order=credit, at=at)
    void = InvoiceVoid.objects.create(
        invoice_id=invoice_id, credit_note=note, reason=order.reason.strip(), by=order.by, at=at
    )
    reopen(void, reopened)
    return void


def check_voidable(invoice_id: UUID) -> None:
    """With the customer locked, so that no allocation slips in."""
    receivable = Receivable.objects.filter(pk=invoice_id).first()
    if receivable is None:
        raise VoidPaid("Only an issued invoice can be voided; a draft still changes by itself.")
    if InvoiceVoid.objects.filter(pk=invoice_id).exists():
        raise AlreadyVoid("This invoice is void already. Nothing was changed.")
    if Invoice.objects.filter(credits=invoice_id).exists():
        raise VoidPaid("Part of it was credited already. Credit what is left of it instead.")
    if not receivable.open_minor or receivable.open_minor != receivable.amount_minor:
        raise VoidPaid(
            "Something was paid or applied to it. Take that back first, or issue a credit note."
        )
    if PaymentAttempt.objects.filter(receivable=invoice_id, state__in=OPEN_ATTEMPTS).exists():
        raise VoidWhilePaying(
            "A payment is under way. Wait for its outcome; if it fails, void then."
        )


def lock_reopened(invoice_id: UUID) -> list[tuple[Subscription, date]]:
    """The subscriptions on it, locked against rating, with the first date of its earliest period."""
    earliest = dict(
        RatedSpan.objects.filter(invoice_line__invoice=invoice_id)
        .order_by()
        .values_list("subscription")
        .annotate(Min("period_first"))
    )
    subscriptions = (
        Subscription.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=earliest)
        .order_by("pk")
    )
    return [(one, earliest[one.pk]) for one in subscriptions]


def reopen(void: InvoiceVoid, reopened: Iterable[tuple[Subscription, date]]) -> None:
    """Due at once, as far back as the invoice reached; later ratings take its spans as not billed."""
    for subscription, period_first in reopened:
        VoidedSpans.objects.create(
            void=void,
            subscription=subscription,
            after_rating=subscription.rating_count,
            period_first=period_first,
        )
        subscription.touched_from = min(subscription.touched_from or period_first, period_first)
        subscription.rate_due_at = min(subscription.rate_due_at or void.at, void.at)
        subscription.due_early = True
        subscription.save(update_fields=["touched_from", "rate_due_at", "due_early"])
