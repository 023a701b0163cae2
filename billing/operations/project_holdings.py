"""Project what the ledger says of people into spans, in the transaction that appended it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q
from uuid6 import uuid7

from billing.calc.holdings import Holding, holdings_of
from billing.calc.types import LedgerFact
from billing.models import SeatHolding
from billing.records.copy_rows import copy_rows
from billing.records.ledger_batch import LedgerBatch, OpenLedger

FIELDS = (
    "id", "customer", "subscription", "seat_type", "grantee", "group", "state", "from_at",
    "until_at", "event",
)  # fmt: skip


@dataclass(slots=True)
class TouchedPeople:
    """Whom the entries of a batch speak of in one subscription; a plan change speaks of everybody."""

    ledger: OpenLedger
    people: set[str] = field(default_factory=set)

    def note(self, known: LedgerFact) -> None:
        self.people |= {one for one in (known.grantee, known.from_grantee) if one}
        if known.kind == "plan_changed" or (known.corrects and known.to_state is None):
            self.people |= {one.grantee for one in self.ledger.facts if one.grantee}


def project_holdings(*, touched: Iterable[TouchedPeople], batch: LedgerBatch) -> None:
    """Write the spans of the touched people anew: two statements, none when nobody is named."""
    of_people = [one for one in touched if one.people]
    if not of_people:
        return
    stale = Q()
    for one in of_people:
        stale |= Q(subscription=one.ledger.subscription.pk, grantee__in=one.people)
    SeatHolding.objects.filter(stale).delete()
    rows = [
        row
        for one in of_people
        for row in holding_rows(
            holdings_of(one.ledger.facts, people=one.people), ledger=one.ledger, batch=batch
        )
    ]
    copy_rows(SeatHolding, fields=FIELDS, rows=rows)


def holding_rows(
    holdings: Sequence[Holding], *, ledger: OpenLedger, batch: LedgerBatch
) -> list[tuple[object, ...]]:
    """Spans as rows of the table; the seat type is that of the plan in force when a span begins."""
    subscription = ledger.subscription
    return [
        (
            uuid7(), subscription.customer_id, subscription.pk,
            seat_type_id(one, ledger, batch), UUID(one.grantee), group_id(one, ledger),
            one.state, one.from_at, one.until_at, UUID(one.event_id),
        )
        for one in holdings
    ]  # fmt: skip


def seat_type_id(holding: Holding, ledger: OpenLedger, batch: LedgerBatch) -> UUID:
    plan_id = ledger.plan_at(holding.from_at)
    of_plan = {one.code: one.pk for one in batch.seat_types(plan_id)}
    return of_plan.get(holding.seat_type) or ledger.seat_type_of[holding.entry_id]


def group_id(holding: Holding, ledger: OpenLedger) -> UUID | None:
    """The group the entry names; a plan change names none, so the seat's so far."""
    named = ledger.group_of.get(holding.entry_id)
    return named or ledger.group_so_far(holding.seat_type, holding.grantee)
