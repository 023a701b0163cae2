"""The taxes a draft would get: the tax stage's own decisions, stopped before writing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from billing.calc.tax_note import no_registration_note
from billing.calc.types import RatedSpan
from billing.enums import InvoiceKind
from billing.models import Subscription
from billing.operations.draft_invoices import local_date
from billing.records.decided_taxes import decide_lines
from billing.records.invoice_tax_rows import joined_notes
from billing.records.taxable_lines import TaxableLine, load_origins
from tax.calc.tax_rows import TaxRow, tax_rows
from tax.calc.types import Hold
from tax.enums import TaxEngine
from tax.models import BillingEntity
from tax.records.fact_rows import percent
from tax.records.tax_world import load_tax_world

NO_SELLER = "No billing entity is assigned, so nobody may invoice this customer yet."


@dataclass(frozen=True, slots=True)
class PreviewTax:
    """A tax of the previewed invoice; minor units, rate in percent."""

    name: str
    jurisdiction: str
    treatment: str
    category_code: str
    rate_percent: Decimal
    base_minor: int
    amount_minor: int
    words: str


@dataclass(frozen=True, slots=True)
class PreviewedTaxes:
    """The taxes and their note, or why they are held."""

    taxes: tuple[PreviewTax, ...] = ()
    note: str = ""
    held: str = ""
    held_code: str = ""


def preview_taxes(
    *, subscription: Subscription, spans: Sequence[RatedSpan], as_of: datetime
) -> PreviewedTaxes:
    """Taxes on the spans that would go on an invoice; credit notes of their own are left out."""
    customer = subscription.customer
    if not hasattr(customer, "seller_assignment"):
        return PreviewedTaxes(held=NO_SELLER, held_code="billing_entity_missing")
    entity: BillingEntity = customer.seller_assignment.billing_entity
    if entity.tax_engine == TaxEngine.NONE:
        note = no_registration_note(seller=entity.legal_name, language=customer.language)
        return PreviewedTaxes(note=note)
    lines = [
        taxable_line(position, span, subscription)
        for position, span in enumerate(spans, 1)
        if span.disposition == InvoiceKind.INVOICE
    ]
    decided = decide_lines(
        lines,
        world=load_tax_world(entity_ids=[entity.pk], customers=[customer]),
        origins=load_origins(lines),
        entity_id=entity.pk,
        customer_id=customer.pk,
        cycle_date=local_date(as_of, subscription.time_zone),
    )
    if isinstance(decided, Hold):
        return PreviewedTaxes(held=decided.message, held_code=decided.code)
    rows = tax_rows(decided)
    return PreviewedTaxes(
        taxes=tuple(map(preview_tax, rows)), note=joined_notes(rows, language=customer.language)
    )


def taxable_line(position: int, span: RatedSpan, subscription: Subscription) -> TaxableLine:
    return TaxableLine(
        position=position,
        amount_minor=span.amount_minor,
        span_first=span.span.first,
        span_after=span.span.after,
        corrects=tuple(UUID(one) for one in span.corrects),
        subscription_id=subscription.pk,
        seat_type=span.seat_type,
        period_first=span.period.first,
        rating_number=subscription.rating_count + 1,
    )


def preview_tax(row: TaxRow) -> PreviewTax:
    return PreviewTax(
        name=row.part.tax,
        jurisdiction=row.part.jurisdiction,
        treatment=row.decision.treatment,
        category_code=row.decision.category_code,
        rate_percent=percent(row.part.rate_ppm),
        base_minor=row.base_minor,
        amount_minor=row.amount_minor,
        words=row.decision.words,
    )
