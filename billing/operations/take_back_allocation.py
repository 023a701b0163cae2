"""Take an allocation back: the invoice is open again, the money becomes credit. A new row, never a change."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.enums import AllocationSource, CreditReason
from billing.models import Allocation, CreditEntry, InvoiceVoid
from billing.operations.record_payment import lock_account
from kernel.refusal import Refusal


class AllocationTakenBack(Refusal):
    code = "allocation_taken_back"


class InvoiceIsVoid(Refusal):
    code = "invoice_is_void"


class AllocationReasonMissing(Refusal):
    code = "allocation_reason_missing"


@transaction.atomic
def take_back_allocation(
    *, allocation_id: UUID, reason: str, at: datetime, by: User | None = None
) -> Allocation:
    """
    Open the invoice again by what was allocated; a write-off is simply undone.

    :raises AllocationTakenBack: if it was taken back already, or is itself such a row
    :raises InvoiceIsVoid: if the invoice was voided: it stays settled by its credit note
    :raises AllocationReasonMissing: without a reason
    """
    if not reason.strip():
        raise AllocationReasonMissing("Say why it is taken back, then try again.")
    lock_account(Allocation.objects.values_list("customer_id", flat=True).get(pk=allocation_id))
    allocation = Allocation.objects.select_related("receivable").get(pk=allocation_id)
    is_back = allocation.amount_minor < 0 or Allocation.objects.filter(undoes=allocation).exists()
    owed = allocation.receivable
    if is_back or owed.open_minor + allocation.amount_minor > owed.amount_minor:
        raise AllocationTakenBack("This allocation was taken back already. Nothing was changed.")
    if InvoiceVoid.objects.filter(pk=owed.pk).exists():
        raise InvoiceIsVoid(
            "This invoice was voided and is billed anew elsewhere, so it stays settled. Nothing was "
            "changed."
        )
    undone = undo(allocation=allocation, at=at, by=by, reason=reason.strip())
    if allocation.source != AllocationSource.WRITE_OFF:
        CreditEntry.objects.create(
            customer_id=allocation.customer_id, currency=allocation.receivable.currency,
            amount_minor=allocation.amount_minor, reason=CreditReason.UNALLOCATED,
            payment_id=allocation.payment_id, allocation=undone, recorded_at=at,
        )  # fmt: skip
    return undone


def undo(*, allocation: Allocation, at: datetime, by: User | None, reason: str) -> Allocation:
    """The mirror of an allocation, under the same payment."""
    return Allocation.objects.create(
        customer_id=allocation.customer_id, receivable_id=allocation.receivable_id,
        source=allocation.source, payment_id=allocation.payment_id,
        amount_minor=-allocation.amount_minor, undoes=allocation, reason=reason, recorded_at=at,
        recorded_by=by,
    )  # fmt: skip
