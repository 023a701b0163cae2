"""Receive entitlement events: each becomes ledger entries, or a refusal, or was here before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects
from uuid6 import uuid7

from accounts.models import ApiClient
from billing.calc.accept import EntryDraft, EventDraft, accept
from billing.calc.chain import payload_digest
from billing.enums import EventKind
from billing.models import Subscription
from billing.operations.append_ledger import Appender, PersonRaced
from billing.operations.change_terms import prices_of_event
from billing.operations.refusals import (
    CustomerDiffers,
    EventConflict,
    GranteeMissing,
    GroupClosed,
    GroupUnknown,
    PeriodClosed,
    SubscriptionUnknown,
)
from billing.queries.closed_periods import closed_to_customers
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import LedgerBatch, OpenLedger, load_ledger_batch
from billing.records.ledger_rows import EventRow, subscriptions_named
from kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class EventAnswer:
    """What became of one event: accepted, duplicate (then with the first answer's ids) or refused."""

    source_event_id: str
    status: str
    event_id: UUID | None = None
    code: str = ""
    message: str = ""


def receive_events(
    *,
    events: Sequence[IncomingEvent],
    client: ApiClient | None,
    at: datetime,
    is_agreed: bool = False,
) -> list[EventAnswer]:
    """
    Record events in the order given; each is answered by itself, a refused one stores nothing.

    Customers' chains are locked first, so a racing request waits and then finds duplicates.
    Statements are fixed in number, whatever the number of events. A correction over a closed period
    is refused unless it `is_agreed`: then it is an approved exception.
    """
    try:
        return receive_once(events=events, client=client, at=at, is_agreed=is_agreed)
    except PersonRaced:
        return receive_once(events=events, client=client, at=at, is_agreed=is_agreed)


@transaction.atomic
def receive_once(
    *, events: Sequence[IncomingEvent], client: ApiClient | None, at: datetime, is_agreed: bool
) -> list[EventAnswer]:
    subscriptions = subscriptions_named({one.subscription for one in events})
    if any(one.customer for one in events):
        prefetch_related_objects(list(subscriptions.values()), "customer")
    batch = load_ledger_batch(events=events, subscriptions=subscriptions, is_summed=True)
    appender = Appender(batch=batch, client=client, at=at)
    closed = {} if is_agreed else closed_to_corrections(events, subscriptions)
    answers = [
        answer(event, batch=batch, appender=appender, closed=closed, at=at) for event in events
    ]
    appender.write()
    return answers


def closed_to_corrections(
    events: Sequence[IncomingEvent], subscriptions: Mapping[str, Subscription]
) -> dict[UUID, date]:
    """The last closed day of each customer whose history somebody corrects."""
    corrected = {
        subscriptions[one.subscription].customer_id
        for one in events
        if one.kind == EventKind.CORRECTION and one.subscription in subscriptions
    }
    return closed_to_customers(corrected) if corrected else {}


def answer(
    event: IncomingEvent,
    *,
    batch: LedgerBatch,
    appender: Appender,
    at: datetime,
    closed: Mapping[UUID, date] = MappingProxyType({}),
) -> EventAnswer:
    payload = event.payload()
    digest = payload_digest(payload)
    try:
        ledger = ledger_of(event, batch)
        key = (ledger.subscription.customer_id, event.source, event.source_event_id)
        if known := batch.known_events.get(key):
            if known.digest != digest:
                raise EventConflict(event.source_event_id, event.source)
            return EventAnswer(event.source_event_id, "duplicate", known.id)
        check_group(event, ledger, batch)
        row = event_row(event, ledger, batch, payload, digest, at)
        check_open(row, ledger, closed.get(ledger.subscription.customer_id))
        entries = decide(event, row, ledger, batch)
        prices = prices_of_event(event, row=row, ledger=ledger, batch=batch, entries=entries)
    except Refusal as refusal:
        return EventAnswer(event.source_event_id, "refused", None, refusal.code, str(refusal))
    batch.known_events[key] = row
    appender.append(event=event, row=row, entries=entries, prices=prices, ledger=ledger)
    return EventAnswer(event.source_event_id, "accepted", row.id)


def check_open(row: EventRow, ledger: OpenLedger, closed: date | None) -> None:
    """
    A correction reaches back to the earlier of what was said and what is said now.

    :raises PeriodClosed: if that day is closed
    """
    if closed is None or row.kind != EventKind.CORRECTION:
        return
    said = [row.effective_at, row.corrects.effective_at if row.corrects else row.effective_at]
    if min(said).astimezone(ledger.zone).date() <= closed:
        raise PeriodClosed(closed)


def ledger_of(event: IncomingEvent, batch: LedgerBatch) -> OpenLedger:
    ledger = batch.ledgers.get(event.subscription)
    if ledger is None:
        raise SubscriptionUnknown(event.subscription)
    subscription = ledger.subscription
    if event.customer and event.customer != subscription.customer.external_id:
        raise CustomerDiffers(event.subscription, event.customer)
    if names_nobody(event):
        raise GranteeMissing(event.kind)
    if event.group and (subscription.customer_id, event.group) not in batch.groups:
        raise GroupUnknown(event.group)
    return ledger


def check_group(event: IncomingEvent, ledger: OpenLedger, batch: LedgerBatch) -> None:
    """
    :raises GroupClosed: if somebody would come into a group that was closed, whenever it counts from
    """
    if not event.group or event.only_takes_out:
        return
    if batch.groups[ledger.subscription.customer_id, event.group].closed_at:
        raise GroupClosed(event.group)


def names_nobody(event: IncomingEvent) -> bool:
    """Whether it leaves out whom it must be about."""
    if event.kind == EventKind.SEAT_REASSIGNED:
        return not (event.grantee or event.to_grantee)
    return event.kind == EventKind.SEAT_USED and not event.grantee


def event_row(
    event: IncomingEvent,
    ledger: OpenLedger,
    batch: LedgerBatch,
    payload: dict[str, Any],
    digest: str,
    at: datetime,
) -> EventRow:
    """The event as it will be stored."""
    subscription = ledger.subscription
    corrected = batch.known_events.get((subscription.customer_id, event.source, event.corrects))
    is_ours = corrected is not None and corrected.subscription_id == subscription.pk
    return EventRow(
        id=uuid7(), customer_id=subscription.customer_id, subscription_id=subscription.pk,
        source=event.source, source_event_id=event.source_event_id, kind=event.kind,
        actor=event.actor, effective_at=event.new_effective_at or event.effective_at or at,
        recorded_at=at, corrects=corrected if is_ours else None, payload=payload, digest=digest,
    )  # fmt: skip


def decide(
    event: IncomingEvent, row: EventRow, ledger: OpenLedger, batch: LedgerBatch
) -> tuple[EntryDraft, ...]:
    """
    The entries `accept` makes of it.

    A correction that names no new time keeps the corrected entry's; it is checked against the
    start of the subscription, which always passes.
    """
    is_correction = event.kind == EventKind.CORRECTION
    plan = batch.plans.get(event.plan)
    draft = EventDraft(
        event_id=str(row.id),
        kind=event.kind,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        seat_type=event.seat_type,
        to_seat_type=event.to_seat_type,
        quantity=event.quantity,
        grantee=batch.key_of(event.grantee),
        to_grantee=batch.key_of(event.to_grantee),
        seats=event.seats or {},
        seat_types=tuple(one.code for one in batch.seat_types(plan.pk)) if plan else (),
        corrects=str(row.corrects.id if row.corrects else event.corrects)
        if is_correction
        else None,
        new_effective_at=event.new_effective_at,
        new_quantity=event.new_quantity,
        void=event.void,
    )
    return accept(draft, batch.state(ledger, event, row.effective_at))
