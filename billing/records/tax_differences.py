"""Taxes of an invoice beside what its lines and rates come to. The decision itself is as recorded."""

from collections.abc import Mapping, Sequence

from billing.models import Invoice, InvoiceTax
from billing.records.differences import Difference
from kernel.money import round_ratio
from tax.calc.tax_rows import tax_amounts
from tax.calc.types import WHOLE_PPM
from tax.records.fact_rows import ppm


def tax_differences(
    invoice: Invoice, taxes: Sequence[InvoiceTax], amounts: Mapping[int, int]
) -> list[Difference]:
    """
    :param amounts: derived minor units by line position
    """
    found: list[Difference] = []
    bases = [derived_base(tax, amounts) for tax in taxes]
    derived = tax_amounts(
        bases,
        [(tax.name, tax.jurisdiction, tax.rate_percent) for tax in taxes],
        [ppm(tax.rate_percent) for tax in taxes],
    )
    for tax, base, amount in zip(taxes, bases, derived, strict=True):
        name = f"tax {tax.number} ({tax.name})"
        found += differs(invoice, f"{name} base_minor", tax.base_minor, base)
        found += differs(invoice, f"{name} amount_minor", tax.amount_minor, amount)
    total = sum(tax.amount_minor for tax in taxes)
    found += differs(invoice, "tax_minor", invoice.tax_minor or 0, total)
    covered = {position for tax in taxes for position in tax.positions}
    if taxes and covered != set(amounts):
        found += differs(invoice, "taxed lines", len(covered), len(amounts))
    return found


def derived_base(tax: InvoiceTax, amounts: Mapping[int, int]) -> int:
    net = sum(amounts.get(position, 0) for position in tax.positions)
    return round_ratio(net * ppm(tax.share_percent), WHOLE_PPM)


def differs(invoice: Invoice, field: str, stored: int, derived: int) -> list[Difference]:
    if stored == derived:
        return []
    return [Difference(invoice.number, 0, field, str(stored), str(derived))]
