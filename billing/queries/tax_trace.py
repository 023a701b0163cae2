"""The taxes of invoices with the decision behind each, as plain records."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.models import InvoiceTax


@dataclass(frozen=True, slots=True)
class TaxTrace:
    """
    One tax on the lines at `positions`: amounts in minor units of the invoice, rates in percent.

    `words` is the decision for staff, `note` what the invoice says, `inputs` all it was made from.
    """

    number: int
    name: str
    jurisdiction: str
    treatment: str
    category_code: str
    rate_percent: Decimal
    share_percent: Decimal
    base_minor: int
    amount_minor: int
    positions: tuple[int, ...]
    tax_point: date
    registration: str
    rule: str
    words: str
    note: str
    rate_source: str
    inputs: dict[str, Any]
    local_currency: str
    local_amount_minor: int | None
    exchange_rate: Decimal | None
    exchange_source: str


def taxes_by_invoice(invoice_ids: Collection[UUID]) -> defaultdict[UUID, tuple[TaxTrace, ...]]:
    """In the order of the invoice; one query."""
    found: defaultdict[UUID, tuple[TaxTrace, ...]] = defaultdict(tuple)
    rows = InvoiceTax.objects.filter(invoice__in=invoice_ids).select_related("registration")
    for row in rows.order_by("invoice_id", "number"):
        found[row.invoice_id] += (tax_trace(row),)
    return found


def tax_trace(row: InvoiceTax) -> TaxTrace:
    """Needs the registration loaded with it."""
    return TaxTrace(
        number=row.number,
        name=row.name,
        jurisdiction=row.jurisdiction,
        treatment=row.treatment,
        category_code=row.category_code,
        rate_percent=row.rate_percent,
        share_percent=row.share_percent,
        base_minor=row.base_minor,
        amount_minor=row.amount_minor,
        positions=tuple(row.positions),
        tax_point=row.tax_point,
        registration=str(row.registration) if row.registration else "",
        rule=row.rule,
        words=row.words,
        note=row.note,
        rate_source=row.rate_source,
        inputs=row.inputs,
        local_currency=row.local_currency,
        local_amount_minor=row.local_amount_minor,
        exchange_rate=row.exchange_rate,
        exchange_source=row.exchange_source,
    )
