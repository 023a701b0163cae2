"""From decided lines to the tax rows of an invoice: one rounding for each group of equal taxes."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from kernel.money import round_ratio
from tax.calc.types import WHOLE_PPM, Decision, TaxPart


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """A line of an invoice with its decision; signed minor units."""

    position: int
    amount_minor: int
    tax_point: date
    decision: Decision


@dataclass(frozen=True, slots=True)
class TaxRow:
    """
    One tax at one rate over all its lines, minor units of the invoice.

    `base_minor` is the taxable share of the lines; `tax_point` the earliest of them.
    """

    part: TaxPart
    decision: Decision
    positions: tuple[int, ...]
    base_minor: int
    amount_minor: int
    tax_point: date


def tax_rows(lines: Sequence[DecidedLine]) -> tuple[TaxRow, ...]:
    """
    Rounded half up once a rate, as EN 16931 asks (BR-CO-17): base, then base times rate.

    Rows of one rate under two registrations share that rounding.
    """
    groups: dict[GroupKey, list[tuple[DecidedLine, TaxPart]]] = {}
    for line in lines:
        for part in line.decision.parts:
            groups.setdefault(group_key(line.decision, part), []).append((line, part))
    bases = [base_of(members) for members in groups.values()]
    rates = [rate_key(key) for key in groups]
    amounts = tax_amounts(bases, rates, [key.rate_ppm for key in groups])
    return tuple(
        tax_row(members, base, amount)
        for members, base, amount in zip(groups.values(), bases, amounts, strict=True)
    )


def tax_amounts(
    bases: Sequence[int], rates: Sequence[Hashable], rates_ppm: Sequence[int]
) -> list[int]:
    """
    Tax of each base in minor units; bases of equal `rates` add up to the rounded tax of their sum.

    :param rates: what must be equal to share a rounding, beside each base
    """
    base_so_far: defaultdict[Hashable, int] = defaultdict(int)
    tax_so_far: defaultdict[Hashable, int] = defaultdict(int)
    amounts = []
    for base, rate, rate_ppm in zip(bases, rates, rates_ppm, strict=True):
        base_so_far[rate] += base
        amount = round_ratio(base_so_far[rate] * rate_ppm, WHOLE_PPM) - tax_so_far[rate]
        tax_so_far[rate] += amount
        amounts.append(amount)
    return amounts


class GroupKey(NamedTuple):
    """What must be equal to be one row; a reworded reason does not split it."""

    category_code: str
    treatment: str
    note: str
    tax: str
    jurisdiction: str
    rate_ppm: int
    share_ppm: int
    registration: str


def group_key(decision: Decision, part: TaxPart) -> GroupKey:
    return GroupKey(
        decision.category_code, decision.treatment, decision.note, part.tax, part.jurisdiction,
        part.rate_ppm, part.share_ppm, part.registration.key if part.registration else "",
    )  # fmt: skip


def rate_key(key: GroupKey) -> tuple[str, str, int]:
    return key.tax, key.jurisdiction, key.rate_ppm


def base_of(members: Sequence[tuple[DecidedLine, TaxPart]]) -> int:
    """The taxable share of the lines of a row."""
    _, part = members[0]
    net_minor = sum(line.amount_minor for line, _ in members)
    return round_ratio(net_minor * part.share_ppm, WHOLE_PPM)


def tax_row(
    members: Sequence[tuple[DecidedLine, TaxPart]], base_minor: int, amount_minor: int
) -> TaxRow:
    first, part = members[0]
    words = " ".join(dict.fromkeys(line.decision.words for line, _ in members))
    return TaxRow(
        part=part,
        decision=replace(first.decision, words=words),
        positions=tuple(line.position for line, _ in members),
        base_minor=base_minor,
        amount_minor=amount_minor,
        tax_point=min(line.tax_point for line, _ in members),
    )
