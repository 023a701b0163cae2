"""Change seats as people ask for it: each wish becomes an ordinary event, or a refusal that says why."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.operations.register_customer import EVERYONE
from billing.calc.budget import SeatLine
from billing.calc.seat_changes import (
    WAITING,
    SeatAnswer,
    SeatChange,
    SeatHeldAlready,
    SeatNotHeld,
    SeatsInUse,
)
from billing.enums import EventKind
from billing.models import Subscription
from billing.operations.append_ledger import Appender, PersonRaced
from billing.operations.receive_events import answer
from billing.operations.refusals import GroupClosed, GroupUnknown, SubscriptionUnknown
from billing.records.group_room import GroupRoom, SeatPlace, load_group_room, reserved_seats
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import LedgerBatch, OpenLedger, load_ledger_batch
from kernel.refusal import Refusal

NEW_SEATS = frozenset({"assign", "invite"})
KINDS: Mapping[str, EventKind] = {
    "suspend": EventKind.SEAT_SUSPENDED,
    "reactivate": EventKind.SEAT_REACTIVATED,
    "change_type": EventKind.SEAT_MOVED,
    "accept": EventKind.SEAT_ACCEPTED,
    "invite": EventKind.SEAT_INVITED,
}
NOTHING_DONE = "Nothing was changed, because another of these changes was refused."


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for at once; the same `request_id` is the same request."""

    customer_id: UUID
    changes: Sequence[SeatChange]
    source: str
    request_id: str
    actor: str
    at: datetime


def change_seats(
    *,
    customer_id: UUID,
    changes: Sequence[SeatChange],
    source: str,
    request_id: str,
    actor: str,
    at: datetime,
    all_or_nothing: bool = False,
) -> list[SeatAnswer]:
    """
    Carry out the changes in their order; each is answered by itself, a refused one stores nothing.

    Under the lock of the customer's chain, so that racing hands cannot share a last seat or a pool.
    The same `request_id` again answers duplicate. With `all_or_nothing` one refusal stops them all.
    """
    asked = Asked(customer_id, changes, source, request_id, actor, at)
    try:
        return change_once(asked, all_or_nothing=all_or_nothing)
    except PersonRaced:
        return change_once(asked, all_or_nothing=all_or_nothing)


@transaction.atomic
def change_once(asked: Asked, *, all_or_nothing: bool) -> list[SeatAnswer]:
    changer = open_changer(asked)
    answers = [changer.take(one, number) for number, one in enumerate(asked.changes)]
    if all_or_nothing and any(one.status == "refused" for one in answers):
        return [one if one.status == "refused" else not_done(one) for one in answers]
    changer.appender.write()
    return answers


def not_done(given: SeatAnswer) -> SeatAnswer:
    return replace(
        given, status="refused", event_id=None, code="nothing_done", message=NOTHING_DONE
    )


def open_changer(asked: Asked) -> "SeatChanger":
    """Lock the customer's chain and read what the changes need, in a fixed number of queries."""
    customer_id, at = asked.customer_id, asked.at
    found = Subscription.objects.select_related("customer").filter(
        customer=customer_id, external_id__in={one.subscription for one in asked.changes}
    )
    named = [
        IncomingEvent(
            source=asked.source, source_event_id=f"{asked.request_id}:{number}",
            kind=EventKind.SEAT_ADDED, subscription=one.subscription, grantee=one.grantee,
            to_grantee=one.to_grantee, group=one.group, actor=asked.actor,
        )
        for number, one in enumerate(asked.changes)
    ]  # fmt: skip
    batch = load_ledger_batch(events=named, subscriptions={one.external_id: one for one in found})
    return SeatChanger(
        customer_id=customer_id,
        batch=batch,
        named=named,
        room=load_group_room(customer_id=customer_id, at=at),
        reserved=reserved_seats(customer_id=customer_id),
        at=at,
    )


class SeatChanger:
    """
    Turns wishes into events against the ledgers as they are, one after another.

    `events` are those accepted so far; nothing is stored before `appender.write()`.
    """

    def __init__(
        self,
        *,
        customer_id: UUID,
        batch: LedgerBatch,
        named: Sequence[IncomingEvent],
        room: GroupRoom,
        reserved: Counter[tuple[UUID, str]],
        at: datetime,
    ) -> None:
        self.customer_id, self.batch, self.named = customer_id, batch, named
        self.room, self.reserved, self.at = room, reserved, at
        self.appender = Appender(batch=batch, client=None, at=at)
        self.events: list[IncomingEvent] = []
        self.make: Mapping[str, Callable[[SeatChange, OpenLedger], Mapping[str, Any]]] = {
            "assign": self.assigned,
            "release": self.released,
            "reassign": self.given,
            "regroup": self.given,
            "buy": self.bought,
        }

    def take(self, change: SeatChange, number: int) -> SeatAnswer:
        """What became of the wish; the ledgers of the batch know it from then on."""
        named = self.named[number]
        known = self.batch.known_events.get((self.customer_id, named.source, named.source_event_id))
        if known is not None:
            return SeatAnswer(change, "duplicate", known.id)
        try:
            ledger = self.ledger_of(change)
            event = self.event_of(change, named, ledger)
            with self.room.moving(*self.places_of(change, ledger)) as move:
                got = answer(event, batch=self.batch, appender=self.appender, at=self.at)
                move.is_done = got.status == "accepted"
        except Refusal as refusal:
            return SeatAnswer(change, "refused", None, refusal.code, refusal.message)
        if got.status != "accepted":
            return SeatAnswer(change, "refused", None, got.code, got.message)
        self.events.append(event)
        return SeatAnswer(change, "accepted", got.event_id)

    def ledger_of(self, change: SeatChange) -> OpenLedger:
        ledger = self.batch.ledgers.get(change.subscription)
        if ledger is None:
            raise SubscriptionUnknown(change.subscription)
        return ledger

    def event_of(
        self, change: SeatChange, named: IncomingEvent, ledger: OpenLedger
    ) -> IncomingEvent:
        """
        The wish as an event.

        :raises Refusal: SeatNotHeld, SeatHeldAlready or SeatsInUse
        """
        held = self.state_of(change.seat_type, change.grantee, ledger)
        if change.kind in NEW_SEATS:
            self.check_not_held(change.seat_type, change.grantee, ledger)
        if change.kind not in {*NEW_SEATS, "buy"} and not held:
            raise SeatNotHeld(change.grantee or "Nobody", change.seat_type)
        if change.kind == "accept" and held not in WAITING:
            raise SeatHeldAlready(change.grantee, change.seat_type, held)
        if change.kind == "change_type":
            self.check_not_held(change.to_seat_type, change.grantee, ledger)
        make = self.make.get(change.kind)
        said = make(change, ledger) if make else {"kind": KINDS[change.kind]}
        return replace(named, seat_type=change.seat_type, to_seat_type=change.to_seat_type, **said)

    def state_of(self, seat_type: str, person: str, ledger: OpenLedger) -> str:
        """The state of the person's seat; empty when they hold none."""
        key = self.batch.key_of(person) if person else None
        return ledger.balances.people.get((seat_type, key or ""), "")

    def check_not_held(self, seat_type: str, person: str, ledger: OpenLedger) -> None:
        """
        A second seat of a type would be paid for and be nobody's.

        :raises SeatHeldAlready: if the person holds one
        """
        if held := self.state_of(seat_type, person, ledger):
            raise SeatHeldAlready(person, seat_type, held)

    def assigned(self, change: SeatChange, ledger: OpenLedger) -> Mapping[str, Any]:
        """A seat somebody bought and nobody holds or waits for; else one more."""
        reserved = self.reserved[ledger.subscription.pk, change.seat_type]
        if ledger.balances.free(change.seat_type) - reserved > 0:
            return {
                "kind": EventKind.SEAT_REASSIGNED, "grantee": "", "to_grantee": change.grantee,
            }  # fmt: skip
        return {"kind": EventKind.SEAT_ADDED}

    def released(self, change: SeatChange, ledger: OpenLedger) -> Mapping[str, Any]:
        """Where seats are bought they stay and are free; else the seat goes with the person."""
        policy = self.batch.policy_at(ledger, self.at)
        is_bought = policy is not None and policy[1].quantity_basis == "purchased"
        return {"kind": EventKind.SEAT_REASSIGNED if is_bought else EventKind.SEAT_REMOVED}

    def given(self, change: SeatChange, ledger: OpenLedger) -> Mapping[str, Any]:
        """The same seat to another person, or with its person to another group."""
        to_person = change.to_grantee if change.kind == "reassign" else change.grantee
        if change.kind == "reassign":
            self.check_not_held(change.seat_type, to_person, ledger)
        return {"kind": EventKind.SEAT_REASSIGNED, "to_grantee": to_person}

    def bought(self, change: SeatChange, ledger: OpenLedger) -> Mapping[str, Any]:
        """So many active seats in all from now on."""
        free = ledger.balances.free(change.seat_type)
        free -= self.reserved[ledger.subscription.pk, change.seat_type]
        if change.quantity < 0 and free + change.quantity < 0:
            raise SeatsInUse(change.seat_type, max(free, 0))
        wanted = ledger.balances.active(change.seat_type) + change.quantity
        return {"kind": EventKind.QUANTITY_SET, "quantity": wanted}

    def places_of(
        self, change: SeatChange, ledger: OpenLedger
    ) -> tuple[SeatPlace | None, SeatPlace | None]:
        """
        Where a seat leaves and where it joins, None for neither.

        :raises Refusal: GroupUnknown or GroupClosed
        """
        if change.kind == "buy":
            return None, None
        subscription = str(ledger.subscription.pk)
        key = self.batch.key_of(change.grantee) or ""
        is_new = change.kind in NEW_SEATS
        held_in = ledger.group_so_far(change.seat_type, key)
        leaves = None if is_new else SeatPlace(held_in, SeatLine(subscription, change.seat_type))
        if change.kind == "release":
            return leaves, None
        seat_type = change.to_seat_type or change.seat_type
        joins = held_in
        if change.group or is_new:
            found = self.batch.groups.get((self.customer_id, change.group or EVERYONE))
            if found is None:
                raise GroupUnknown(change.group)
            if found.closed_at:
                raise GroupClosed(change.group)
            joins = found.pk
        return leaves, SeatPlace(joins, SeatLine(subscription, seat_type))
