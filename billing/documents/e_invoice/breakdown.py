"""
The VAT breakdown of EN 16931 from an invoice's taxes: one category and one rate a line.

The standard knows one VAT rate on a line. Where a line bears two taxes (GST and QST in Quebec) its
rate is their sum, and where only a share of it is taxable (80 % in Texas) its rate is the effective
one: rate times share. So base times rate stays the tax (BR-CO-17) and the lines of a rate add up
to its base (BR-S-08). The single taxes stand in the notes of the invoice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from billing.documents.e_invoice.invalid import EInvoiceInvalid
from billing.models import InvoiceLine, InvoiceTax
from kernel.money import exponent_of, round_ratio

CHARGED, ZERO_RATED, EXEMPT, OUTSIDE = "S", "Z", "E", "O"
UNCHARGED = (ZERO_RATED, EXEMPT, "AE", "G")
PERCENT = Decimal(100)
TOLERANCE, RATE_DECIMALS = Decimal("0.99"), 12


@dataclass(frozen=True, slots=True)
class TaxClass:
    """A category and a rate in percent: what the standard groups lines by."""

    category: str
    rate: Decimal

    @property
    def rate_text(self) -> str:
        """Without trailing zeros; empty outside the scope, where the standard wants none."""
        return "" if self.category == OUTSIDE else f"{self.rate.normalize():f}"


@dataclass(frozen=True, slots=True)
class TaxGroup:
    """The lines of one class; `tax_minor` in minor units, negative on credits."""

    tax_class: TaxClass
    positions: tuple[int, ...]
    tax_minor: int
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Breakdown:
    groups: tuple[TaxGroup, ...]
    class_of: Mapping[int, TaxClass]

    @property
    def is_outside_scope(self) -> bool:
        return any(group.tax_class.category == OUTSIDE for group in self.groups)


def break_down(
    lines: Sequence[InvoiceLine],
    taxes: Sequence[InvoiceTax],
    *,
    seller_has_tax_id: bool,
    currency: str,
) -> Breakdown:
    """
    Groups in the order of their first lines.

    :raises EInvoiceInvalid: if a line has no tax decision
    """
    by_line = {
        line.position: [tax for tax in taxes if line.position in tax.positions] for line in lines
    }
    bare = [position for position, found in by_line.items() if not found]
    if bare:
        raise EInvoiceInvalid(
            f"Line {bare[0]} has no tax decision, so its VAT category is unknown. Report it."
        )
    class_of = settle_categories(
        {position: tax_class(found) for position, found in by_line.items()}, seller_has_tax_id
    )
    class_of = settle_rates(lines, taxes, class_of, whole=10 ** exponent_of(currency))
    members: dict[TaxClass, list[int]] = {}
    for position, one in class_of.items():
        members.setdefault(one, []).append(position)
    tax_of = taxes_by_class(lines, taxes, class_of)
    groups = [
        TaxGroup(one, tuple(positions), tax_of.get(one, 0), reasons(positions, by_line))
        for one, positions in members.items()
    ]
    return Breakdown(tuple(groups), class_of)


def tax_class(taxes: Sequence[InvoiceTax]) -> TaxClass:
    """Of one line, from all taxes on it."""
    rate = sum((tax.rate_percent * tax.share_percent / PERCENT for tax in taxes), Decimal(0))
    if rate:
        return TaxClass(CHARGED, rate)
    category = taxes[0].category_code
    return TaxClass(ZERO_RATED if category == CHARGED else category, Decimal(0))


def settle_categories(
    class_of: Mapping[int, TaxClass], seller_has_tax_id: bool
) -> dict[int, TaxClass]:
    """
    "Outside the scope" stands alone on an invoice (BR-O-11), so beside others it is "exempt". All
    others need a tax id of the seller (BR-E-02, BR-AE-02), so without one they are "outside the
    scope": a seller from elsewhere may leave the tax to its buyer. The reason stays.
    """
    categories = {one.category for one in class_of.values()}
    renamed: dict[str, str] = {}
    if not seller_has_tax_id:
        renamed = dict.fromkeys(UNCHARGED, OUTSIDE)
    elif categories > {OUTSIDE}:
        renamed = {OUTSIDE: EXEMPT}
    return {
        position: TaxClass(renamed.get(one.category, one.category), one.rate)
        for position, one in class_of.items()
    }


def settle_rates(
    lines: Sequence[InvoiceLine],
    taxes: Sequence[InvoiceTax],
    class_of: Mapping[int, TaxClass],
    *,
    whole: int,
) -> dict[int, TaxClass]:
    """
    Two taxes rounded to whole yen may come to a yen more than their sum rounded once, which the
    standard does not accept (BR-S-09: less than 1.00). Their rate is then what was charged.

    :param whole: minor units in one whole unit of the currency
    """
    nets: dict[TaxClass, int] = {}
    for line in lines:
        one = class_of[line.position]
        nets[one] = nets.get(one, 0) + line.amount_minor
    tax_of = taxes_by_class(lines, taxes, class_of)
    settled = {
        one: charged_rate(one, net, tax_of.get(one, 0), whole=whole) for one, net in nets.items()
    }
    return {position: settled[one] for position, one in class_of.items()}


def charged_rate(one: TaxClass, net_minor: int, tax_minor: int, *, whole: int) -> TaxClass:
    """The class itself as long as its rate gives its tax."""
    off = abs(tax_minor - net_minor * one.rate / PERCENT)
    if one.category != CHARGED or not net_minor or off < whole * TOLERANCE:
        return one
    return TaxClass(CHARGED, round(tax_minor * PERCENT / net_minor, RATE_DECIMALS))


def taxes_by_class(
    lines: Sequence[InvoiceLine],
    taxes: Sequence[InvoiceTax],
    class_of: Mapping[int, TaxClass],
) -> dict[TaxClass, int]:
    """Each tax's amount on the classes of its lines, by their net amounts; nothing gets lost."""
    amounts: dict[TaxClass, int] = {}
    for tax in taxes:
        nets: dict[TaxClass, int] = {}
        for line in lines:
            if line.position in tax.positions:
                one = class_of[line.position]
                nets[one] = nets.get(one, 0) + line.amount_minor
        for one, part in spread(tax.amount_minor, nets).items():
            amounts[one] = amounts.get(one, 0) + part
    return amounts


def spread(minor: int, nets: Mapping[TaxClass, int]) -> dict[TaxClass, int]:
    """An amount by net amounts of either sign; the last class takes what rounding leaves."""
    total = sum(nets.values())
    shares = {one: round_ratio(minor * net, total) if total else 0 for one, net in nets.items()}
    for last in list(nets)[-1:]:
        shares[last] += minor - sum(shares.values())
    return shares


def reasons(
    positions: Sequence[int], by_line: Mapping[int, Sequence[InvoiceTax]]
) -> tuple[str, ...]:
    """The legal texts on these lines, each once."""
    found = (tax.note for position in positions for tax in by_line[position])
    return tuple(dict.fromkeys(note for note in found if note))
