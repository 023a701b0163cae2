"""Match a bank line to a customer: its money is recorded and settles invoices."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction

from accounts.models import Customer
from billing.enums import BankLineState, PaymentMethodKind
from billing.models import BankLine, Payment, Receivable
from billing.operations.record_payment import lock_account, record_payment
from kernel.money import Money
from kernel.refusal import Refusal


class BankLineMatched(Refusal):
    code = "bank_line_matched"


class BankLineIsMoneyOut(Refusal):
    code = "bank_line_is_money_out"


class BankInvoiceForeign(Refusal):
    code = "bank_invoice_foreign"


@transaction.atomic
def match_bank_line(
    *,
    line_id: UUID,
    customer_id: UUID,
    at: datetime,
    invoices: Sequence[UUID] = (),
    by: User | None = None,
) -> Payment:
    """
    Settle the named invoices in order, then the customer's other open ones; the rest is credit.

    A line that was set aside may still be matched. Of two who match it at once, one is refused.
    The customer's account is locked before the line, as everywhere, so that nobody waits in a circle.

    :raises BankLineMatched: if somebody was faster
    :raises BankLineIsMoneyOut: if no money came in
    :raises BankInvoiceForeign: if an invoice is another customer's, billing entity's or currency's
    """
    lock_account(customer_id)
    line = lock_line(line_id)
    if line.amount_minor <= 0:
        raise BankLineIsMoneyOut("This line is money that went out. Set it aside with a reason.")
    check_invoices(line, customer_id, invoices)
    return pay_by_line(
        line=line, customer=Customer.objects.get(pk=customer_id), invoices=invoices, at=at, by=by
    )


def lock_line(line_id: UUID) -> BankLine:
    """
    The line as it is now, held until the transaction ends.

    :raises BankLineMatched: if it is matched
    """
    rows = BankLine.objects.select_for_update(of=("self",), no_key=True)
    line = rows.select_related("billing_entity", "decided_by").get(pk=line_id)
    if line.state == BankLineState.MATCHED:
        who = f" by {line.decided_by.get_username()}" if line.decided_by else ""
        raise BankLineMatched(
            f"This line was matched already{who}. Nothing was changed; look at its payment."
        )
    return line


def check_invoices(line: BankLine, customer_id: UUID, invoices: Sequence[UUID]) -> None:
    own = Receivable.objects.filter(
        pk__in=invoices,
        customer=customer_id,
        billing_entity=line.billing_entity_id,
        currency=line.currency,
    )
    if own.count() != len(set(invoices)):
        raise BankInvoiceForeign(
            f"An invoice is not this customer's, not of {line.billing_entity.code}, or not in "
            f"{line.currency}. Choose among the customer's own."
        )


def pay_by_line(
    *,
    line: BankLine,
    customer: Customer,
    invoices: Sequence[UUID],
    at: datetime,
    by: User | None = None,
) -> Payment:
    """Record what a line brought, once. The line must be locked or new."""
    payment = record_payment(
        customer=customer,
        billing_entity=line.billing_entity,
        method=PaymentMethodKind.BANK_TRANSFER,
        money=Money(line.amount_minor, line.currency),
        paid_on=line.booked_on,
        at=at,
        invoices=invoices,
        reference=line.reference,
        by=by,
    )
    line.state, line.payment, line.reason = BankLineState.MATCHED, payment, ""
    line.decided_at, line.decided_by = at, by
    line.save(update_fields=["state", "payment", "reason", "decided_at", "decided_by"])
    return payment
