"""Under which numbers a seller is known to tax offices on one invoice, and a buyer on any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from billing.models import InvoiceTax

VAT_COUNTRIES = frozenset(
    (
        "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR",
        "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    )
)  # fmt: skip
VAT_PREFIXES = VAT_COUNTRIES | {"EL", "XI"}
WITHOUT_VAT = ("US", "CA")


@dataclass(frozen=True, slots=True)
class TaxId:
    """A number, the tax it is for and the jurisdiction that gave it ("EU" for One Stop Shop)."""

    number: str
    tax: str
    jurisdiction: str

    @property
    def is_vat_id(self) -> bool:
        """Whether its first two letters name the country that gave it, as EN 16931 demands."""
        known = self.jurisdiction[:2] not in WITHOUT_VAT
        return known and self.number[:2].upper() in VAT_PREFIXES


def used_registrations(seller: Mapping[str, Any], taxes: Sequence[InvoiceTax]) -> tuple[TaxId, ...]:
    """The registrations these taxes were charged under, without the id the seller shows anyway."""
    found: dict[str, TaxId] = {}
    for tax in taxes:
        if tax.registration is not None:
            number = tax.registration.number
            found.setdefault(number, TaxId(number, tax.name, tax.registration.jurisdiction))
    shown = compact(seller["vat_id"])
    return tuple(one for number, one in found.items() if number and compact(number) != shown)


def seller_tax_ids(seller: Mapping[str, Any], taxes: Sequence[InvoiceTax]) -> tuple[TaxId, ...]:
    """All numbers of the seller on this invoice: the registrations used, then its own id."""
    own = TaxId(seller["vat_id"], "VAT", seller["country"])
    return used_registrations(seller, taxes) + ((own,) if own.number else ())


def buyer_tax_id(buyer: Mapping[str, Any]) -> TaxId:
    return TaxId(buyer["tax_number"], "VAT", buyer["country"])


def compact(number: str) -> str:
    return "".join(number.split()).upper()
