"""Everything rating needs of a subscription: its whole ledger and catalog, as facts of calc."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.calc.types import (
    BilledSpan,
    LedgerFact,
    RatingInput,
    SubscriptionTerms,
    TermsChange,
)
from billing.enums import EventKind
from billing.models import LedgerHead, Subscription
from billing.records.catalog_book import CatalogBook, Cycle, interval_of, load_catalog_book
from billing.records.ledger_rows import StoredEntry, stored_entries
from billing.records.voided_spans import reopened_periods

TERMS_KINDS = frozenset({EventKind.PLAN_CHANGED, EventKind.PRICE_CHANGED})


@dataclass(slots=True)
class SubscriptionBook:
    """
    A subscription with its ledger; answers what was known up to a position of the chain.

    `reopened` are the first dates of periods the next rating bills anew, after a void.
    """

    subscription: Subscription
    catalog: CatalogBook
    known_position: int
    entries: list[StoredEntry] = field(default_factory=list)
    reopened: frozenset[date] = frozenset()

    def rating_input(
        self,
        *,
        as_of: datetime,
        rated_at: datetime,
        settled_at: datetime | None,
        touched_from: date | None = None,
        billed: Sequence[BilledSpan] = (),
        known_position: int | None = None,
        reopened: frozenset[date] | None = None,
    ) -> RatingInput:
        """
        What rating starts from at an instant.

        `known_position` cuts the ledger (default: all of it); catalog versions published after
        `rated_at` do not count. `settled_at` is the instant of the rating before, None at the
        first. Rating again as of that same instant lets late events join its open draft.
        `reopened` replaces what the book says, for a rating of the past.
        """
        known = self.known_position if known_position is None else known_position
        entries = [entry for entry in self.entries if entry.fact.position <= known]
        terms_ids = terms_entry_ids(entries)
        zone = ZoneInfo(self.subscription.time_zone)
        return RatingInput(
            terms=self.terms(rated_at=rated_at),
            facts=tuple(one.fact for one in entries if one.fact.entry_id not in terms_ids),
            changes=self.terms_changes(entries=entries, rated_at=rated_at),
            billed=tuple(billed),
            as_of=as_of,
            touched_from=touched_from if settled_at else None,
            joins_draft=settled_at is not None and as_of <= settled_at,
            settled_through=settled_at.astimezone(zone).date() if settled_at else None,
            reopened=self.reopened if reopened is None else reopened,
        )

    @property
    def cycle(self) -> Cycle:
        return self.subscription.interval_unit, self.subscription.interval_count

    def terms(self, *, rated_at: datetime) -> SubscriptionTerms:
        """What the subscription started with."""
        subscription = self.subscription
        plan_id, cycle = subscription.plan_id, self.cycle
        return SubscriptionTerms(
            key=str(subscription.pk),
            currency=subscription.currency,
            timezone=subscription.time_zone,
            starts_on=subscription.starts_on,
            ends_on=subscription.ends_on,
            anchor_day=subscription.anchor_day,
            interval=interval_of(cycle),
            seat_types=tuple(one.code for one in self.catalog.seat_types[plan_id]),
            plan_key=str(plan_id),
            price_versions=self.catalog.price_versions(
                plan_id=plan_id,
                currency=subscription.currency,
                cycle=cycle,
                published_by=rated_at,
            ),
            policies=self.catalog.policy_versions(
                plan_id=plan_id,
                currency=subscription.currency,
                cycle=cycle,
                published_by=rated_at,
            ),
            commitment=subscription.commitment,
            term_months=subscription.term_months,
        )

    def terms_changes(
        self, *, entries: Sequence[StoredEntry], rated_at: datetime
    ) -> tuple[TermsChange, ...]:
        """Plan and price changes, one an event, after their corrections; void ones say so."""
        correctors = {one.fact.corrects: one for one in entries if one.fact.corrects}
        changes: dict[str, list[tuple[StoredEntry, LedgerFact]]] = defaultdict(list)
        for one in entries:
            if one.fact.kind in TERMS_KINDS and not one.fact.corrects:
                changes[one.fact.event_id].append((one, last_correction(one, correctors)))
        return tuple(self.terms_change(pairs, rated_at) for pairs in changes.values())

    def terms_change(
        self, pairs: Sequence[tuple[StoredEntry, LedgerFact]], rated_at: datetime
    ) -> TermsChange:
        original, newest = pairs[0]
        changes_plan = original.fact.kind == EventKind.PLAN_CHANGED
        prices = {one.fact.seat_type: one.price_id for one, _ in pairs if one.price_id}
        price = self.catalog.prices[next(iter(prices.values()))]
        cycle = (price.interval_unit, price.interval_count)
        return TermsChange(
            entry_ids=tuple(
                dict.fromkeys(
                    key for one, last in pairs for key in (one.fact.entry_id, last.entry_id)
                )
            ),
            event_id=original.fact.event_id,
            position=newest.position,
            effective_at=newest.effective_at,
            recorded_at=newest.recorded_at,
            prices={code: self.catalog.price_terms[key] for code, key in prices.items()},
            policies=self.catalog.policy_versions(
                plan_id=original.plan_id,
                currency=self.subscription.currency,
                cycle=cycle,
                published_by=rated_at,
            )
            if changes_plan
            else None,
            interval=interval_of(cycle) if changes_plan else None,
            plan_key=str(original.plan_id) if changes_plan else None,
            void=newest.void,
            listed=frozenset()
            if changes_plan
            else frozenset(
                code for code, key in prices.items() if not self.catalog.prices[key].subscription_id
            ),
        )


def terms_entry_ids(entries: Sequence[StoredEntry]) -> set[str]:
    """Entries that change terms, and their corrections: they move no seats."""
    ids = {entry.fact.entry_id for entry in entries if entry.fact.kind in TERMS_KINDS}
    if ids:
        for entry in entries:  # positions ascend, so a correction comes after what it corrects
            if entry.fact.corrects in ids:
                ids.add(entry.fact.entry_id)
    return ids


def last_correction(entry: StoredEntry, correctors: Mapping[str, StoredEntry]) -> LedgerFact:
    while entry.fact.entry_id in correctors:
        entry = correctors[entry.fact.entry_id]
    return entry.fact


def load_subscription_books(
    *, subscriptions: Sequence[Subscription]
) -> dict[UUID, SubscriptionBook]:
    """
    Books of subscriptions in a fixed number of queries.

    The heads of the chains are read first, so that a book holds exactly what was known at one
    position, also while other hands append.
    """
    heads = dict(
        LedgerHead.objects.filter(
            customer__in={one.customer_id for one in subscriptions}
        ).values_list("customer_id", "position")
    )
    rows: dict[UUID, list[StoredEntry]] = defaultdict(list)
    for entry in stored_entries([one.pk for one in subscriptions]):
        rows[entry.subscription_id].append(entry)

    catalog = load_catalog_book(
        plan_ids={one.plan_id for one in subscriptions}
        | {row.plan_id for found in rows.values() for row in found},
        price_ids={row.price_id for found in rows.values() for row in found if row.price_id},
    )
    reopened = reopened_periods(subscriptions)
    return {
        one.pk: SubscriptionBook(
            subscription=one,
            catalog=catalog,
            known_position=(known := heads.get(one.customer_id, 0)),
            entries=[row for row in rows[one.pk] if row.fact.position <= known],
            reopened=reopened[one.pk],
        )
        for one in subscriptions
    }
