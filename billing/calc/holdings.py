"""Holdings: from the ledger of a subscription, who holds which seat in which state from when until when."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from billing.calc.timeline import read_ledger
from billing.calc.types import LedgerFact

REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Holding:
    """
    A span of one person's seat. `until_at` None: still so.

    `entry_id` and `event_id` are of what began it; a plan change begins a span of its own.
    """

    grantee: str
    seat_type: str
    state: str
    from_at: datetime
    until_at: datetime | None
    entry_id: str
    event_id: str


def holdings_of(
    facts: Sequence[LedgerFact], *, people: Collection[str] | None = None
) -> tuple[Holding, ...]:
    """
    The spans of these people (None: of everybody named), by person and time, without empty ones.

    Corrections stand in for what they correct; a void entry never was.
    """
    open_spans: dict[tuple[str, str], Holding] = {}
    closed: list[Holding] = []
    for known in read_ledger(facts).facts:
        fact = known.fact
        for begun in begun_by(fact, known.kind, open_spans):
            if people is not None and begun.grantee not in people:
                continue
            key = (begun.grantee, begun.seat_type)
            before = open_spans.get(key)
            if before is not None and before.from_at < begun.from_at:
                closed.append(replace(before, until_at=begun.from_at))
            open_spans[key] = begun
    spans = [*closed, *open_spans.values()]
    return tuple(sorted(spans, key=lambda one: (one.grantee, one.seat_type, one.from_at)))


def begun_by(
    fact: LedgerFact, kind: str, open_spans: dict[tuple[str, str], Holding]
) -> list[Holding]:
    """The spans an entry begins: of who leaves a seat, of who gets one, or of all at a plan change."""
    if kind == "plan_changed":
        return [
            replace(one, from_at=fact.effective_at, entry_id=fact.entry_id, event_id=fact.event_id)
            for one in open_spans.values()
            if one.seat_type == fact.seat_type and one.state != REMOVED
        ]
    begun = []
    if fact.from_grantee is not None and fact.from_grantee != fact.grantee:
        begun.append(span(fact, fact.from_grantee, REMOVED))
    if fact.grantee is not None and fact.to_state is not None:
        begun.append(span(fact, fact.grantee, fact.to_state))
    return begun


def span(fact: LedgerFact, grantee: str, state: str) -> Holding:
    return Holding(
        grantee, fact.seat_type, state, fact.effective_at, None, fact.entry_id, fact.event_id
    )
