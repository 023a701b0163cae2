"""Append entries to customers' chains: positions without gaps, digests that cover the one before."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid6 import uuid7

from accounts.enums import ChangeKind
from accounts.models import ApiClient, Grantee, Membership
from accounts.operations.note_changes import Change, note_changes
from accounts.operations.register_customer import EVERYONE
from billing.calc.accept import EntryDraft
from billing.calc.chain import CHAINED, CHAINED_IF_SET, entry_digest
from billing.calc.types import LedgerFact, PolicyTerms
from billing.enums import EventKind
from billing.models import EntitlementEvent, SeatLedgerEntry
from billing.operations.project_holdings import TouchedPeople, project_holdings
from billing.records.copy_rows import copy_rows
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import LedgerBatch, OpenLedger, cycle_start
from billing.records.ledger_rows import EventRow
from billing.records.prepared import run_prepared

EVENT_FIELDS = (
    "id", "customer", "subscription", "source", "source_event_id", "kind", "actor", "effective_at",
    "recorded_at", "corrects", "payload", "digest", "client",
)  # fmt: skip
ENTRY_FIELDS = (*CHAINED, *CHAINED_IF_SET, "previous_digest", "digest")
MOVE_HEADS = """
UPDATE billing_ledgerhead AS head SET position = v.position, digest = v.digest
  FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS v(customer_id, position, digest)
 WHERE head.customer_id = v.customer_id
"""
TOUCH = """
UPDATE billing_subscription AS subscription SET
    touched_from = least(subscription.touched_from, v.touched_from),
    rate_due_at = CASE WHEN v.wakes THEN least(subscription.rate_due_at, $1::timestamptz)
                       ELSE subscription.rate_due_at END,
    due_early = subscription.due_early OR v.wakes
FROM unnest($2::uuid[], $3::date[], $4::bool[]) AS v(id, touched_from, wakes)
WHERE subscription.id = v.id
"""
TERMS_KINDS = {EventKind.PLAN_CHANGED, EventKind.PRICE_CHANGED}
OF_EVERYBODY = {EventKind.PLAN_CHANGED, EventKind.SUBSCRIPTION_STARTED}
EARLY_INVOICING = {"immediate", "batched", "true_up", "threshold"}


class PersonRaced(Exception):
    """Another request stored a person this batch names for the first time: read again."""


class Appender:
    """Collects what a batch appends and writes it with one statement a table."""

    def __init__(self, *, batch: LedgerBatch, client: ApiClient | None, at: datetime) -> None:
        self.batch, self.client, self.at = batch, client, at
        self.event_rows: list[tuple[Any, ...]] = []
        self.entry_rows: list[tuple[Any, ...]] = []
        self.touched: dict[UUID, OpenLedger] = {}
        self.new_grantees: dict[str, Grantee] = {}
        self.memberships: dict[tuple[UUID, UUID], Membership] = {}
        self.touched_people: dict[UUID, TouchedPeople] = {}
        self.changes: list[Change] = []

    def append(
        self,
        *,
        event: IncomingEvent,
        row: EventRow,
        entries: Sequence[EntryDraft],
        prices: Mapping[str, UUID],
        ledger: OpenLedger,
    ) -> None:
        """Give the event and its entries their places; nothing is written before `write`."""
        self.event_rows.append(
            (
                row.id, row.customer_id, row.subscription_id, row.source, row.source_event_id,
                row.kind, row.actor, row.effective_at, row.recorded_at,
                row.corrects.id if row.corrects else None,
                json.dumps(row.payload), row.digest, self.client.pk if self.client else None,
            )
        )  # fmt: skip
        group_id = self.group_of(event, ledger)
        grantee = self.grantee_of(event, ledger, group_id)
        for entry in entries:
            named = self.named_in(entry, event, grantee)
            self.append_entry(
                named, row=row, price_id=prices.get(entry.seat_type), ledger=ledger,
                group_id=ledger.group_of.get(entry.corrects) if entry.corrects else group_id,
            )  # fmt: skip
        self.touch(ledger, entries, row)

    def append_entry(
        self,
        entry: EntryDraft,
        *,
        row: EventRow,
        price_id: UUID | None,
        ledger: OpenLedger,
        group_id: UUID | None,
    ) -> None:
        head = self.batch.heads[row.customer_id]
        entry_id = uuid7()
        corrects = entry.corrects
        seat_type_id = self.seat_type_id(entry, row, ledger)
        found = self.batch.policy_at(ledger, entry.effective_at)
        assert found, "a subscription starts with a policy"
        policy, terms = found
        values: dict[str, Any] = {
            "id": entry_id, "customer_id": row.customer_id,
            "subscription_id": row.subscription_id, "position": head.position + 1,
            "event_id": row.id, "seat_type_id": seat_type_id, "kind": entry.kind,
            "from_state": entry.from_state or "", "to_state": entry.to_state or "",
            "quantity": entry.quantity, "set_to": entry.set_to,
            "balance_after": entry.balance_after, "group_id": group_id,
            "grantee_id": UUID(entry.grantee) if entry.grantee else None,
            "price_id": price_id or (ledger.price_of.get(corrects) if corrects else None),
            "seat_policy_id": policy.pk,
            "billing_cycle_anchor": self.anchor(ledger, terms, entry.effective_at),
            "effective_at": entry.effective_at, "recorded_at": entry.recorded_at,
            "corrects_id": UUID(corrects) if corrects else None, "voids": entry.void,
            "from_grantee_id": UUID(entry.from_grantee) if entry.from_grantee else None,
        }  # fmt: skip
        digest = entry_digest(values, previous_digest=head.digest)
        stored = (values[name] for name in (*CHAINED, *CHAINED_IF_SET))
        self.entry_rows.append((*stored, head.digest, digest))
        head.position, head.digest = head.position + 1, digest

        ledger.seat_type_of[str(entry_id)] = seat_type_id
        ledger.price_of[str(entry_id)] = values["price_id"]
        known = entry.as_fact(
            entry_id=str(entry_id), event_id=str(row.id), position=values["position"]
        )
        ledger.take(known)
        ledger.note_group(known, group_id)
        self.touched_people.setdefault(row.subscription_id, TouchedPeople(ledger)).note(known)
        self.changes += changes_of(known, row, ledger)
        if entry.kind == EventKind.PLAN_CHANGED:
            plan = self.batch.plans[row.payload["plan"]]
            ledger.plan_changes[str(entry_id)] = (entry.effective_at, plan.pk)

    def seat_type_id(self, entry: EntryDraft, row: EventRow, ledger: OpenLedger) -> UUID:
        """The corrected entry's seat type, else the one of the plan then in force."""
        if entry.corrects:
            return ledger.seat_type_of[entry.corrects]
        is_new_plan = entry.kind == EventKind.PLAN_CHANGED
        plan_id = (
            self.batch.plans[row.payload["plan"]].pk
            if is_new_plan
            else ledger.plan_at(entry.effective_at)
        )
        return next(one.pk for one in self.batch.seat_types(plan_id) if one.code == entry.seat_type)

    def anchor(self, ledger: OpenLedger, terms: PolicyTerms, instant: datetime) -> Any:
        return cycle_start(ledger.subscription, terms, instant.astimezone(ledger.zone).date())

    def group_of(self, event: IncomingEvent, ledger: OpenLedger) -> UUID | None:
        """The group named, else the one of the person's seat so far unless it closed, else everyone's."""
        name = event.grantee or event.to_grantee
        if not (event.group or name):
            return None
        so_far = ledger.group_so_far(event.seat_type, self.batch.key_of(name) or "")
        is_open = event.only_takes_out or so_far not in self.batch.closed_groups
        if so_far and is_open and not event.group:
            return so_far
        found = self.batch.groups.get((ledger.subscription.customer_id, event.group or EVERYONE))
        return found.pk if found else None

    def named_in(
        self, entry: EntryDraft, event: IncomingEvent, grantee: Grantee | None
    ) -> EntryDraft:
        """The entry with people by our keys, also those just made; a correction keeps the corrected's."""
        if entry.corrects:
            return entry
        left = self.batch.grantees.get(event.grantee) if entry.from_grantee else None
        return replace(
            entry,
            grantee=str(grantee.pk) if grantee else None,
            from_grantee=str(left.pk) if left else None,
        )

    def grantee_of(
        self, event: IncomingEvent, ledger: OpenLedger, group_id: UUID | None
    ) -> Grantee | None:
        """The person named, made with a membership on first mention; after a reassignment the new one."""
        is_reassigned = event.kind == EventKind.SEAT_REASSIGNED
        name = event.to_grantee if is_reassigned else event.to_grantee or event.grantee
        if not name:
            return None
        grantee = self.batch.grantees.get(name)
        if grantee is None:
            grantee = self.batch.grantees[name] = Grantee(external_id=name)
            self.new_grantees[name] = grantee
        if group_id is not None and group_id not in self.batch.closed_groups:
            customer_id = ledger.subscription.customer_id
            self.memberships.setdefault(
                (group_id, grantee.pk),
                Membership(customer_id=customer_id, group_id=group_id, grantee=grantee),
            )
        return grantee

    def touch(self, ledger: OpenLedger, entries: Sequence[EntryDraft], row: EventRow) -> None:
        """What the rate stage must know: how far back it changed, and whether it cannot wait."""
        days = [one.effective_at.astimezone(ledger.zone).date() for one in entries]
        known = [ledger.touched_from] if ledger.touched_from else []
        ledger.touched_from = min([*days, *known])
        for entry in entries:
            found = self.batch.policy_at(ledger, entry.effective_at)
            ledger.wakes |= entry.kind in TERMS_KINDS or bool(found and bills_early(found[1]))
        self.touched[ledger.subscription.pk] = ledger

    def write(self) -> None:
        """Events, entries, heads, subscriptions and people: one statement each."""
        if not self.event_rows:
            return
        self.write_people()
        copy_rows(EntitlementEvent, fields=EVENT_FIELDS, rows=self.event_rows)
        copy_rows(SeatLedgerEntry, fields=ENTRY_FIELDS, rows=self.entry_rows)
        heads = list(self.batch.heads.values())
        run_prepared(
            MOVE_HEADS,
            [
                [one.customer_id for one in heads],
                [one.position for one in heads],
                [one.digest for one in heads],
            ],
        )
        project_holdings(touched=self.touched_people.values(), batch=self.batch)
        note_changes(self.changes, at=self.at)
        ledgers = list(self.touched.values())
        run_prepared(
            TOUCH,
            [
                self.at,
                [one.subscription.pk for one in ledgers],
                [one.touched_from for one in ledgers],
                [one.wakes for one in ledgers],
            ],
        )

    def write_people(self) -> None:
        """
        People and memberships named for the first time.

        :raises PersonRaced: if a racing request stored one of them first
        """
        if self.new_grantees:
            Grantee.objects.bulk_create(self.new_grantees.values(), ignore_conflicts=True)
            stored = dict(
                Grantee.objects.filter(external_id__in=self.new_grantees).values_list(
                    "external_id", "pk"
                )
            )
            if any(stored[name] != one.pk for name, one in self.new_grantees.items()):
                raise PersonRaced
        if self.memberships:
            Membership.objects.bulk_create(self.memberships.values(), ignore_conflicts=True)


def changes_of(known: LedgerFact, row: EventRow, ledger: OpenLedger) -> list[Change]:
    """Whose answers an entry changes; a plan change and a start those of everybody."""
    name = ledger.subscription.external_id
    at = known.effective_at
    if known.kind in OF_EVERYBODY:
        return [Change(row.customer_id, ChangeKind.SUBSCRIPTION_CHANGED, at, subscription=name)]
    return [
        Change(row.customer_id, ChangeKind.SEAT_CHANGED, at, UUID(one), name)
        for one in dict.fromkeys([known.grantee, known.from_grantee])
        if one
    ]


def bills_early(policy: PolicyTerms) -> bool:
    """Whether a change may have to be billed before the next regular invoice."""
    return (
        policy.increase_invoicing in EARLY_INVOICING
        or policy.credit_application != "next_invoice"
        or policy.anchor == "reset_on_change"
    )
