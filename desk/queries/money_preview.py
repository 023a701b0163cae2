"""What a payment would settle, before it is recorded: the rule of record_payment, read only."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from accounts.models import Customer
from billing.calc.settle import Open, settle
from billing.models import Receivable
from billing.queries.credit import credit_balance
from kernel.money import Money
from tax.models import BillingEntity


@dataclass(frozen=True, slots=True)
class PreviewPart:
    """How much an invoice gets, and what stays open on it, in minor units."""

    invoice_id: UUID
    number: str
    open_minor: int
    amount_minor: int

    @property
    def left_minor(self) -> int:
        return self.open_minor - self.amount_minor


@dataclass(frozen=True, slots=True)
class PaymentPreview:
    """
    The invoices a payment settles in order, and what of it becomes credit, in minor units.

    `seen` names this state of the account: if it differs when confirmed, something moved meanwhile.
    """

    currency: str
    parts: tuple[PreviewPart, ...]
    credit_minor: int
    credit_before_minor: int
    seen: str

    @property
    def credit_after_minor(self) -> int:
        return self.credit_before_minor + self.credit_minor


def preview_payment(
    *, customer: Customer, entity: BillingEntity, money: Money, first: Sequence[UUID] = ()
) -> PaymentPreview:
    """The named invoices in order, then by due date. Two queries."""
    rows = Receivable.objects.filter(
        customer=customer, billing_entity=entity, currency=money.currency, open_minor__gt=0
    ).select_related("invoice")
    order = {key: position for position, key in enumerate(first)}
    waiting = sorted(rows, key=lambda one: (order.get(one.pk, len(order)), one.due_date, one.pk))
    parts, left = settle(
        amount_minor=money.minor, waiting=[Open(one.pk, one.open_minor) for one in waiting]
    )
    by_key = {one.pk: one for one in waiting}
    credit = credit_balance(customer_id=customer.pk, currency=money.currency)
    state = [f"{one.pk}:{one.open_minor}" for one in waiting]
    return PaymentPreview(
        currency=money.currency,
        parts=tuple(
            PreviewPart(
                part.key,
                by_key[part.key].invoice.number,
                by_key[part.key].open_minor,
                part.amount_minor,
            )
            for part in parts
        ),
        credit_minor=left,
        credit_before_minor=credit,
        seen=sha256(" ".join([*state, str(credit)]).encode()).hexdigest(),
    )
