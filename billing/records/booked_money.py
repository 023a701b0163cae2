"""Payments, uses of credit, write-offs and payouts as bookings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from billing.calc.books.postings import CreditUse, Moved, credit, payment, payout, write_off
from billing.enums import CreditReason, JournalKind, PaymentKind, PaymentMethodKind
from billing.models import Allocation, CreditEntry, Payment, Payout
from billing.records.booking import Booking, EntityBooks

Books = Mapping[UUID, EntityBooks]
BY_BANK = (PaymentMethodKind.BANK_TRANSFER, PaymentMethodKind.MANUAL)
USES: Mapping[str, CreditUse] = {
    CreditReason.ALLOCATED: "allocated",
    CreditReason.UNALLOCATED: "unallocated",
    CreditReason.RESERVED: "reserved",
    CreditReason.REFUND_FAILED: "refund_failed",
}


def booked_payments(payments: Sequence[Payment]) -> list[Booking]:
    """
    Each with the places it was given when it was recorded. Two queries for all.

    What was taken back since is a credit entry of its own and posts itself.
    """
    keys = [one.pk for one in payments]
    settled: defaultdict[UUID | None, list[tuple[UUID, int]]] = defaultdict(list)
    for payment_id, invoice_id, minor in Allocation.objects.filter(
        payment__in=keys, undoes=None
    ).values_list("payment_id", "receivable_id", "amount_minor"):
        settled[payment_id].append((invoice_id, minor))
    credited: defaultdict[UUID | None, int] = defaultdict(int)
    for key, minor in CreditEntry.objects.filter(payment__in=keys, allocation=None).values_list(
        "payment_id", "amount_minor"
    ):
        credited[key] += minor
    return [booked_payment(one, settled[one.pk], credited[one.pk]) for one in payments]


def booked_payment(
    one: Payment, settled: Sequence[tuple[UUID, int]], credited_minor: int
) -> Booking:
    is_refund = one.kind == PaymentKind.REFUND
    legs = payment(
        Moved(
            minor=one.amount_minor,
            fee_minor=one.fee_minor,
            by_bank=one.method in BY_BANK,
            to_invoices=settled,
            to_credit_minor=credited_minor,
            to_refund_minor=one.amount_minor if is_refund else 0,
        )
    )
    return Booking(
        entity_id=one.billing_entity_id,
        kind=one.kind,
        source_id=one.pk,
        currency=one.currency,
        day=one.paid_on,
        customer_id=one.customer_id,
        document=(one.gateway_id or one.reference)[:40],
        text=one.customer.legal_name,
        legs=legs,
    )


def entity_of(entry: CreditEntry) -> UUID:
    """
    The billing entity in whose books a change of credit stands; a credit entry names none itself.

    It is the one of the invoice it settles or leaves, else of the payment a refund goes back by.
    """
    if entry.allocation:
        return entry.allocation.receivable.billing_entity_id
    if entry.refund:
        return entry.refund.payment.billing_entity_id
    if entry.payment:
        return entry.payment.billing_entity_id
    assert entry.invoice is not None, f"credit entry {entry.pk} names where it comes from"
    return entry.invoice.billing_entity_id


def booked_credit(entries: Sequence[CreditEntry], books: Books) -> list[Booking]:
    """Credit used for an invoice, taken back from one, reserved for a refund or returned by it."""
    found = []
    for entry in entries:
        entity_id = entity_of(entry)
        settles = entry.allocation.receivable.invoice if entry.allocation else None
        found.append(
            Booking(
                entity_id=entity_id,
                kind=entry.reason,
                source_id=entry.pk,
                currency=entry.currency,
                day=books[entity_id].day_of(entry.recorded_at),
                customer_id=entry.customer_id,
                document=settles.number if settles else "",
                text=entry.customer.legal_name,
                legs=credit(
                    use=USES[entry.reason],
                    minor=entry.amount_minor,
                    invoice=settles.pk if settles else None,
                ),
            )
        )
    return found


def booked_write_offs(allocations: Sequence[Allocation], books: Books) -> list[Booking]:
    """What was given up, or with a negative amount what was hoped for again."""
    found = []
    for one in allocations:
        entity_id = one.receivable.billing_entity_id
        found.append(
            Booking(
                entity_id=entity_id,
                kind=JournalKind.WRITE_OFF,
                source_id=one.pk,
                currency=one.receivable.currency,
                day=books[entity_id].day_of(one.recorded_at),
                customer_id=one.customer_id,
                document=one.receivable.invoice.number,
                text=one.customer.legal_name,
                legs=write_off(minor=one.amount_minor, invoice=one.receivable_id),
            )
        )
    return found


def booked_payout(one: Payout, books: EntityBooks, *, is_back: bool) -> Booking:
    """What the gateway paid out to our bank, or took back from it."""
    return Booking(
        entity_id=books.entity_id,
        kind=JournalKind.PAYOUT_FAILED if is_back else JournalKind.PAYOUT,
        source_id=one.pk,
        currency=one.currency,
        day=books.day_of(one.recorded_at) if is_back else one.arrives_on,
        customer_id=None,
        document=one.gateway_id[:40],
        text="Payout of the gateway",
        legs=payout(minor=-one.amount_minor if is_back else one.amount_minor),
    )
