"""From decided lines to the tax rows of an invoice: one rounding for each group of equal taxes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

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
    """Rounded half up once a group, as EN 16931 asks (BR-CO-17): base, then base times rate."""
    groups: dict[tuple[object, ...], list[tuple[DecidedLine, TaxPart]]] = {}
    for line in lines:
        for part in line.decision.parts:
            groups.setdefault(group_key(line.decision, part), []).append((line, part))
    return tuple(tax_row(members) for members in groups.values())


def group_key(decision: Decision, part: TaxPart) -> tuple[object, ...]:
    """What must be equal to share a rounding; a reworded reason does not split a group."""
    return (
        decision.category_code, decision.treatment, decision.note, part.tax, part.jurisdiction,
        part.rate_ppm, part.share_ppm, part.registration and part.registration.key,
    )  # fmt: skip


def tax_row(members: Sequence[tuple[DecidedLine, TaxPart]]) -> TaxRow:
    first, part = members[0]
    net_minor = sum(line.amount_minor for line, _ in members)
    words = " ".join(dict.fromkeys(line.decision.words for line, _ in members))
    base_minor = round_ratio(net_minor * part.share_ppm, WHOLE_PPM)
    return TaxRow(
        part=part,
        decision=replace(first.decision, words=words),
        positions=tuple(line.position for line, _ in members),
        base_minor=base_minor,
        amount_minor=round_ratio(base_minor * part.rate_ppm, WHOLE_PPM),
        tax_point=min(line.tax_point for line, _ in members),
    )
