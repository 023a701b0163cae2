"""Ratings, their spans and the lines these became, as they were written: what a recheck compares with."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from billing.enums import InvoiceState
from billing.models import CreditEntry, Invoice, InvoiceLine, InvoiceTax, RatedSpan, Rating

SpanKey = tuple[date, str]


@dataclass(slots=True)
class StoredRatings:
    """Everything rated and issued for some customers. Spans are keyed as the database keys them."""

    ratings: dict[UUID, list[Rating]] = field(default_factory=lambda: defaultdict(list))
    spans: dict[UUID, dict[SpanKey, RatedSpan]] = field(default_factory=lambda: defaultdict(dict))
    lines_by_span: dict[UUID, InvoiceLine] = field(default_factory=dict)
    lines: dict[UUID, list[InvoiceLine]] = field(default_factory=lambda: defaultdict(list))
    invoices: dict[UUID, Invoice] = field(default_factory=dict)
    taxes: dict[UUID, list[InvoiceTax]] = field(default_factory=lambda: defaultdict(list))
    credit_by_invoice: dict[UUID, int] = field(default_factory=lambda: defaultdict(int))


def load_stored_ratings(customer_ids: Collection[UUID]) -> StoredRatings:
    """Seven queries. Lines of drafts are among the lines; only finalized invoices among the invoices."""
    stored = StoredRatings()
    for rating in Rating.objects.filter(customer__in=customer_ids).order_by("number"):
        stored.ratings[rating.subscription_id].append(rating)
    for span in RatedSpan.objects.filter(customer__in=customer_ids).select_related("seat_type"):
        stored.spans[span.rating_id][span.period_first, span.basis] = span
    lines = InvoiceLine.objects.filter(customer__in=customer_ids).order_by("invoice", "position")
    for line in lines.select_related("invoice", "credited_line"):
        stored.lines[line.invoice_id].append(line)
        if line.rated_span_id:
            stored.lines_by_span[line.rated_span_id] = line
    final = Invoice.objects.filter(customer__in=customer_ids, state=InvoiceState.FINALIZED)
    stored.invoices = final.select_related("credit_note").in_bulk()
    taxes = InvoiceTax.objects.filter(customer__in=customer_ids).select_related("credited_tax")
    for tax in taxes.order_by("number"):
        stored.taxes[tax.invoice_id].append(tax)
    credits = CreditEntry.objects.filter(customer__in=customer_ids)
    for invoice_id, amount in credits.values_list("invoice", "amount_minor"):
        stored.credit_by_invoice[invoice_id] += amount
    return stored
