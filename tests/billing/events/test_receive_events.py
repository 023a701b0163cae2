"""What becomes of events: accepted, here before, or refused with nothing stored."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from accounts.models import Grantee, Group
from billing.models import EntitlementEvent, SeatLedgerEntry
from billing.operations.receive_events import receive_events
from billing.records.incoming import IncomingEvent
from tests.seatworld import SeatWorld, day, make_plan


def test_an_event_makes_an_entry_with_the_balance_after_it(world):
    answer = world.send("e1", day(2, 4), quantity=10)

    assert answer.status == "accepted"
    entry = SeatLedgerEntry.objects.get(event=answer.event_id)
    assert (entry.quantity, entry.balance_after, entry.to_state) == (10, 35, "active")
    assert entry.billing_cycle_anchor == day(1, 15).date()


def test_the_same_event_again_is_a_duplicate_with_the_first_answer(world):
    first = world.send("e1", day(2, 4), quantity=10)

    again = world.send("e1", day(2, 5), quantity=10)

    assert (again.status, again.event_id) == ("duplicate", first.event_id)
    assert world.seats() == 35


def test_the_same_id_with_other_content_is_a_conflict(world):
    world.send("e1", day(2, 4), quantity=10)

    answer = world.send("e1", day(2, 5), quantity=11)

    assert (answer.status, answer.code) == ("refused", "event_conflict")
    assert world.seats() == 35


def test_another_source_may_use_the_same_id(world):
    world.send("1", day(2, 4), quantity=10)

    answer = world.send("1", day(2, 5), quantity=10, source="directory")

    assert answer.status == "accepted"
    assert world.seats() == 45


@pytest.mark.parametrize(
    ("event", "code"),
    [
        ({"kind": "seat_removed", "quantity": 26}, "seats_below_zero"),
        ({"seat_type": "pilot"}, "seat_type_unknown"),
        ({"subscription": "nobody"}, "subscription_unknown"),
        ({"customer": "somebody-else"}, "customer_unknown"),
        ({"effective_at": day(1, 14)}, "effective_before_subscription"),
        ({"effective_at": day(2, 4).replace(year=2028)}, "effective_too_far"),
        ({"quantity": 0}, "quantity_not_positive"),
        ({"kind": "seat_reactivated"}, "nothing_to_reactivate"),
        ({"kind": "correction", "corrects": "never-sent", "void": True}, "correction_target_unknown"),
        ({"group": "nowhere"}, "group_unknown"),
        ({"kind": "seat_used"}, "grantee_missing"),
        ({"kind": "plan_changed", "seat_type": "", "plan": "gone"}, "plan_unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_stores_nothing(world, event, code):
    before = (EntitlementEvent.objects.count(), SeatLedgerEntry.objects.count())

    answer = world.send("e1", day(2, 4), **event)

    assert (answer.status, answer.code) == ("refused", code)
    assert answer.message.endswith(".")
    assert (EntitlementEvent.objects.count(), SeatLedgerEntry.objects.count()) == before


@pytest.fixture
def closed(world) -> Group:
    """Sales, where Anna still holds a seat, as events late and early leave it behind."""
    group = Group.objects.create(customer=world.customer, external_id="sales", name="Sales")
    assert world.send("anna", day(2, 1), grantee="anna", group="sales").status == "accepted"
    group.closed_at = day(2, 2)
    group.save()
    return group


@pytest.mark.parametrize(
    "event",
    [
        {"grantee": "ada"},
        {"quantity": 3},
        {"grantee": "ada", "effective_at": day(2, 1)},
        {"kind": "seat_invited", "grantee": "ada"},
        {"kind": "seat_moved", "to_seat_type": "viewer", "grantee": "anna"},
        {"kind": "seat_reassigned", "grantee": "anna", "to_grantee": "ada"},
    ],
)
def test_an_event_that_brings_somebody_into_a_closed_group_is_refused(world, closed, event):
    answer = world.send("e1", day(2, 4), group="sales", **event)

    assert (answer.status, answer.code) == ("refused", "group_closed")
    assert "Name another group" in answer.message
    assert not Grantee.objects.filter(external_id="ada").exists()


@pytest.mark.parametrize("kind", ["seat_removed", "seat_reassigned"])
def test_an_event_that_only_takes_somebody_out_of_a_closed_group_passes(world, closed, kind):
    taken = world.send("e1", day(2, 4), kind=kind, grantee="anna", group="sales")
    again = world.send("anna", day(2, 4), grantee="anna", group="sales")
    back = world.send("e2", day(2, 5), grantee="anna")

    assert (taken.status, again.status, back.status) == ("accepted", "duplicate", "accepted")
    groups = SeatLedgerEntry.objects.filter(grantee__external_id="anna").order_by("position")
    assert groups.last().group.external_id == "everyone"


def test_a_removal_that_a_later_event_leaves_no_room_for_is_refused(world):
    world.send("e1", day(2, 20), kind="seat_removed", quantity=20)

    late = world.send("e2", day(2, 21), kind="seat_removed", quantity=6, effective_at=day(2, 1))

    assert (late.status, late.code) == ("refused", "seats_below_zero")


def test_a_correction_replaces_and_a_correction_of_it_replaces_again(world):
    world.send("e1", day(2, 4), quantity=10)
    world.send("c1", day(2, 5), kind="correction", seat_type="", corrects="e1", new_quantity=8)

    answer = world.send("c2", day(2, 6), kind="correction", seat_type="", corrects="e1", void=True)

    assert answer.status == "accepted"
    chain = SeatLedgerEntry.objects.filter(kind="correction").order_by("position")
    first, second = chain
    assert (first.balance_after, second.balance_after) == (33, 25)
    assert second.corrects_id == first.pk
    assert second.voids


def test_a_move_is_one_event_with_an_entry_for_each_seat_type(world):
    answer = world.send("m1", day(2, 4), kind="seat_moved", to_seat_type="viewer", quantity=3)

    balances = SeatLedgerEntry.objects.filter(event=answer.event_id).values_list(
        "seat_type__code", "balance_after"
    )
    assert dict(balances) == {"member": 22, "viewer": 3}


def test_a_person_is_known_from_the_first_mention(world):
    world.send("e1", day(2, 4), grantee="anna")

    membership = world.customer.memberships.get()
    assert (membership.grantee.external_id, membership.group.external_id) == ("anna", "everyone")


def test_the_limit_of_the_plan_counts_at_once_for_every_subscription(db):
    world = SeatWorld.make({"seat_limit": "block"})
    seat_type = world.plan.seat_types.get(code="member")
    seat_type.seat_limit = 30
    seat_type.save()

    allowed = world.send("e1", day(2, 4), quantity=5)
    refused = world.send("e2", day(2, 5), quantity=1)
    seat_type.seat_limit = 40
    seat_type.save()
    raised = world.send("e3", day(2, 6), quantity=1)

    assert [one.status for one in (allowed, refused, raised)] == ["accepted", "refused", "accepted"]
    assert refused.code == "seat_limit_reached"


def test_without_a_plan_limit_the_purchased_quantity_blocks_until_more_is_bought(db):
    world = SeatWorld.make({"seat_limit": "block"})

    refused = world.send("e1", day(2, 4))
    bought = world.send("e2", day(2, 5), kind="quantity_set", quantity=26)

    assert (refused.code, bought.status) == ("seat_limit_reached", "accepted")


def test_a_plan_that_lacks_a_held_seat_type_is_refused(world):
    make_plan({}, code="solo", pilot=900)

    answer = world.send("p1", day(2, 4), kind="plan_changed", seat_type="", plan="solo")

    assert answer.code == "plan_lacks_seat_type"


def test_ten_racing_requests_with_one_event_record_it_once(committed_world):
    event = IncomingEvent(
        source="product", source_event_id="e1", kind="seat_added",
        subscription="acme-team", seat_type="member", quantity=10,
    )  # fmt: skip

    def send(_: int) -> str:
        try:
            (answer,) = receive_events(events=[event], client=None, at=day(2, 4))
            return answer.status
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        statuses = sorted(threads.map(send, range(10)))

    assert statuses == ["accepted", *["duplicate"] * 9]
    assert committed_world.seats() == 35


def test_of_two_racing_removals_of_the_last_seats_one_is_refused(committed_world):
    def remove(number: int) -> str:
        event = IncomingEvent(
            source="product", source_event_id=f"r{number}", kind="seat_removed",
            subscription="acme-team", seat_type="member", quantity=25,
        )  # fmt: skip
        try:
            (answer,) = receive_events(events=[event], client=None, at=day(2, 4))
            return answer.code or answer.status
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = sorted(threads.map(remove, range(2)))

    assert outcomes == ["accepted", "seats_below_zero"]


def test_a_batch_takes_as_many_statements_for_a_hundred_events_as_for_two(
    world, django_assert_max_num_queries
):
    def events(count: int, name: str) -> list[IncomingEvent]:
        return [
            IncomingEvent(
                source="product", source_event_id=f"{name}{number}", kind="seat_added",
                subscription="acme-team", seat_type="member",
            )
            for number in range(count)
        ]  # fmt: skip

    for size in (2, 100):
        with django_assert_max_num_queries(16):
            receive_events(events=events(size, f"n{size}-"), client=None, at=day(2, 4))

    assert world.seats() == 127


def test_a_named_person_gives_back_the_seat_they_hold_also_in_a_later_request(world):
    world.send("e1", day(2, 4), grantee="anna")
    world.send("e2", day(2, 5), grantee="anna", kind="seat_suspended")
    assert world.seats() == 25

    world.send("e3", day(2, 6), grantee="anna", kind="seat_removed")

    removal = SeatLedgerEntry.objects.get(event__source_event_id="e3")
    assert (removal.from_state, world.seats()) == ("suspended", 25)
