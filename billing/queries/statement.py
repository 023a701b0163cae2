"""The statement of a customer's account from what was recorded: a fixed number of queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from accounts.models import Customer
from billing.calc.statement import (
    Account,
    Claim,
    CreditMove,
    Movement,
    MovementKind,
    Settled,
    account_statements,
)
from billing.documents.statement_sheet import StatementSource
from billing.enums import AllocationSource, CreditReason, InvoiceKind, InvoiceState, PaymentKind
from billing.models import Allocation, CreditEntry, Invoice, Payment, Receivable
from billing.records.snapshots import buyer_snapshot, seller_snapshot
from tax.models import BillingEntity

KIND_OF_PAYMENT: dict[str, MovementKind] = {
    PaymentKind.RECEIVED: "payment",
    PaymentKind.WITHDRAWAL: "withdrawal",
    PaymentKind.REINSTATED: "reinstated",
}
KIND_OF_CREDIT: dict[str, MovementKind] = {
    CreditReason.RESERVED: "refund",
    CreditReason.REFUND_FAILED: "refund_failed",
}


@dataclass(frozen=True, slots=True)
class CustomerStatement:
    """Every account of a customer from `first` (None: from the beginning) to the end of `as_of`."""

    customer: Customer
    first: date | None
    as_of: date
    accounts: tuple[Account, ...]


class Rows:
    """What was recorded of one customer. Days are dates in its time zone."""

    def __init__(self, customer: Customer) -> None:
        self.zone = ZoneInfo(customer.time_zone)
        self.invoices = list(
            Invoice.objects.filter(customer=customer, state=InvoiceState.FINALIZED)
            .select_related("billing_entity")
            .only(
                "kind", "number", "issued_at", "currency", "total_minor", "billing_entity__code"
            )
        )  # fmt: skip
        self.claims = list(
            Receivable.objects.filter(customer=customer).select_related("billing_entity", "invoice")
        )
        self.payments = list(
            Payment.objects.filter(customer=customer)
            .exclude(kind=PaymentKind.REFUND)
            .select_related("billing_entity")
        )
        self.allocations = list(
            Allocation.objects.filter(customer=customer).select_related(
                "receivable__billing_entity", "receivable__invoice"
            )
        )
        self.credit = list(
            CreditEntry.objects.filter(customer=customer).select_related(
                "invoice__billing_entity",
                "payment__billing_entity",
                "allocation__receivable__billing_entity",
                "refund__payment__billing_entity",
            )
        )

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()


def customer_statement(
    *, customer: Customer, as_of: date, first: date | None = None
) -> CustomerStatement:
    """
    What was known at the end of `as_of` in the customer's time zone. Five queries.

    A payment counts from when it was recorded, not from its value date; a refund from when it was
    asked for, because from then on its credit cannot be used.
    """
    rows = Rows(customer)
    accounts = account_statements(
        movements=movements(rows),
        claims=[claim_of(one, rows) for one in rows.claims],
        settled=[
            Settled(one.receivable_id, rows.day(one.recorded_at), one.amount_minor)
            for one in rows.allocations
        ],
        credit=[
            CreditMove(entity_of(one), one.currency, rows.day(one.recorded_at), one.amount_minor)
            for one in rows.credit
        ],
        first=first,
        as_of=as_of,
    )
    return CustomerStatement(customer, first, as_of, accounts)


def movements(rows: Rows) -> Iterator[Movement]:
    yield from documents(rows)
    yield from money(rows)
    yield from refunds(rows)
    yield from losses(rows)


def documents(rows: Rows) -> Iterator[Movement]:
    """Invoices and credit notes; one settled outside the balance goes out as it comes in."""
    kept = {one.invoice_id for one in rows.credit if one.reason == CreditReason.CREDIT_NOTE}
    for one in rows.invoices:
        assert one.issued_at is not None, "finalized"
        assert one.total_minor is not None, "finalized"
        code, day = one.billing_entity.code, rows.day(one.issued_at)
        is_credit_note = one.kind == InvoiceKind.CREDIT_NOTE
        yield Movement(
            key=one.pk, kind="credit_note" if is_credit_note else "invoice", at=one.issued_at,
            day=day, entity=code, currency=one.currency, amount_minor=one.total_minor,
            reference=one.number,
        )  # fmt: skip
        if is_credit_note and one.total_minor and one.pk not in kept:
            yield Movement(
                key=one.pk, kind="refund", at=one.issued_at, day=day, entity=code,
                currency=one.currency, amount_minor=-one.total_minor, reference=one.number,
            )  # fmt: skip


def money(rows: Rows) -> Iterator[Movement]:
    """What was paid, withdrawn and given back; refunds come from the credit they reserve."""
    for one in rows.payments:
        day = rows.day(one.recorded_at)
        yield Movement(
            key=one.pk, kind=KIND_OF_PAYMENT[one.kind], at=one.recorded_at, day=day,
            entity=one.billing_entity.code, currency=one.currency, amount_minor=-one.amount_minor,
            reference=one.reference, valued_on=one.paid_on if one.paid_on != day else None,
        )  # fmt: skip


def refunds(rows: Rows) -> Iterator[Movement]:
    for one in rows.credit:
        if one.reason in KIND_OF_CREDIT and one.refund is not None:
            yield Movement(
                key=one.refund.pk, kind=KIND_OF_CREDIT[one.reason], at=one.recorded_at,
                day=rows.day(one.recorded_at), entity=entity_of(one), currency=one.currency,
                amount_minor=-one.amount_minor, reference=one.refund.payment.reference,
            )  # fmt: skip


def losses(rows: Rows) -> Iterator[Movement]:
    for one in rows.allocations:
        if one.source == AllocationSource.WRITE_OFF:
            yield Movement(
                key=one.pk, kind="write_off_undone" if one.undoes_id else "write_off",
                at=one.recorded_at, day=rows.day(one.recorded_at),
                entity=one.receivable.billing_entity.code, currency=one.receivable.currency,
                amount_minor=-one.amount_minor, reference=one.receivable.invoice.number,
            )  # fmt: skip


def claim_of(one: Receivable, rows: Rows) -> Claim:
    return Claim(
        key=one.pk, entity=one.billing_entity.code, currency=one.currency,
        number=one.invoice.number, day=rows.day(one.issued_at), due_date=one.due_date,
        amount_minor=one.amount_minor,
    )  # fmt: skip


def entity_of(entry: CreditEntry) -> str:
    """The billing entity whose invoice, payment or refund moved the credit."""
    if entry.allocation is not None:
        return entry.allocation.receivable.billing_entity.code
    if entry.invoice is not None:
        return entry.invoice.billing_entity.code
    payment = entry.payment or (entry.refund.payment if entry.refund else None)
    assert payment is not None, "credit_entry_names_where_it_comes_from"
    return payment.billing_entity.code


def local_day(customer: Customer, at: datetime) -> date:
    """The date of an instant where the customer is."""
    return at.astimezone(ZoneInfo(customer.time_zone)).date()


def statement_source(
    statement: CustomerStatement, *, entity: str, currency: str, at: datetime
) -> StatementSource | None:
    """One account of a statement as it is printed; None if there is no such account. Three queries."""
    accounts = [
        one for one in statement.accounts if (one.entity, one.currency) == (entity, currency)
    ]
    if not accounts:
        return None
    customer = statement.customer
    seller = BillingEntity.objects.get(code=entity)
    return StatementSource(
        account=accounts[0],
        first=statement.first,
        as_of=statement.as_of,
        seller=seller_snapshot(seller),
        buyer=buyer_snapshot(customer),
        language=customer.language,
        paper=customer.paper,
        time_zone=customer.time_zone,
        stated_at=at,
        logo_png=seller.logo_png,
    )
