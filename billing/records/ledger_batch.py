"""What a batch of events needs to know, read in a fixed number of queries, and kept up as it grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from accounts.models import Grantee, Group
from billing.calc.accept import LedgerState, SeatBalances, balances_of
from billing.calc.periods import cycle_from
from billing.calc.seat_sums import balances_of_sums
from billing.calc.types import LedgerFact, PolicyTerms
from billing.enums import EventKind
from billing.models import LedgerHead, Plan, SeatPolicy, SeatType, Subscription
from billing.records.catalog_book import CatalogBook, Cycle, interval_of
from billing.records.incoming import IncomingEvent
from billing.records.ledger_rows import (
    EventRow,
    StoredEntry,
    heads_locked,
    seat_sums,
    stored_entries,
    stored_events,
)
from billing.records.remembered_catalog import remembered_catalog


@dataclass(slots=True)
class OpenLedger:
    """A subscription's ledger while a batch appends to it."""

    subscription: Subscription
    held: list[LedgerFact] = field(default_factory=list)
    balances: SeatBalances = field(default_factory=SeatBalances)
    seat_type_of: dict[str, UUID] = field(default_factory=dict)
    price_of: dict[str, UUID | None] = field(default_factory=dict)
    plan_changes: dict[str, tuple[datetime, UUID]] = field(default_factory=dict)
    group_of: dict[str, UUID | None] = field(default_factory=dict)
    group_of_person: dict[str, UUID] = field(default_factory=dict)
    group_of_seat: dict[tuple[str, str], UUID] = field(default_factory=dict)
    touched_from: date | None = None
    wakes: bool = False
    unread: "list[OpenLedger]" = field(default_factory=list)

    @property
    def facts(self) -> list[LedgerFact]:
        """All entries. They are read now where sums were enough until now: of the whole batch at once."""
        if self.unread:
            read_entries(self.unread)
            self.unread.clear()
        return self.held

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.subscription.time_zone)

    def plan_at(self, instant: datetime) -> UUID:
        """The plan in force at an instant, as known now."""
        plan_id = self.subscription.plan_id
        for changed_at, changed_to in sorted(self.plan_changes.values()):
            if changed_at <= instant:
                plan_id = changed_to
        return plan_id

    def note_plan(self, known: LedgerFact, plan_id: UUID) -> None:
        """Keep up with a plan change, or with a correction that moves or voids one."""
        changed = self.plan_changes.pop(known.corrects, None) if known.corrects else None
        if known.kind == EventKind.PLAN_CHANGED:
            self.plan_changes[known.entry_id] = (known.effective_at, plan_id)
        elif changed and not known.void:
            self.plan_changes[known.entry_id] = (known.effective_at, changed[1])

    def note_group(self, known: LedgerFact, group_id: UUID | None) -> None:
        """Remember where the entry, and the person it names, belong."""
        self.group_of[known.entry_id] = group_id
        if known.grantee and group_id:
            self.group_of_person[known.grantee] = group_id
            self.group_of_seat[known.seat_type, known.grantee] = group_id

    def group_so_far(self, seat_type: str, person: str) -> UUID | None:
        """Where the person's seat of a type belongs; for one they never held, their newest other."""
        found = self.group_of_seat.get((seat_type, person))
        return found or self.group_of_person.get(person)

    def hold(self, entry: StoredEntry) -> None:
        """Keep up with an entry that is stored; balances are folded when all are held."""
        known = entry.fact
        self.held.append(known)
        self.seat_type_of[known.entry_id] = entry.seat_type_id
        self.price_of[known.entry_id] = entry.price_id
        self.note_group(known, entry.group_id)
        self.note_plan(known, entry.plan_id)

    def take(self, known: LedgerFact) -> None:
        """Keep up with an entry just appended."""
        self.held.append(known)
        latest = self.balances.latest_at
        is_next = not known.corrects and (latest is None or known.effective_at >= latest)
        self.balances = self.balances.after(known) if is_next else balances_of(self.facts)


@dataclass(slots=True)
class LedgerBatch:
    """Everything behind the subscriptions a batch names."""

    catalog: CatalogBook
    ledgers: dict[str, OpenLedger]
    heads: dict[UUID, LedgerHead]
    known_events: dict[tuple[UUID, str, str], EventRow]
    plans: dict[str, Plan]
    grantees: dict[str, Grantee]
    groups: dict[tuple[UUID, str], Group]
    closed_groups: frozenset[UUID] = frozenset()

    def key_of(self, name: str) -> str | None:
        """The ledger knows people by our key; somebody named for the first time by their name."""
        known = self.grantees.get(name)
        return str(known.pk) if known else name or None

    def seat_types(self, plan_id: UUID) -> list[SeatType]:
        return self.catalog.seat_types[plan_id]

    def policy_at(
        self, ledger: OpenLedger, instant: datetime
    ) -> tuple[SeatPolicy, PolicyTerms] | None:
        """The policy version in force on the local date of an instant; before all, the first."""
        subscription = ledger.subscription
        plan_id = ledger.plan_at(instant)
        cycles = [(subscription.interval_unit, subscription.interval_count)]
        cycles += [cycle for plan, cycle in self.catalog.policies if plan == plan_id]
        versions = next((v for c in cycles if (v := self.catalog.policies.get((plan_id, c)))), None)
        if not versions:
            return None
        day = instant.astimezone(ledger.zone).date()
        standing = [one for one in versions if one.effective_from <= day] or versions[:1]
        return standing[-1], self.catalog.terms_of(standing[-1], subscription.currency)

    def state(self, ledger: OpenLedger, event: IncomingEvent, instant: datetime) -> LedgerState:
        """The ledger as `accept` asks for it."""
        subscription = ledger.subscription
        plan_id = ledger.plan_at(instant)
        found = self.policy_at(ledger, instant)
        behavior = subscription.seat_limit_behavior or (found[1].seat_limit if found else "expand")
        ends_on = subscription.ends_on
        return LedgerState(
            starts_at=local_midnight(subscription.starts_on, ledger.zone),
            ends_at=local_midnight(ends_on, ledger.zone) if ends_on else None,
            seat_types=tuple(one.code for one in self.seat_types(plan_id)),
            balances=ledger.balances,
            facts=lambda: ledger.facts,
            limits=self.limits(ledger, event, plan_id) if behavior == "block" else {},
            seat_limit=behavior,
        )

    def limits(self, ledger: OpenLedger, event: IncomingEvent, plan_id: UUID) -> dict[str, int]:
        """The agreed limit, else the plan's, else the purchased quantity a quantity_set may raise."""
        limits: dict[str, int] = {}
        if event.kind != EventKind.QUANTITY_SET:
            for known in sorted(ledger.facts, key=lambda one: (one.effective_at, one.position)):
                if known.kind == EventKind.SUBSCRIPTION_STARTED:
                    limits[known.seat_type] = known.quantity
                elif known.set_to is not None:
                    limits[known.seat_type] = known.set_to
        for one in self.seat_types(plan_id):
            if one.seat_limit is not None:
                limits[one.code] = one.seat_limit
        limits.update(ledger.subscription.seat_limits)
        return limits


def local_midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def cycle_start(subscription: Subscription, policy: PolicyTerms, day: date) -> date:
    """First local date of the billing cycle a day lies in, before any reset."""
    interval = (subscription.interval_unit, subscription.interval_count)
    anchors = (policy.anchor, subscription.anchor_day)
    return first_of_cycle(subscription.starts_on, interval, anchors, day)


@lru_cache(maxsize=4_096)
def first_of_cycle(starts_on: date, interval: Cycle, anchors: tuple[str, int], day: date) -> date:
    """Pure, and the same for all subscriptions that began together."""
    anchor, anchor_day = anchors
    cycle = cycle_from(starts_on, interval_of(interval), anchor=anchor, anchor_day=anchor_day)
    number = cycle.number_before(day.toordinal())
    while cycle.bounds(number + 1)[0] <= day:
        number += 1
    return cycle.bounds(number)[0]


def load_ledger_batch(
    *,
    events: Sequence[IncomingEvent],
    subscriptions: Mapping[str, Subscription],
    is_to_append: bool = True,
    is_summed: bool = False,
) -> LedgerBatch:
    """
    Lock the chains of the customers (in one order, so that batches cannot deadlock) and read.

    Without `is_to_append` nothing is locked and there are no heads: the batch is for reading alone.
    With `is_summed` it holds until the transaction ends, and people only where an event names some.
    """
    customer_ids = sorted({one.customer_id for one in subscriptions.values()})
    heads = lock_heads(customer_ids) if is_to_append else {}
    ids = {one.source_event_id for one in events} | {one.corrects for one in events if one.corrects}
    ledgers = {name: OpenLedger(one) for name, one in subscriptions.items()}
    named = {one.subscription for one in events if one.grantee or one.to_grantee}
    summed = [one for name, one in ledgers.items() if is_summed and name not in named]
    known = sum_entries(summed)
    read_entries([one for one in ledgers.values() if one.subscription.pk not in known])
    plans = {
        one.code: one for one in Plan.objects.filter(code__in={e.plan for e in events if e.plan})
    }
    plan_ids = {one.pk for one in plans.values()}
    for ledger in ledgers.values():
        plan_ids |= {
            ledger.subscription.plan_id,
            *(plan for _, plan in ledger.plan_changes.values()),
        }
    groups = named_groups(events, customer_ids)
    return LedgerBatch(
        catalog=remembered_catalog(plan_ids),
        ledgers=ledgers,
        heads=heads,
        known_events=stored_events(customer_ids, ids),
        plans=plans,
        grantees=named_grantees(events),
        groups=groups,
        closed_groups=frozenset(one.pk for one in groups.values() if one.closed_at),
    )


def lock_heads(customer_ids: Sequence[UUID]) -> dict[UUID, LedgerHead]:
    """The heads of the chains, made where missing, locked until the transaction ends."""
    heads = heads_locked(customer_ids)
    missing = [one for one in customer_ids if one not in heads]
    if missing:
        LedgerHead.objects.bulk_create(
            [LedgerHead(customer_id=one) for one in missing], ignore_conflicts=True
        )
        heads = heads_locked(customer_ids)
    return heads


def sum_entries(ledgers: Sequence[OpenLedger]) -> set[UUID]:
    """
    Put balances into the ledgers whose sums tell them; answers whose.

    Their entries are read when something asks for them, if anything does.
    """
    sums = seat_sums([one.subscription.pk for one in ledgers]) if ledgers else {}
    unread: list[OpenLedger] = []
    for ledger in ledgers:
        balances = balances_of_sums(sums[ledger.subscription.pk])
        if balances is not None:
            ledger.balances, ledger.unread = balances, unread
            unread.append(ledger)
    return {one.subscription.pk for one in unread}


def read_entries(ledgers: Sequence[OpenLedger]) -> None:
    """All stored entries, before those appended meanwhile."""
    if not ledgers:
        return
    appended = [one.held for one in ledgers]
    by_id = {one.subscription.pk: one for one in ledgers}
    for ledger in ledgers:
        ledger.held = []
    for entry in stored_entries(by_id):
        by_id[entry.subscription_id].hold(entry)
    for ledger, later in zip(ledgers, appended, strict=True):
        ledger.held += later
        ledger.balances = balances_of(ledger.held)


def named_grantees(events: Sequence[IncomingEvent]) -> dict[str, Grantee]:
    names = {one.grantee for one in events} | {one.to_grantee for one in events}
    names.discard("")
    if not names:
        return {}
    return {one.external_id: one for one in Grantee.objects.filter(external_id__in=names)}


def named_groups(
    events: Sequence[IncomingEvent], customer_ids: Sequence[UUID]
) -> dict[tuple[UUID, str], Group]:
    """Those the events name, and all that were closed: somebody's group so far may be one."""
    names = {one.group for one in events if one.group}
    if any(one.grantee or one.to_grantee for one in events):
        names.add("everyone")
    if not names:
        return {}
    groups = Group.objects.filter(
        Q(external_id__in=names) | Q(closed_at__isnull=False), customer__in=customer_ids
    )
    return {(one.customer_id, one.external_id): one for one in groups}
