"""Wishes become ordinary events; limits, pools and free seats are looked at under one lock."""

from datetime import timedelta

import pytest

from accounts.models import Group, Membership
from billing.calc.seat_changes import SeatChange
from billing.models import EntitlementEvent, SeatHolding, SeatLedgerEntry
from billing.operations.change_seats import change_seats
from billing.operations.foresee_seats import foresee_seats
from billing.operations.preview_invoice import preview_invoice
from billing.operations.verify_ledger import verify_chain
from billing.queries.seat_room import seat_room
from tests.seatworld import SeatWorld, day

NOON = day(2, 4, 12)


def wish(kind, person="", **more):
    said = {"subscription": "acme-team", "seat_type": "member", "grantee": person}
    return SeatChange(kind=kind, **{**said, **more})


def ask(world, *changes, request_id="r1", at=NOON, **more):
    return change_seats(
        customer_id=world.customer.pk, changes=changes, source="portal", request_id=request_id,
        actor="Olga Owner", at=at, **more,
    )  # fmt: skip


def states(world, at=NOON):
    """Who holds a seat, in which state and group, at an instant."""
    rows = SeatHolding.objects.filter(customer=world.customer, from_at__lte=at).exclude(
        until_at__lte=at
    )
    return {
        (one.grantee.external_id, one.seat_type.code): (one.state, one.group.name)
        for one in rows.select_related("grantee", "seat_type", "group")
    }


def test_a_person_gets_a_free_bought_seat_before_one_is_added(world):
    # given 25 seats that are nobody's
    answers = ask(world, wish("assign", "ada"), wish("assign", "bob"))
    assert [one.status for one in answers] == ["accepted", "accepted"]
    assert world.seats() == 25
    assert states(world) == {
        ("ada", "member"): ("active", "Everyone"),
        ("bob", "member"): ("active", "Everyone"),
    }
    (room,) = [one for one in seat_room(customer_id=world.customer.pk, at=NOON) if one.named]
    assert (room.held, room.named, room.free) == (25, 2, 23)


def test_without_a_free_seat_one_is_added(db):
    world = SeatWorld.make(seats={"member": 1})
    ask(world, wish("assign", "ada"), wish("assign", "bob"))
    assert world.seats() == 2


def test_at_the_limit_the_answer_says_so_and_nothing_is_stored(db):
    world = SeatWorld.make({"seat_limit": "block"}, seats={"member": 1})
    first, second = ask(world, wish("assign", "ada"), wish("assign", "bob"))
    assert (first.status, second.status, second.code) == (
        "accepted", "refused", "seat_limit_reached",
    )  # fmt: skip
    assert ask(world, wish("buy", quantity=1), request_id="r2")[0].status == "accepted"
    assert ask(world, wish("assign", "bob"), request_id="r3")[0].status == "accepted"
    assert world.seats() == 2


def test_one_refusal_stops_all_where_all_or_nothing_is_asked(world):
    before = EntitlementEvent.objects.count()
    answers = ask(world, wish("assign", "ada"), wish("release", "nobody"), all_or_nothing=True)
    assert [one.code for one in answers] == ["nothing_done", "seat_not_held"]
    assert EntitlementEvent.objects.count() == before


def test_the_same_request_again_changes_nothing(world):
    ask(world, wish("assign", "ada"))
    (again,) = ask(world, wish("assign", "ada"))
    assert (again.status, world.seats()) == ("duplicate", 25)


def test_nobody_is_released_in_place_of_another(world):
    ask(world, wish("assign", "ada"))
    for verb in ("release", "suspend", "reassign", "change_type", "accept"):
        (answer,) = ask(world, wish(verb, "bob", to_grantee="cy"), request_id=verb)
        assert answer.code == "seat_not_held"


def test_nobody_holds_two_seats_of_a_type(world):
    ask(world, wish("assign", "ada"), wish("assign", "ada", seat_type="viewer"))
    for verb in ("assign", "change_type", "accept"):
        (answer,) = ask(world, wish(verb, "ada", to_seat_type="viewer"), request_id=verb)
        assert answer.code == "seat_held_already"
    assert (world.seats(), world.seats("viewer")) == (25, 1)


def test_a_released_seat_goes_or_stays_as_it_is_counted_or_bought(db):
    world = SeatWorld.make({"quantity_basis": "purchased"})
    ask(world, wish("assign", "ada"), wish("suspend", "ada"), wish("release", "ada"))
    assert world.seats() == 25
    assert states(world) == {("ada", "member"): ("removed", "Everyone")}


def test_a_reassigned_seat_leaves_its_person_and_stays_in_the_group(world):
    Group.objects.create(customer=world.customer, external_id="sales", name="Sales")
    ask(world, wish("assign", "ada", group="sales"))
    ask(world, wish("reassign", "ada", to_grantee="bob"), request_id="r2", at=day(2, 5))
    assert world.seats() == 25
    assert states(world, day(2, 5)) == {
        ("ada", "member"): ("removed", "Sales"),
        ("bob", "member"): ("active", "Sales"),
    }
    last = SeatLedgerEntry.objects.latest("position")
    assert (last.from_grantee.external_id, last.grantee.external_id) == ("ada", "bob")
    assert verify_chain(world.customer.ledgerhead) is None


def test_each_seat_of_a_person_stays_in_its_own_group(world):
    for name in ("design", "sales"):
        Group.objects.create(customer=world.customer, external_id=name, name=name)
    ask(
        world,
        wish("assign", "ada", group="design"),
        wish("assign", "ada", seat_type="viewer", group="sales"),
        wish("suspend", "ada"),
    )
    ask(world, wish("reassign", "ada", to_grantee="bob"), request_id="r2", at=day(2, 5))
    assert states(world)["ada", "member"] == ("suspended", "design")
    assert states(world, day(2, 5))["bob", "member"] == ("active", "design")
    assert not Membership.objects.filter(grantee__external_id="bob", group__name="sales").exists()


def test_a_person_moves_to_another_group_with_the_seat_as_it_is(world):
    Group.objects.create(customer=world.customer, external_id="sales", name="Sales")
    ask(world, wish("assign", "ada"), wish("suspend", "ada"), wish("regroup", "ada", group="sales"))
    assert states(world) == {("ada", "member"): ("suspended", "Sales")}


def test_a_pool_holds_for_the_group_and_all_below_it(world):
    sales = Group.objects.create(
        customer=world.customer, external_id="sales", name="Sales", seat_pool=2
    )
    Group.objects.create(customer=world.customer, external_id="north", name="North", parent=sales)
    answers = ask(
        world,
        wish("assign", "ada", group="sales"),
        wish("assign", "bob", group="north"),
        wish("assign", "cy", group="north"),
        wish("regroup", "bob", group="sales"),
        wish("release", "ada"),
        wish("assign", "cy", group="north"),
    )
    assert [one.code or one.status for one in answers] == [
        "accepted", "accepted", "group_pool_exhausted", "accepted", "accepted", "accepted",
    ]  # fmt: skip


def test_seats_people_hold_cannot_be_given_back(db):
    world = SeatWorld.make(seats={"member": 3})
    ask(world, wish("assign", "ada"), wish("assign", "bob"))
    taken, given = ask(world, wish("buy", quantity=-2), wish("buy", quantity=-1), request_id="r2")
    assert (taken.code, given.status, world.seats()) == ("seats_in_use", "accepted", 2)


@pytest.mark.parametrize("timing", ["in_advance", "in_arrears"])
def test_the_cost_foreseen_is_what_the_preview_then_says(db, timing):
    """8.00 a month; on 4 February half a cycle of 31 days is 11 days gone: 20 of 31 remain."""
    world = SeatWorld.make({"billing_timing": timing})
    world.push(day(2, 1))
    changes = [wish("buy", quantity=10)]
    foreseen = foresee_seats(customer_id=world.customer.pk, changes=changes, at=day(2, 4))
    (cost,) = foreseen.costs
    assert (cost.renewal_minor, cost.renewal_on.isoformat()) == (8000, "2026-02-15")
    assert cost.seats == (("member", 25, 35), ("viewer", 0, 0))
    before = preview_invoice(subscription_id=world.subscription.pk, at=day(2, 4))
    ask(world, *changes, at=day(2, 4))
    after = preview_invoice(subscription_id=world.subscription.pk, at=day(2, 4))
    due = cost.now_minor + (cost.renewal_minor if timing == "in_advance" else 0)
    assert after.totals.subtotal_minor - before.totals.subtotal_minor == due


def test_foreseeing_writes_nothing(world):
    counts = EntitlementEvent.objects.count(), SeatHolding.objects.count()
    foresee_seats(customer_id=world.customer.pk, changes=[wish("assign", "ada")], at=NOON)
    assert (EntitlementEvent.objects.count(), SeatHolding.objects.count()) == counts


def test_a_correction_moves_the_spans_of_its_person(world):
    world.send("e1", day(2, 4), grantee="ada")
    world.send("c1", day(2, 6), kind="correction", corrects="e1", seat_type="", void=True)
    assert states(world, day(2, 7)) == {}
    world.send("e2", day(2, 8), grantee="ada")
    earlier = day(2, 8) - timedelta(days=3)
    world.send(
        "c2", day(2, 9), kind="correction", corrects="e2", seat_type="", new_effective_at=earlier
    )
    assert states(world, day(2, 6)) == {("ada", "member"): ("active", "Everyone")}
