"""Balances summed by PostgreSQL are those the fold of the entries says, in whatever order they came."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from billing.models import SeatLedgerEntry
from billing.operations.receive_events import receive_events
from billing.operations.verify_ledger import verify_chain
from billing.records.incoming import IncomingEvent
from billing.records.ledger_batch import load_ledger_batch
from tests.seatworld import SeatWorld, day, make_customer, start

KINDS = (
    "seat_added", "seat_removed", "seat_suspended", "seat_reactivated", "seat_invited", "seat_moved",
    "seat_accepted", "quantity_set",
)  # fmt: skip


def chance(random: Random, number: int, kinds=KINDS, late: float = 0.0) -> IncomingEvent:
    """An event some milliseconds after the one before it, or about an hour earlier."""
    at = day(2, 4) + timedelta(milliseconds=400 * number)
    if random.random() < late:
        at -= timedelta(milliseconds=random.choice([300, 700, 3_600_000]))
    kind = random.choice(kinds)
    to_seat_type = "viewer" if kind == "seat_moved" else ""
    return IncomingEvent(
        "product", f"e{number}", kind, "acme-team", seat_type="member", to_seat_type=to_seat_type,
        quantity=random.randint(1, 4) + 20 * (kind == "quantity_set"), effective_at=at,
    )  # fmt: skip


def balances(world: SeatWorld, *, is_summed: bool):
    """Without states that nobody is in."""
    ledger = load_ledger_batch(
        events=[], subscriptions={"acme-team": world.subscription}, is_summed=is_summed
    ).ledgers["acme-team"]
    seats = {
        (seat_type, state): count
        for seat_type, states in ledger.balances.seats.items()
        for state, count in states.items()
        if count
    }
    return bool(ledger.unread), seats, ledger.balances.latest_at


@pytest.mark.parametrize(
    ("kinds", "late", "is_summed"),
    [(KINDS, 0.0, True), (KINDS[:-1], 0.4, True), (KINDS, 0.4, False)],
)
def test_sums_are_what_the_fold_says(world, kinds, late, is_summed):
    random = Random(f"{late}")
    for number in range(25):
        world_event = chance(random, number, kinds, late)
        receive_events(events=[world_event], client=None, at=day(2, 6))

        summed, whole = (balances(world, is_summed=one) for one in (True, False))
        assert summed[1:] == whole[1:]

    assert SeatLedgerEntry.objects.count() > 15
    assert balances(world, is_summed=True)[0] == is_summed


def test_a_correction_and_a_plan_change_are_told_by_the_entries_alone(world):
    world.send("e1", day(2, 4), quantity=10)
    assert balances(world, is_summed=True)[0]

    world.send("c1", day(2, 5), kind="correction", seat_type="", corrects="e1", new_quantity=8)

    is_summed, seats, _ = balances(world, is_summed=True)
    assert (is_summed, seats) == (False, {("member", "active"): 33})


def test_a_batch_records_what_its_events_do_one_by_one(world):
    """Late events and a correction make a batch read the entries it began without."""
    other = start(world.plan, make_customer(world.entity, "globex"), "globex-team")
    random = Random(3)
    events = [chance(random, number, late=0.3) for number in range(30)]
    events[20:20] = [
        IncomingEvent("product", "c", "correction", "acme-team", corrects="e0", void=True)
    ]
    same = [replace(one, subscription="globex-team") for one in events]

    one_by_one = [receive_events(events=[one], client=None, at=day(2, 6))[0] for one in events]
    at_once = receive_events(events=same, client=None, at=day(2, 6))

    assert [(one.status, one.code) for one in at_once] == [
        (one.status, one.code) for one in one_by_one
    ]
    assert entries_of(at_once) == entries_of(one_by_one)
    assert {verify_chain(one.ledgerhead) for one in (world.customer, other.customer)} == {None}


def entries_of(answers):
    said = (
        "kind",
        "seat_type__code",
        "from_state",
        "to_state",
        "quantity",
        "balance_after",
        "voids",
    )
    events = [one.event_id for one in answers if one.event_id]
    found = SeatLedgerEntry.objects.filter(event__in=events).order_by("position")
    return list(found.values_list(*said))
