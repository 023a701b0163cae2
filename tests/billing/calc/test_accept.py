"""What events do to the ledger, and which are refused with what code."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.calc.accept import EventDraft, LedgerState, SeatBalances, accept, balances_of
from kernel.refusal import Refusal

START = datetime(2024, 6, 1, tzinfo=UTC)


class Ledger:
    """Accepts events one after the other and keeps what they wrote."""

    def __init__(
        self, *, limits: dict | None = None, seat_limit: str = "expand", **seats: int
    ) -> None:
        self.facts = []
        self.balances = SeatBalances()
        self.state = LedgerState(
            START, datetime(2025, 6, 1, tzinfo=UTC), ("member", "viewer"), self.balances,
            lambda: self.facts, limits or {}, seat_limit,
        )  # fmt: skip
        self.tell("start", "subscription_started", 0, seats=seats or {"member": 5})

    def tell(self, event_id: str, kind: str, day: int, **details: object) -> list:
        at = START + timedelta(days=day)
        event = EventDraft(event_id, kind, at, at, **{"seat_type": "member", **details})
        if kind == "subscription_started":
            event = replace(event, seat_type="")
        return self.send(event)

    def send(self, event: EventDraft) -> list:
        entries = accept(event, replace(self.state, balances=self.balances))
        for entry in entries:
            number = len(self.facts)
            fact = entry.as_fact(
                entry_id=f"entry-{number}", event_id=event.event_id, position=number
            )
            self.facts.append(fact)
        self.balances = balances_of(self.facts)
        return [
            (e.seat_type, e.from_state, e.to_state, e.quantity, e.balance_after) for e in entries
        ]


@pytest.mark.parametrize(
    ("kind", "details", "entries"),
    [
        ("seat_added", {"quantity": 2}, [("member", None, "active", 2, 7)]),
        ("seat_removed", {"quantity": 2}, [("member", "active", "removed", 2, 3)]),
        ("seat_suspended", {}, [("member", "active", "suspended", 1, 4)]),
        ("seat_inactive", {}, [("member", "active", "inactive", 1, 4)]),
        ("seat_invited", {}, [("member", None, "invited", 1, 5)]),
        ("seat_accepted", {}, [("member", None, "accepted", 1, 5)]),
        ("seat_used", {}, [("member", "active", "active", 1, 5)]),
        ("seat_reassigned", {"grantee": "ada"}, [("member", "active", "active", 1, 5)]),
        ("quantity_set", {"quantity": 8}, [("member", None, "active", 3, 8)]),
        ("quantity_set", {"quantity": 0}, [("member", "active", "removed", 5, 0)]),
        (
            "seat_moved",
            {"to_seat_type": "viewer", "quantity": 2},
            [("member", "active", "removed", 2, 3), ("viewer", None, "active", 2, 2)],
        ),
        ("price_changed", {}, [("member", None, None, 0, 5)]),
    ],
)
def test_what_an_event_writes(kind, details, entries):
    assert Ledger().tell("e1", kind, 5, **details) == entries


def test_a_suspended_seat_comes_back():
    ledger = Ledger()
    ledger.tell("e1", "seat_suspended", 5, quantity=2)

    assert ledger.tell("e2", "seat_reactivated", 6, quantity=2) == [
        ("member", "suspended", "active", 2, 5)
    ]


def test_a_named_person_gives_back_the_seat_they_hold():
    ledger = Ledger()
    ledger.tell("e1", "seat_added", 5, grantee="ada")
    ledger.tell("e2", "seat_suspended", 6, grantee="ada")

    assert ledger.tell("e3", "seat_removed", 7, grantee="ada") == [
        ("member", "suspended", "removed", 1, 5)
    ]


@pytest.mark.parametrize(
    ("kind", "day", "details", "code"),
    [
        ("seat_removed", 5, {"quantity": 6}, "seats_below_zero"),
        ("seat_added", 5, {"quantity": 0}, "quantity_not_positive"),
        ("seat_added", 5, {"seat_type": "pilot"}, "seat_type_unknown"),
        ("seat_added", -1, {}, "effective_before_subscription"),
        ("seat_added", 366, {}, "subscription_ended"),
        ("seat_reactivated", 5, {}, "nothing_to_reactivate"),
        ("seat_suspended", 5, {"quantity": 9}, "nothing_to_suspend"),
        ("correction", 5, {"corrects": "nobody"}, "correction_target_unknown"),
    ],
)
def test_an_event_that_cannot_be_applied_is_refused(kind, day, details, code):
    with pytest.raises(Refusal) as refused:
        Ledger().tell("e1", kind, day, **details)

    assert refused.value.code == code
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("before", "kind"),
    [
        ("seat_suspended", "seat_suspended"),
        ("seat_suspended", "seat_used"),
        ("seat_suspended", "seat_inactive"),
        ("seat_added", "seat_accepted"),
        ("seat_added", "seat_reactivated"),
        ("seat_invited", "seat_suspended"),
    ],
)
def test_an_event_about_a_person_moves_nobody_elses_seat(before, kind):
    # given five seats in use, of others an invited and a suspended one, and the seat of Ada
    ledger = Ledger()
    for number, other in enumerate(("seat_invited", "seat_suspended")):
        ledger.tell(other, other, 1, grantee=f"other-{number}")
    if before == "seat_suspended":
        ledger.tell("e1", "seat_added", 2, grantee="ada")
    ledger.tell("e2", before, 3, grantee="ada")

    with pytest.raises(Refusal) as refused:
        ledger.tell("e3", kind, 4, grantee="ada")

    assert refused.value.code == "seat_state_differs"


def test_an_event_in_the_far_future_is_refused():
    ledger = Ledger()
    event = EventDraft("e1", "seat_added", START + timedelta(days=500), START, seat_type="member")

    with pytest.raises(Refusal) as refused:
        accept(event, replace(ledger.state, ends_at=None, balances=ledger.balances))

    assert refused.value.code == "effective_too_far"


def test_a_late_removal_may_not_leave_a_later_one_without_seats():
    ledger = Ledger()
    ledger.tell("e1", "seat_removed", 20, quantity=4)

    with pytest.raises(Refusal) as refused:
        ledger.tell("e2", "seat_removed", 10, quantity=2)

    assert refused.value.code == "seats_below_zero"


def test_a_late_addition_knows_the_balance_at_its_time():
    ledger = Ledger()
    ledger.tell("e1", "seat_removed", 20, quantity=4)

    assert ledger.tell("e2", "seat_added", 10, quantity=2) == [("member", None, "active", 2, 7)]
    assert ledger.balances.active("member") == 3


@pytest.mark.parametrize("seat_limit", ["expand", "overage"])
def test_beyond_the_limit_is_accepted_where_the_policy_expands(seat_limit):
    ledger = Ledger(limits={"member": 6}, seat_limit=seat_limit)

    assert ledger.tell("e1", "seat_added", 5, quantity=2)[0][-1] == 7


def test_beyond_the_limit_is_refused_where_the_policy_blocks():
    ledger = Ledger(limits={"member": 6}, seat_limit="block")
    ledger.tell("e1", "seat_added", 5)

    with pytest.raises(Refusal) as refused:
        ledger.tell("e2", "seat_added", 6)

    assert refused.value.code == "seat_limit_reached"


def test_a_correction_replaces_what_it_corrects():
    ledger = Ledger()
    ledger.tell("e1", "seat_added", 5, quantity=3)

    ledger.tell("c1", "correction", 9, seat_type="", corrects="e1", new_quantity=1)

    assert ledger.balances.active("member") == 6
    assert ledger.facts[-1].corrects == "entry-1"


def test_a_voided_event_can_be_restored_by_correcting_the_correction():
    ledger = Ledger()
    ledger.tell("e1", "seat_added", 5, quantity=3)
    ledger.tell("c1", "correction", 9, seat_type="", corrects="e1", void=True)
    ledger.tell("c2", "correction", 10, seat_type="", corrects="c1")

    assert ledger.balances.active("member") == 8


def test_a_correction_that_says_the_same_is_refused():
    ledger = Ledger()
    ledger.tell("e1", "seat_added", 5, quantity=3)

    with pytest.raises(Refusal) as refused:
        ledger.tell("c1", "correction", 9, seat_type="", corrects="e1", new_quantity=3)

    assert refused.value.code == "correction_changes_nothing"


def test_a_correction_may_not_take_seats_a_later_event_used():
    ledger = Ledger()
    ledger.tell("e1", "seat_added", 5, quantity=3)
    ledger.tell("e2", "seat_removed", 6, quantity=8)

    with pytest.raises(Refusal) as refused:
        ledger.tell("c1", "correction", 9, seat_type="", corrects="e1", void=True)

    assert refused.value.code == "seats_below_zero"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["seat_added", "seat_removed", "seat_suspended"]), st.integers(1, 3)
        ),
        max_size=20,
    )
)
def test_balances_folded_one_by_one_are_those_of_the_whole_ledger(events):
    ledger = Ledger()
    stepped = ledger.balances
    for day, (kind, quantity) in enumerate(events, 1):
        before = len(ledger.facts)
        try:
            ledger.tell(f"e{day}", kind, day, quantity=quantity)
        except Refusal:
            assert len(ledger.facts) == before
        for fact in ledger.facts[before:]:
            stepped = stepped.after(fact)

    assert {t: {k: v for k, v in s.items() if v} for t, s in stepped.seats.items()} == {
        t: {k: v for k, v in s.items() if v} for t, s in ledger.balances.seats.items()
    }


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["seat_added", "seat_removed", "seat_suspended", "seat_reactivated", "seat_invited"]
            ),
            st.sampled_from(["ada", "bob", "cy"]),
        ),
        max_size=20,
    )
)
def test_free_are_the_active_seats_that_no_person_holds(events):
    ledger = Ledger()
    stepped = ledger.balances
    for day, (kind, person) in enumerate(events, 1):
        before = len(ledger.facts)
        with suppress(Refusal):
            ledger.tell(f"e{day}", kind, day, grantee=person)
        for fact in ledger.facts[before:]:
            stepped = stepped.after(fact)

    for balances in (stepped, ledger.balances):
        named = sum(state == "active" for state in balances.people.values())
        assert balances.free("member") == balances.active("member") - named
