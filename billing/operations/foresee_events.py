"""Foresee: the ledger entries that events would become, by the code that appends them, never written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.calc.chain import CHAINED, CHAINED_IF_SET
from billing.calc.types import LedgerFact
from billing.models import SeatType, Subscription
from billing.operations.append_ledger import Appender
from billing.operations.change_terms import prices_of_event
from billing.operations.publish_price import next_price
from billing.operations.receive_events import check_group, decide, event_row, ledger_of
from billing.records.catalog_book import CatalogBook
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import load_ledger_batch
from billing.records.ledger_rows import StoredEntry


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Entries in the order of the chain, and a catalog that knows their plans and prices."""

    entries: tuple[StoredEntry, ...]
    catalog: CatalogBook


def foresee_events(
    *, events: Sequence[IncomingEvent], subscription: Subscription, at: datetime
) -> Foreseen:
    """
    What `receive_events` would append for these events at `at`, each knowing those before it.

    :raises Refusal: what receiving would refuse
    """
    with transaction.atomic():
        batch = load_ledger_batch(
            events=events, subscriptions={subscription.external_id: subscription}
        )
    appender = Appender(batch=batch, client=None, at=at)
    for event in events:
        ledger = ledger_of(event, batch)
        check_group(event, ledger, batch)
        row = event_row(event, ledger, batch, event.payload(), "", at)
        entries = decide(event, row, ledger, batch)
        prices = prices_of_event(
            event, row=row, ledger=ledger, batch=batch, entries=entries, publish=next_price
        )
        batch.known_events[subscription.customer_id, event.source, event.source_event_id] = row
        appender.append(event=event, row=row, entries=entries, prices=prices, ledger=ledger)
    seat_types = {one.pk: one for found in batch.catalog.seat_types.values() for one in found}
    return Foreseen(
        entries=tuple(
            entry_row(dict(zip((*CHAINED, *CHAINED_IF_SET), values, strict=False)), seat_types)
            for values in appender.entry_rows
        ),
        catalog=batch.catalog,
    )


def entry_row(values: dict[str, Any], seat_types: dict[Any, SeatType]) -> StoredEntry:
    """The row as it would be read back."""
    seat_type = seat_types[values["seat_type_id"]]
    return StoredEntry(
        subscription_id=values["subscription_id"],
        seat_type_id=seat_type.pk,
        plan_id=seat_type.plan_id,
        price_id=values["price_id"],
        group_id=values["group_id"],
        fact=LedgerFact(
            entry_id=str(values["id"]),
            event_id=str(values["event_id"]),
            position=values["position"],
            kind=values["kind"],
            seat_type=seat_type.code,
            effective_at=values["effective_at"],
            recorded_at=values["recorded_at"],
            from_state=values["from_state"] or None,
            to_state=values["to_state"] or None,
            quantity=values["quantity"],
            set_to=values["set_to"],
            grantee=text(values["grantee_id"]),
            corrects=text(values["corrects_id"]),
            void=values["voids"],
            from_grantee=text(values["from_grantee_id"]),
        ),
    )


def text(key: UUID | None) -> str | None:
    return str(key) if key else None
