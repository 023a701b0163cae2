"""What a credit note under the policy “refund” does with its credit: open invoices first, then money back."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from billing.calc.settle import Open, settle
from billing.enums import PaymentKind
from billing.models import Invoice, Payment, Receivable
from billing.operations.allocate_credit import allocate_credit
from billing.operations.request_refund import refundable_minor, request_refund
from billing.queries.credit import credit_balance


def give_back(*, note_ids: Sequence[UUID], at: datetime) -> None:
    """
    Settle what is open of the same seller and currency, refund the rest by the newest payments.

    What neither takes stays the customer's credit. Called in the transaction that issues the notes,
    with their customers locked.
    """
    for note in Invoice.objects.filter(pk__in=note_ids).order_by("pk"):
        credit = credit_balance(customer_id=note.customer_id, currency=note.currency)
        left = min(-(note.total_minor or 0), max(0, credit))
        waiting = [Open(key=owed.pk, open_minor=owed.open_minor) for owed in open_of(note)]
        parts, left = settle(amount_minor=left, waiting=waiting)
        for part in parts:
            allocate_credit(
                receivable_id=part.key, amount_minor=part.amount_minor, reason=words(note), at=at
            )
        for payment in payments_of(note):
            refunded = min(left, refundable_minor(payment))
            if refunded:
                request_refund(
                    payment_id=payment.pk, amount_minor=refunded, reason=words(note),
                    credit_note_id=note.pk, at=at,
                )  # fmt: skip
                left -= refunded


def open_of(note: Invoice) -> list[Receivable]:
    rows = Receivable.objects.filter(
        customer=note.customer_id,
        billing_entity=note.billing_entity_id,
        currency=note.currency,
        open_minor__gt=0,
    )
    return list(rows.order_by("due_date", "pk"))


def payments_of(note: Invoice) -> list[Payment]:
    rows = Payment.objects.filter(
        customer=note.customer_id,
        billing_entity=note.billing_entity_id,
        currency=note.currency,
        kind=PaymentKind.RECEIVED,
    )
    return list(rows.order_by("-recorded_at", "-pk"))


def words(note: Invoice) -> str:
    return f"Credit note {note.number}"
