"""The tax panel of an invoice: each decision in words, with what it was made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.models import InvoiceTax
from desk.queries.tax_holds import HoldRow, hold_of

CATEGORIES = {
    "S": "S, charged",
    "AE": "AE, reverse charge",
    "O": "O, outside the scope",
    "E": "E, exempt",
    "Z": "Z, zero rate",
    "K": "K, within the community",
    "G": "G, export",
}
NOTHING = "none"


@dataclass(frozen=True, slots=True)
class InputRow:
    """One thing the decision was made from, as words."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One tax on some lines. Amounts in minor units of the invoice's currency."""

    number: int
    name: str
    jurisdiction: str
    treatment: str
    category: str
    rate: Decimal
    share: Decimal
    base_minor: int
    amount_minor: int
    positions: tuple[int, ...]
    tax_point: date
    registration: str
    registration_id: UUID | None
    rule: str
    words: str
    note: str
    rate_source: str
    inputs: tuple[InputRow, ...]
    local_currency: str
    local_amount_minor: int | None
    exchange_rate: Decimal | None
    exchange_source: str

    @property
    def is_partial(self) -> bool:
        return self.share != 100


@dataclass(frozen=True, slots=True)
class InvoiceTaxes:
    """`hold` is why a draft waits instead; None when it does not."""

    rows: tuple[TaxRow, ...]
    hold: HoldRow | None


def invoice_taxes(invoice_id: UUID, *, is_draft: bool) -> InvoiceTaxes:
    """Two queries for a draft, one for what is final."""
    rows = InvoiceTax.objects.filter(invoice=invoice_id).select_related("registration")
    return InvoiceTaxes(
        rows=tuple(tax_row(row) for row in rows.order_by("number")),
        hold=hold_of(invoice_id=invoice_id) if is_draft else None,
    )


def tax_row(row: InvoiceTax) -> TaxRow:
    registration = row.registration
    scheme = f", {registration.get_scheme_display()}" if registration else ""
    return TaxRow(
        number=row.number,
        name=row.name,
        jurisdiction=row.jurisdiction,
        treatment=row.get_treatment_display(),
        category=CATEGORIES.get(row.category_code, row.category_code),
        rate=row.rate_percent,
        share=row.share_percent,
        base_minor=row.base_minor,
        amount_minor=row.amount_minor,
        positions=tuple(row.positions),
        tax_point=row.tax_point,
        registration=f"{registration}{scheme}" if registration else "",
        registration_id=row.registration_id,
        rule=row.rule,
        words=row.words,
        note=row.note,
        rate_source=row.rate_source,
        inputs=tuple(input_rows(row.inputs)),
        local_currency=row.local_currency,
        local_amount_minor=row.local_amount_minor,
        exchange_rate=row.exchange_rate,
        exchange_source=row.exchange_source,
    )


def input_rows(inputs: Mapping[str, Any], leads: str = "") -> list[InputRow]:
    """The recorded inputs flattened: "buyer: tax number", "DE129273398"."""
    rows = []
    for name, value in inputs.items():
        title = f"{leads}{name.replace('_', ' ')}"
        if isinstance(value, dict):
            rows += input_rows(value, leads=f"{title}: ")
        else:
            rows.append(InputRow(title, as_words(value)))
    return rows


def as_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(as_words(one) for one in value) or NOTHING
    return str(value) if value not in {None, ""} else NOTHING
