"""Use a customer's credit balance for an open invoice."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from billing.enums import AllocationSource, CreditReason
from billing.models import Allocation, CreditEntry, Receivable
from billing.operations.record_payment import lock_account
from billing.queries.credit import credit_balance
from kernel.money import Money
from kernel.refusal import Refusal


class NothingToAllocate(Refusal):
    code = "nothing_to_allocate"


class AllocationTooLarge(Refusal):
    code = "allocation_too_large"


@transaction.atomic
def allocate_credit(
    *,
    receivable_id: UUID,
    at: datetime,
    amount_minor: int | None = None,
    by: User | None = None,
    reason: str = "",
) -> Allocation:
    """
    Settle an invoice from credit; without an amount, as much as fits.

    :raises NothingToAllocate: if nothing is open or there is no credit
    :raises AllocationTooLarge: if the amount is more than is open or than the credit
    """
    receivable = lock_receivable(receivable_id)
    credit = credit_balance(customer_id=receivable.customer_id, currency=receivable.currency)
    fits = min(credit, receivable.open_minor)
    if fits <= 0:
        raise NothingToAllocate(
            "Nothing can be allocated: "
            + ("the customer has no credit." if receivable.open_minor else "nothing is open.")
        )
    wanted = fits if amount_minor is None else amount_minor
    if not 0 < wanted <= fits:
        raise AllocationTooLarge(
            f"At most {Money(fits, receivable.currency)} {receivable.currency} fits: that is what "
            "is open and what credit there is."
        )
    allocation = Allocation.objects.create(
        customer_id=receivable.customer_id, receivable=receivable, source=AllocationSource.CREDIT,
        amount_minor=wanted, reason=reason, recorded_at=at, recorded_by=by,
    )  # fmt: skip
    CreditEntry.objects.create(
        customer_id=receivable.customer_id, currency=receivable.currency, amount_minor=-wanted,
        reason=CreditReason.ALLOCATED, allocation=allocation, recorded_at=at,
    )  # fmt: skip
    return allocation


def lock_receivable(receivable_id: UUID) -> Receivable:
    """An invoice's receivable as it is now, its customer's account locked first."""
    lock_account(Receivable.objects.values_list("customer_id", flat=True).get(pk=receivable_id))
    return Receivable.objects.select_related("invoice", "billing_entity").get(pk=receivable_id)
