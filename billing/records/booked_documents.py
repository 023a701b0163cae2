"""Finalized invoices and credit notes as bookings, with the schedule of their revenue."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.calc.books.postings import Document, document
from billing.calc.books.recognition import earned, schedule
from billing.calc.books.types import Service, Slice
from billing.enums import CreditReason, InvoiceKind, JournalKind
from billing.models import CreditEntry, Invoice, InvoiceTax
from billing.records.booking import Booking
from billing.records.prepared import run_prepared

SERVICES = """
SELECT id, invoice_id, span_first, span_after, amount_minor FROM billing_invoiceline
 WHERE invoice_id = ANY($1::uuid[]) ORDER BY invoice_id, position
"""


def booked_documents(invoices: Sequence[Invoice]) -> list[Booking]:
    """Each with its lines, taxes and what became of a credit. Three queries for all."""
    keys = [invoice.pk for invoice in invoices]
    slices = schedules(keys)
    taxes = defaultdict(list)
    for invoice_id, name, place, minor in InvoiceTax.objects.filter(invoice__in=keys).values_list(
        "invoice_id", "name", "jurisdiction", "amount_minor"
    ):
        taxes[invoice_id].append((f"{name} {place}".strip(), minor))
    kept = dict(
        CreditEntry.objects.filter(invoice__in=keys, reason=CreditReason.CREDIT_NOTE).values_list(
            "invoice_id", "amount_minor"
        )
    )
    return [
        booked(invoice, slices[invoice.pk], taxes[invoice.pk], kept_minor=kept.get(invoice.pk, 0))
        for invoice in invoices
    ]


def booked(
    invoice: Invoice,
    slices: Sequence[Slice],
    taxes: Sequence[tuple[str, int]],
    *,
    kept_minor: int,
) -> Booking:
    assert invoice.issued_at is not None
    day = invoice.issued_at.astimezone(ZoneInfo(invoice.time_zone)).date()
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    legs = document(
        Document(
            key=invoice.pk,
            total_minor=invoice.total_minor or 0,
            lines_minor=invoice.subtotal_minor,
            earned_minor=earned(slices, on=day),
            taxes=taxes,
            credit_minor=-kept_minor if is_note else invoice.credit_applied_minor,
        )
    )
    return Booking(
        entity_id=invoice.billing_entity_id,
        kind=JournalKind.CREDIT_NOTE if is_note else JournalKind.INVOICE,
        source_id=invoice.pk,
        currency=invoice.currency,
        day=day,
        customer_id=invoice.customer_id,
        document=invoice.number,
        text=invoice.customer.legal_name,
        legs=legs,
        slices=slices,
    )


def schedules(invoice_ids: Sequence[UUID]) -> defaultdict[UUID, list[Slice]]:
    """The months each invoice's lines earn. One query."""
    found: defaultdict[UUID, list[Slice]] = defaultdict(list)
    for key, invoice_id, first, after, minor in run_prepared(SERVICES, [invoice_ids]):
        found[invoice_id] += schedule(Service(key=key, first=first, after=after, minor=minor))
    return found
