"""Lines with their decisions: the common part of the tax stage and the preview."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from billing.records.taxable_lines import Origin, Origins, TaxableLine, net_of_pairs, origin_of
from tax.calc.tax_rows import DecidedLine
from tax.calc.types import Decision, Hold, Outcome
from tax.records.tax_world import TaxWorld


def decide_lines(
    lines: Sequence[TaxableLine],
    *,
    world: TaxWorld,
    origins: Origins,
    entity_id: UUID,
    customer_id: UUID,
    cycle_date: date,
) -> list[DecidedLine] | Hold:
    """Each line on its tax point, corrections as on the line they correct; or the first hold."""
    decided: list[DecidedLine] = []
    nets = net_of_pairs(lines) if origins else {}
    by_day: dict[date, Outcome] = {}
    for line in lines:
        tax_point, outcome = line.tax_point(cycle_date), None
        if origins and (origin := origin_of(line, origins, nets)):
            tax_point = min(origin.tax_point, tax_point)
            outcome = as_on_original(origin)
        if outcome is None:
            found = by_day.get(tax_point)
            if found is None:
                found = by_day[tax_point] = world.determine(
                    entity_id=entity_id, customer_id=customer_id, tax_point=tax_point
                )
            if isinstance(found, Hold):
                return found
            outcome = found
        decided.append(DecidedLine(line.position, line.amount_minor, tax_point, outcome))
    return decided


def as_on_original(origin: Origin) -> Decision | None:
    """Law asks for the rate of the supply that is corrected, not today's."""
    if origin.decision is None:
        return None
    words = f"As on {origin.number}, which it corrects. {origin.decision.words}"
    return replace(origin.decision, words=words)
