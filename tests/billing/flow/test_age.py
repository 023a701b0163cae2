"""Seats whose use stopped: inactive by an ordinary event, credited by the policy, back with use."""

from billing.models import EntitlementEvent
from tests.seatworld import START, SeatWorld, day, lines_of

FAIR = {"quantity_basis": "active", "inactivity_days": 10}


def test_a_seat_not_used_for_the_days_of_the_policy_is_credited_from_then(db):
    world = SeatWorld.make(FAIR)
    world.push(START)
    world.send("a1", day(1, 16), grantee="anna")
    world.send("u1", day(1, 20), kind="seat_used", grantee="anna")

    (invoice,) = world.push(day(2, 15))

    event = EntitlementEvent.objects.get(kind="seat_inactive")
    assert (event.source, event.effective_at) == ("seatledger", day(1, 30))
    assert lines_of(invoice) == [
        ("proration", 1, 7_74),  # 8.00 × 30/31
        ("credit", 1, -4_13),  # 8.00 × 16/31, from 30 January on
        ("recurring", 25, 200_00),
    ]


def test_use_brings_the_seat_back(db):
    world = SeatWorld.make(FAIR)
    world.send("a1", day(1, 16), grantee="anna")
    world.send("u1", day(1, 20), kind="seat_used", grantee="anna")
    world.push(day(1, 31))

    world.send("u2", day(2, 2), kind="seat_used", grantee="anna")

    assert world.seats() == 26


def test_seats_whose_use_nobody_reports_never_become_inactive(db):
    world = SeatWorld.make(FAIR)
    world.send("a1", day(1, 16), grantee="anna")

    world.push(day(2, 15))

    assert not EntitlementEvent.objects.filter(kind="seat_inactive").exists()


def test_aging_again_records_nothing_more(db):
    world = SeatWorld.make(FAIR)
    world.send("a1", day(1, 16), grantee="anna")
    world.send("u1", day(1, 20), kind="seat_used", grantee="anna")
    world.push(day(1, 31))

    world.push(day(2, 1))

    assert EntitlementEvent.objects.filter(kind="seat_inactive").count() == 1
