"""Write off what nobody expects to be paid any more. The invoice stays as issued; a loss is booked."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.enums import AllocationSource
from billing.models import Allocation
from billing.operations.allocate_credit import lock_receivable
from kernel.money import Money
from kernel.refusal import Refusal


class WriteOffReasonMissing(Refusal):
    code = "write_off_reason_missing"


class WriteOffTooLarge(Refusal):
    code = "write_off_too_large"


@transaction.atomic
def write_off(
    *,
    receivable_id: UUID,
    reason: str,
    at: datetime,
    amount_minor: int | None = None,
    by: User | None = None,
) -> Allocation:
    """
    Settle an invoice as lost; without an amount, all that is open.

    :raises WriteOffReasonMissing: without a reason
    :raises WriteOffTooLarge: if the amount is zero or more than is open
    """
    if not reason.strip():
        raise WriteOffReasonMissing("Say why it is written off, then try again.")
    receivable = lock_receivable(receivable_id)
    wanted = receivable.open_minor if amount_minor is None else amount_minor
    if not 0 < wanted <= receivable.open_minor:
        open_now = Money(receivable.open_minor, receivable.currency)
        raise WriteOffTooLarge(
            f"{open_now} {receivable.currency} is open; write off that or less, above zero."
        )
    return Allocation.objects.create(
        customer_id=receivable.customer_id, receivable=receivable,
        source=AllocationSource.WRITE_OFF, amount_minor=wanted, reason=reason.strip(),
        recorded_at=at, recorded_by=by,
    )  # fmt: skip
