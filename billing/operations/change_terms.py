"""The prices a plan or price change brings to a subscription's ledger."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from billing.calc.accept import EntryDraft
from billing.enums import EventKind
from billing.models import Plan, Price
from billing.operations.publish_price import publish_price
from billing.operations.refusals import (
    PlanLacksSeatType,
    PlanUnknown,
    PolicyMissing,
    PriceMissing,
)
from billing.records.catalog_book import CatalogBook, Cycle
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import LedgerBatch, OpenLedger
from billing.records.ledger_rows import EventRow


def prices_of_event(
    event: IncomingEvent,
    *,
    row: EventRow,
    ledger: OpenLedger,
    batch: LedgerBatch,
    entries: Sequence[EntryDraft],
    publish: Callable[..., Price] = publish_price,
) -> Mapping[str, UUID]:
    """
    Price by seat type the event puts in force; empty for events that move seats.

    `publish` makes a subscription's own price: `next_price` where nothing may be written.

    :raises PriceMissing: if the subscription shall go back to a list price there is not
    """
    if event.kind == EventKind.PLAN_CHANGED:
        return plan_prices(event, row=row, ledger=ledger, batch=batch)
    if event.kind == EventKind.PRICE_CHANGED:
        if (event.price or {}).get("list"):
            return {event.seat_type: list_price(event, row=row, ledger=ledger, batch=batch).pk}
        price = own_price(event, row=row, ledger=ledger, batch=batch, publish=publish)
        batch.catalog.add_price(price)
        return {event.seat_type: price.pk}
    return {}


def plan_prices(
    event: IncomingEvent, *, row: EventRow, ledger: OpenLedger, batch: LedgerBatch
) -> Mapping[str, UUID]:
    """
    Prices of the new plan for the same currency; its seats carry over by seat type.

    :raises PlanUnknown: PlanLacksSeatType, PriceMissing and PolicyMissing likewise
    """
    plan = batch.plans.get(event.plan)
    if plan is None:
        raise PlanUnknown(event.plan)
    codes = {one.code for one in batch.seat_types(plan.pk)}
    for seat_type, states in ledger.balances.seats.items():
        if seat_type not in codes and sum(states.values()) > 0:
            raise PlanLacksSeatType(plan.code, seat_type)
    subscription = ledger.subscription
    cycle = (
        event.interval_unit or subscription.interval_unit,
        event.interval_count or subscription.interval_count,
    )
    if not batch.catalog.policies.get((plan.pk, cycle)):
        raise PolicyMissing(plan.code, interval_label(cycle))
    return catalog_prices(batch.catalog, plan=plan, currency=subscription.currency, cycle=cycle)


def catalog_prices(
    catalog: CatalogBook, *, plan: Plan, currency: str, cycle: Cycle
) -> dict[str, UUID]:
    """
    The newest catalog price of each seat type of the plan.

    :raises PriceMissing: if one has none in the currency and interval
    """
    prices: dict[str, UUID] = {}
    for price in catalog.catalog_prices[plan.pk]:  # by version, so the newest stays
        if price.currency == currency and (price.interval_unit, price.interval_count) == cycle:
            prices[price.seat_type.code] = price.pk
    for seat_type in catalog.seat_types[plan.pk]:
        if seat_type.code not in prices:
            raise PriceMissing(plan.code, seat_type.code, currency, interval_label(cycle))
    return prices


def list_price(
    event: IncomingEvent, *, row: EventRow, ledger: OpenLedger, batch: LedgerBatch
) -> Price:
    """
    The catalog's price of the day, for the interval the subscription is billed by.

    :raises PriceMissing: if the catalog has none
    """
    subscription = ledger.subscription
    plan_id = ledger.plan_at(row.effective_at)
    day = row.effective_at.astimezone(ledger.zone).date()
    cycle = (subscription.interval_unit, subscription.interval_count)
    fitting = [
        price
        for price in batch.catalog.catalog_prices[plan_id]  # by version, so the newest stays
        if price.seat_type.code == event.seat_type
        and price.currency == subscription.currency
        and (price.interval_unit, price.interval_count) == cycle
    ]
    standing = [price for price in fitting if price.effective_from <= day] or fitting[:1]
    if not standing:
        plan = subscription.plan.code
        raise PriceMissing(plan, event.seat_type, subscription.currency, interval_label(cycle))
    return standing[-1]


def own_price(
    event: IncomingEvent,
    *,
    row: EventRow,
    ledger: OpenLedger,
    batch: LedgerBatch,
    publish: Callable[..., Price],
) -> Price:
    """A price of this subscription alone, for the interval it is billed by."""
    subscription = ledger.subscription
    plan_id = ledger.plan_at(row.effective_at)
    seat_type = next(
        one for one in batch.seat_types(plan_id) if one.code == event.seat_type
    )  # accept has checked that the plan has it
    said = event.price or {}
    return publish(
        seat_type=seat_type,
        currency=subscription.currency,
        interval_unit=subscription.interval_unit,
        interval_count=subscription.interval_count,
        mode=said.get("mode", "per_unit"),
        tiers=said["tiers"],
        included=said.get("included", 0),
        ratio_of=said.get("ratio_of", ""),
        ratio_each=said.get("ratio_each", 0),
        effective_from=row.effective_at.astimezone(ledger.zone).date(),
        at=row.recorded_at,
        subscription=subscription,
    )


def interval_label(cycle: Cycle) -> str:
    unit, count = cycle
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"
