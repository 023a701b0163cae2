"""What is open on an invoice, what settled it, who was asked for it, and what a payer needs to know."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from billing.enums import AllocationSource
from billing.models import PaymentMethod, Receivable
from billing.queries.credit import credit_balance
from billing.queries.pay_facts import PayFact, pay_facts
from billing.queries.statement import local_day
from desk.queries.money_attempts import AttemptRow, attempts_of
from desk.queries.money_rows import AllocationRow, allocation_rows

OPEN_STATES = ("started", "processing", "needs_customer")
CHIPS = {
    "paid": "dk-chip-ok", "written off": "", "overdue": "dk-chip-stop", "open": "dk-chip-wait",
    "nothing to pay": "dk-chip-ok",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class InvoiceMoney:
    """
    The panel of an invoice. Amounts in minor units of `currency`.

    `state`: paid, written off, overdue, open, or nothing to pay. `fits_minor` is the most of the
    customer's credit that fits.
    """

    id: UUID
    customer_external_id: str
    currency: str
    amount_minor: int
    open_minor: int
    state: str
    due_date: date
    days_overdue: int
    settled_at: datetime | None
    next_attempt_at: datetime | None
    first_failed_at: datetime | None
    attempts: tuple[AttemptRow, ...]
    allocations: tuple[AllocationRow, ...]
    credit_minor: int
    payment_method: str
    pay_facts: tuple[PayFact, ...]

    @property
    def chip(self) -> str:
        return CHIPS[self.state]

    @property
    def fits_minor(self) -> int:
        return min(self.credit_minor, self.open_minor)

    @property
    def waits_for_an_answer(self) -> bool:
        return any(one.state in OPEN_STATES for one in self.attempts)


def invoice_money(invoice_id: UUID, *, at: datetime) -> InvoiceMoney | None:
    """
    Five queries; None for drafts and credit notes, which nobody owes.

    It is overdue from the day after the due date on, where the customer is.
    """
    receivable = (
        Receivable.objects.select_related("invoice", "billing_entity", "customer")
        .filter(pk=invoice_id)
        .first()
    )
    if receivable is None:
        return None
    on = local_day(receivable.customer, at)
    allocations = allocation_rows(Q(receivable=invoice_id))
    method = PaymentMethod.objects.filter(customer=receivable.customer_id, is_default=True).first()
    return InvoiceMoney(
        id=receivable.pk,
        customer_external_id=receivable.customer.external_id,
        currency=receivable.currency,
        amount_minor=receivable.amount_minor,
        open_minor=receivable.open_minor,
        state=payment_state(
            open_minor=receivable.open_minor,
            amount_minor=receivable.amount_minor,
            due_date=receivable.due_date,
            written_off_minor=sum(
                one.amount_minor for one in allocations if one.source == AllocationSource.WRITE_OFF
            ),
            on=on,
        ),
        due_date=receivable.due_date,
        days_overdue=max(0, (on - receivable.due_date).days) if receivable.open_minor else 0,
        settled_at=receivable.settled_at,
        next_attempt_at=receivable.next_attempt_at,
        first_failed_at=receivable.first_failed_at,
        attempts=attempts_of(invoice_id),
        allocations=allocations,
        credit_minor=credit_balance(
            customer_id=receivable.customer_id, currency=receivable.currency
        ),
        payment_method=str(method) if method else "",
        pay_facts=pay_facts(receivable),
    )


def payment_state(
    *, open_minor: int, amount_minor: int, due_date: date, written_off_minor: int, on: date
) -> str:
    """In one word; any amount written off makes a settled invoice a written-off one."""
    if open_minor:
        return "overdue" if due_date < on else "open"
    if not amount_minor:
        return "nothing to pay"
    return "written off" if written_off_minor else "paid"
