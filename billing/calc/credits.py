"""
What a credit gives back of an invoice's lines and taxes. Pure.

Amounts here have the sign of the original; a credit note carries them with the opposite one.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.money import Money, round_ratio, split_minor
from kernel.refusal import Refusal

WHOLE_PPM = 1_000_000


class NothingLeftToCredit(Refusal):
    code = "credit_nothing_left"


class CreditAboveWhatIsLeft(Refusal):
    code = "credit_above_what_is_left"


class CreditIsNothing(Refusal):
    code = "credit_is_nothing"


@dataclass(frozen=True, slots=True)
class CreditableLine:
    """
    A line with what was credited of it before, minor units.

    `returned_minor` is what later corrections by the ledger gave back of it already.
    """

    position: int
    amount_minor: int
    credited_minor: int = 0
    returned_minor: int = 0

    @property
    def open_minor(self) -> int:
        """What no credit note gave back."""
        return self.amount_minor - self.credited_minor

    @property
    def left_minor(self) -> int:
        """The most a person may credit."""
        return self.open_minor - self.returned_minor


@dataclass(frozen=True, slots=True)
class CreditableTax:
    """A tax of the invoice on the lines at `positions`, with what was credited of it before."""

    number: int
    positions: tuple[int, ...]
    rate_ppm: int
    share_ppm: int
    base_minor: int
    amount_minor: int
    credited_base_minor: int = 0
    credited_minor: int = 0


@dataclass(frozen=True, slots=True)
class Creditable:
    """An invoice as a credit sees it. `left_minor` is tax included."""

    currency: str
    lines: tuple[CreditableLine, ...]
    taxes: tuple[CreditableTax, ...] = ()

    @property
    def left_minor(self) -> int:
        return credit_left(self).total_minor


@dataclass(frozen=True, slots=True)
class CreditedLine:
    position: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CreditedTax:
    number: int
    base_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Credit:
    """What a credit note gives back: lines by position, taxes by their number on the invoice."""

    lines: tuple[CreditedLine, ...]
    taxes: tuple[CreditedTax, ...]

    @property
    def subtotal_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    @property
    def tax_minor(self) -> int:
        return sum(tax.amount_minor for tax in self.taxes)

    @property
    def total_minor(self) -> int:
        return self.subtotal_minor + self.tax_minor


def credit_all(invoice: Creditable) -> Credit:
    """
    All that is left of an invoice.

    :raises NothingLeftToCredit: if that is nothing
    """
    credit = credit_left(invoice)
    if credit.total_minor <= 0:
        raise NothingLeftToCredit(
            "Nothing is left to credit: credit notes and corrections gave all of it back."
        )
    return credit


def credit_lines(invoice: Creditable, asked: Mapping[int, int]) -> Credit:
    """
    Amounts before tax by line position, with the taxes on them.

    :raises CreditAboveWhatIsLeft: saying what is left of the line or of the invoice
    :raises CreditIsNothing: for an amount that is not positive, none at all, or one tax takes up
    """
    left = {line.position: line.left_minor for line in invoice.lines}
    for position, minor in asked.items():
        if minor <= 0:
            raise CreditIsNothing(f"Line {position}: credit an amount above zero, or leave it out.")
        if minor > left.get(position, 0):
            raise CreditAboveWhatIsLeft(
                f"Line {position}: at most {money(max(0, left.get(position, 0)), invoice)} is left "
                "of it before tax. Credit that or less."
            )
    if not asked:
        raise CreditIsNothing("Nothing is credited. Name at least one line with its amount.")
    credit = credit_parts(invoice, asked)
    if credit.total_minor > invoice.left_minor:
        raise CreditAboveWhatIsLeft(
            f"The lines come to {money(credit.total_minor, invoice)} with tax, and "
            f"{money(invoice.left_minor, invoice)} is left of the invoice. Credit that or less."
        )
    return something(credit)


def credit_amount(invoice: Creditable, asked_minor: int) -> Credit:
    """
    An amount with tax, over all lines by what is left of each.

    Its net is the largest whose tax fits in; the minor units rounding leaves go to the tax, as they
    do when tax is taken out of a price that includes it.

    :raises CreditAboveWhatIsLeft: saying what is left
    :raises CreditIsNothing: for an amount that is not positive, or too small for any net
    """
    whole = credit_left(invoice)
    if asked_minor <= 0:
        raise CreditIsNothing("Nothing is credited. Name an amount above zero.")
    if asked_minor > whole.total_minor:
        raise CreditAboveWhatIsLeft(
            f"At most {money(max(0, whole.total_minor), invoice)} is left of the invoice, tax "
            "included. Credit that or less."
        )
    if asked_minor == whole.total_minor:
        return whole
    net = largest_net(invoice, asked_minor)
    credit = credit_parts(invoice, spread(invoice, net))
    taxes = round_up(invoice, credit, asked_minor - credit.total_minor)
    return something(Credit(credit.lines, taxes))


def something(credit: Credit) -> Credit:
    """
    The credit, if it gives anything back: its tax may round to more than a tiny net amount.

    :raises CreditIsNothing: if not
    """
    if credit.total_minor <= 0 or not credit.lines:
        raise CreditIsNothing(
            "With its tax this comes to nothing. Credit more, or all that is left."
        )
    return credit


def credit_left(invoice: Creditable) -> Credit:
    """Whatever may still be credited, charges and the credits among them alike."""
    return credit_parts(invoice, {line.position: line.left_minor for line in invoice.lines})


def credit_parts(invoice: Creditable, parts: Mapping[int, int]) -> Credit:
    """These net amounts by position, with the taxes on them."""
    lines = tuple(
        CreditedLine(line.position, part)
        for line in invoice.lines
        if (part := parts.get(line.position, 0))
    )
    named = {line.position for line in lines}
    return Credit(
        lines,
        tuple(
            credited_tax(tax, invoice, parts)
            for tax in invoice.taxes
            if named.intersection(tax.positions)
        ),
    )


def credited_tax(tax: CreditableTax, invoice: Creditable, parts: Mapping[int, int]) -> CreditedTax:
    """
    The tax at its rate on all that is credited by now, less what was credited before.

    Once the last of its lines is credited whole, it is all that remains, so that it comes out to zero.
    """
    lines = [line for line in invoice.lines if line.position in tax.positions]
    if all(line.open_minor == parts.get(line.position, 0) for line in lines):
        return CreditedTax(
            tax.number,
            tax.base_minor - tax.credited_base_minor,
            tax.amount_minor - tax.credited_minor,
        )
    net = sum(line.credited_minor + parts.get(line.position, 0) for line in lines)
    base = round_ratio(net * tax.share_ppm, WHOLE_PPM)
    amount = round_ratio(base * tax.rate_ppm, WHOLE_PPM)
    if all(line.amount_minor >= 0 for line in lines):
        amount = max(tax.credited_minor, min(amount, tax.amount_minor))
    return CreditedTax(tax.number, base - tax.credited_base_minor, amount - tax.credited_minor)


def spread(invoice: Creditable, net_minor: int) -> dict[int, int]:
    """A net amount over the charges by what is left of each."""
    charges = [line for line in invoice.lines if line.left_minor > 0]
    parts = split_minor(net_minor, [line.left_minor for line in charges])
    return {line.position: part for line, part in zip(charges, parts, strict=True)}


def largest_net(invoice: Creditable, asked_minor: int) -> int:
    """The largest net amount that does not exceed the asked one with its tax."""

    def total(net: int) -> int:
        return credit_parts(invoice, spread(invoice, net)).total_minor

    low, high = 0, sum(max(0, line.left_minor) for line in invoice.lines)
    high = min(high, asked_minor)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if total(middle) <= asked_minor else (low, middle - 1)
    return low


def round_up(invoice: Creditable, credit: Credit, rest_minor: int) -> tuple[CreditedTax, ...]:
    """The taxes with what rounding left of the asked amount, as far as each has room."""
    of = {tax.number: tax for tax in invoice.taxes}
    rounded = []
    for tax in credit.taxes:
        original = of[tax.number]
        room = original.amount_minor - original.credited_minor - tax.amount_minor
        more = max(0, min(rest_minor, room)) if original.rate_ppm else 0
        rest_minor -= more
        rounded.append(CreditedTax(tax.number, tax.base_minor, tax.amount_minor + more))
    return tuple(rounded)


def money(minor: int, invoice: Creditable) -> str:
    return f"{Money(minor, invoice.currency)} {invoice.currency}"
