"""Foresee: the ledger entries that events would become, by the code that appends them, never written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from billing.calc.chain import CHAINED, CHAINED_IF_SET
from billing.models import SeatType, Subscription
from billing.operations.append_ledger import Appender
from billing.operations.change_terms import prices_of_event
from billing.operations.publish_price import next_price
from billing.operations.receive_events import check_group, decide, event_row, ledger_of
from billing.records.catalog_book import CatalogBook
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import load_ledger_batch
from billing.records.subscription_book import EntryRow


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Entries in the order of the chain, and a catalog that knows their plans and prices."""

    entries: tuple[EntryRow, ...]
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


def entry_row(values: dict[str, Any], seat_types: dict[Any, SeatType]) -> EntryRow:
    """The row as it would be read back."""
    seat_type = seat_types[values["seat_type_id"]]
    return EntryRow(
        id=values["id"],
        position=values["position"],
        event_id=values["event_id"],
        kind=values["kind"],
        seat_type_code=seat_type.code,
        plan_id=seat_type.plan_id,
        effective_at=values["effective_at"],
        recorded_at=values["recorded_at"],
        from_state=values["from_state"],
        to_state=values["to_state"],
        quantity=values["quantity"],
        set_to=values["set_to"],
        grantee_id=values["grantee_id"],
        corrects_id=values["corrects_id"],
        voids=values["voids"],
        price_id=values["price_id"],
        from_grantee_id=values["from_grantee_id"],
        group_id=values["group_id"],
    )
