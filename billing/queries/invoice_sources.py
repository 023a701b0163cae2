"""The rows documents are made from: lines, taxes with their registrations, and what the lines correct."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from billing.documents.dates import issued_on
from billing.documents.source import EarlierInvoice, InvoiceSource
from billing.enums import InvoiceState
from billing.models import Invoice, InvoiceLine, RatedSpan
from billing.records.snapshots import logo_digest
from tax.models import BillingEntity


def invoice_sources(invoices: QuerySet[Invoice]) -> list[InvoiceSource]:
    """Finalized invoices in the order of their keys: a fixed number of queries for any number."""
    loaded = list(
        invoices.select_related("billing_entity")
        .prefetch_related("lines", "taxes__registration")
        .order_by("pk")
    )
    lines = {invoice.pk: list(invoice.lines.all()) for invoice in loaded}
    corrected = corrected_invoices([line for found in lines.values() for line in found])
    logos = logos_of(loaded)
    return [
        InvoiceSource(
            invoice,
            lines[invoice.pk],
            list(invoice.taxes.all()),
            corrected.get(invoice.pk, ()),
            logos.get(invoice.seller.get("logo_sha256", ""), ""),
        )
        for invoice in loaded
    ]


def source_of_issued(**invoice: Any) -> InvoiceSource | None:
    """One finalized invoice by its number or key."""
    issued = Invoice.objects.filter(state=InvoiceState.FINALIZED, **invoice)
    return next(iter(invoice_sources(issued)), None)


def corrected_invoices(lines: Sequence[InvoiceLine]) -> dict[UUID, tuple[EarlierInvoice, ...]]:
    """By invoice, the earlier ones whose lines its lines adjust, the oldest first. Two queries."""
    invoice_of = {line.rated_span_id: line.invoice_id for line in lines}
    correcting = (
        RatedSpan.objects.filter(pk__in=invoice_of)
        .exclude(corrects_spans=[])
        .values_list("pk", "corrects_spans")
    )
    corrected = {pk: spans for pk, spans in correcting}
    billed = (
        InvoiceLine.objects.filter(
            rated_span__in=[pk for spans in corrected.values() for pk in spans]
        )
        .exclude(invoice__number="")
        .select_related("invoice")
        .order_by("invoice__issued_at", "invoice__number")
        .only("rated_span", "invoice__number", "invoice__issued_at", "invoice__time_zone")
    )
    by_span = {line.rated_span_id: line.invoice for line in billed}
    found: dict[UUID, dict[str, EarlierInvoice]] = {}
    for pk, spans in corrected.items():
        for earlier in (by_span[span] for span in spans if span in by_span):
            if earlier.pk != invoice_of[pk]:
                seen = found.setdefault(invoice_of[pk], {})
                seen[earlier.number] = EarlierInvoice(earlier.number, issued_on(earlier))
    return {
        pk: tuple(sorted(seen.values(), key=lambda one: (one.issued_on, one.number)))
        for pk, seen in found.items()
    }


def logos_of(invoices: Sequence[Invoice]) -> dict[str, str]:
    """By digest, every logo their sellers ever had, if one of them names any. One query."""
    sellers = {
        invoice.billing_entity_id for invoice in invoices if invoice.seller.get("logo_sha256")
    }
    if not sellers:
        return {}
    kept = BillingEntity.history.filter(id__in=sellers).exclude(logo_png="")
    return {logo_digest(logo): logo for logo in kept.values_list("logo_png", flat=True).distinct()}
