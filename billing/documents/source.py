"""All rows a document is made from, loaded by whoever asks for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from billing.models import Invoice, InvoiceLine, InvoiceTax

UNION = frozenset(
    (
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IT", "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupShare:
    """What of a line is for a group, in minor units; without a group: for seats that are nobody's."""

    group: str
    cost_center: str
    amount_minor: int


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
    `shares` are those of each line by group, where the customer wants to see them.
    """

    invoice: Invoice
    lines: Sequence[InvoiceLine]
    taxes: Sequence[InvoiceTax] = ()
    corrects: Sequence[EarlierInvoice] = ()
    logo_png: str = ""
    reason: str = ""
    shares: Mapping[UUID, Sequence[GroupShare]] = field(default_factory=dict)

    @property
    def seller_is_in_the_union(self) -> bool:
        return self.invoice.seller["country"] in UNION
