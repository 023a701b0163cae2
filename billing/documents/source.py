"""All rows a document is made from, loaded by whoever asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from billing.models import Invoice, InvoiceLine, InvoiceTax

UNION = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EarlierInvoice:
    """An invoice that lines of this one correct."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class InvoiceSource:
    """
    A finalized invoice with its lines by position, its taxes, what it corrects, and the logo in
    base64 whose digest its seller's snapshot names. `reason` says why a person credited.
    """

    invoice: Invoice
    lines: Sequence[InvoiceLine]
    taxes: Sequence[InvoiceTax] = ()
    corrects: Sequence[EarlierInvoice] = ()
    logo_png: str = ""
    reason: str = ""

    @property
    def seller_is_in_the_union(self) -> bool:
        return self.invoice.seller["country"] in UNION
