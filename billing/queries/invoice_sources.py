"""The rows documents are made from: lines, taxes with their registrations, and what the lines correct."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from billing.calc.credit_words import credit_reason
from billing.documents.dates import issued_on
from billing.documents.source import EarlierInvoice, InvoiceSource
from billing.enums import InvoiceKind, InvoiceState
from billing.models import Invoice
from billing.queries.line_breakdown import line_breakdowns
from billing.records.snapshots import logo_digest
from billing.records.taxable_lines import (
    Origins,
    TaxableLine,
    load_origins,
    load_taxable_lines,
    net_of_pairs,
    origin_of,
)
from tax.models import BillingEntity


def invoice_sources(invoices: QuerySet[Invoice]) -> list[InvoiceSource]:
    """Finalized invoices in the order of their keys: a fixed number of queries for any number."""
    loaded = list(
        invoices.select_related("billing_entity", "credits", "credit_note")
        .prefetch_related("lines", "taxes__registration")
        .order_by("pk")
    )
    lines = {invoice.pk: list(invoice.lines.all()) for invoice in loaded}
    corrected = corrected_invoices(loaded)
    logos = logos_of(loaded)
    itemized = [one.pk for one in loaded if one.buyer.get("itemizes_groups")]
    shares = line_breakdowns(itemized) if itemized else {}
    return [
        InvoiceSource(
            invoice,
            lines[invoice.pk],
            list(invoice.taxes.all()),
            corrected.get(invoice.pk, ()),
            logos.get(invoice.seller.get("logo_sha256", ""), ""),
            reason_of(invoice),
            {one.pk: shares[one.pk] for one in lines[invoice.pk] if one.pk in shares},
        )
        for invoice in loaded
    ]


def source_of_issued(**invoice: Any) -> InvoiceSource | None:
    """One finalized invoice by its number or key."""
    issued = Invoice.objects.filter(state=InvoiceState.FINALIZED, **invoice)
    return next(iter(invoice_sources(issued)), None)


def reason_of(invoice: Invoice) -> str:
    """Why a person credited, in the words of the document; empty for all others."""
    if invoice.credits_id is None:
        return ""
    note = invoice.credit_note
    return credit_reason(reason=note.reason, text=note.text, language=invoice.language)


def corrected_invoices(invoices: Sequence[Invoice]) -> dict[UUID, tuple[EarlierInvoice, ...]]:
    """
    By invoice, the earlier ones it corrects, the oldest first; a fixed number of queries.

    An invoice corrects what its adjustments name. A credit note also corrects the charges whose
    unused time it gives back, and one that a person issued the invoice it credits.
    """
    credit_notes = {one.pk for one in invoices if one.kind == InvoiceKind.CREDIT_NOTE}
    correcting = {
        pk: [line for line in lines if line.corrects or pk in credit_notes]
        for pk, lines in load_taxable_lines([one.pk for one in invoices]).items()
    }
    origins = load_origins(line for lines in correcting.values() for line in lines)
    own = {one.pk: one.number for one in invoices}
    numbers = {
        pk: corrected_numbers(lines, origins) - {own[pk], ""} for pk, lines in correcting.items()
    }
    numbers |= {one.pk: {one.credits.number} for one in invoices if one.credits}
    earlier = earlier_invoices(set().union(*numbers.values()))
    return {
        pk: tuple(
            sorted((earlier[one] for one in found), key=lambda one: (one.issued_on, one.number))
        )
        for pk, found in numbers.items()
        if found
    }


def corrected_numbers(lines: Sequence[TaxableLine], origins: Origins) -> set[str]:
    """Of the invoices that charged what these lines correct or give back."""
    nets = net_of_pairs(lines)
    given_back = (origin_of(line, origins, nets) for line in lines)
    named = (origins.get(span) for line in lines for span in line.corrects)
    return {origin.number for origin in (*given_back, *named) if origin is not None}


def earlier_invoices(numbers: Collection[str]) -> dict[str, EarlierInvoice]:
    if not numbers:
        return {}
    found = Invoice.objects.filter(number__in=numbers).only("number", "issued_at", "time_zone")
    return {one.number: EarlierInvoice(one.number, issued_on(one)) for one in found}


def logos_of(invoices: Sequence[Invoice]) -> dict[str, str]:
    """By digest, every logo their sellers ever had, if one of them names any. One query."""
    sellers = {
        invoice.billing_entity_id for invoice in invoices if invoice.seller.get("logo_sha256")
    }
    if not sellers:
        return {}
    kept = BillingEntity.history.filter(id__in=sellers).exclude(logo_png="")
    return {logo_digest(logo): logo for logo in kept.values_list("logo_png", flat=True).distinct()}
