"""Who holds which seat when, told by spans and by folding the ledger, is the same at every instant."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.calc.accept import EventDraft, balances_of
from billing.calc.holdings import holdings_of
from kernel.refusal import Refusal
from tests.billing.calc.test_accept import START, Ledger

PEOPLE = ["ada", "bob", "cy"]
VERBS = [
    "seat_added", "seat_invited", "seat_accepted", "seat_used", "seat_suspended", "seat_reactivated",
    "seat_removed", "seat_inactive",
]  # fmt: skip
PERSON = st.sampled_from(PEOPLE)
SEAT = st.sampled_from(["member", "viewer"])
PLAIN = st.tuples(st.sampled_from(VERBS), PERSON, st.none(), SEAT, st.integers(1, 30))
GIVEN = st.tuples(
    st.just("seat_reassigned"), st.none() | PERSON, st.none() | PERSON, SEAT, st.integers(1, 30)
)
MOVED = st.tuples(st.just("seat_moved"), PERSON, st.none(), SEAT, st.integers(1, 30))
VOID = st.tuples(st.just("correction"), st.none(), st.none(), SEAT, st.integers(0, 12))


def told(story) -> Ledger:
    """A ledger after the story; what is refused did not happen."""
    ledger = Ledger(member=2, viewer=2)
    for number, (kind, person, other, seat_type, day) in enumerate(story):
        with suppress(Refusal):
            if kind == "correction":
                at = START + timedelta(days=31)
                ledger.send(EventDraft(f"e{number}", kind, at, at, corrects=f"e{day}", void=True))
                continue
            to_type = "viewer" if seat_type == "member" else "member"
            ledger.tell(
                f"e{number}", kind, day, seat_type=seat_type, grantee=person, to_grantee=other,
                to_seat_type=to_type if kind == "seat_moved" else "",
            )  # fmt: skip
    return ledger


@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(PLAIN, GIVEN, MOVED, VOID), max_size=12))
def test_spans_say_at_every_instant_what_the_ledger_says(story):
    ledger = told(story)
    spans = holdings_of(ledger.facts)
    for day in range(33):
        at = START + timedelta(days=day, hours=1)
        now = {
            (one.seat_type, one.grantee): one.state
            for one in spans
            if one.from_at <= at and (one.until_at is None or at < one.until_at)
        }
        held = {key: state for key, state in now.items() if state != "removed"}
        assert held == balances_of(ledger.facts, at=at).people


@given(st.lists(st.one_of(PLAIN, GIVEN, MOVED, VOID), max_size=12))
def test_spans_of_some_people_are_theirs_among_all(story):
    ledger = told(story)
    wanted = tuple(one for one in holdings_of(ledger.facts) if one.grantee in {"ada", "bob"})
    assert holdings_of(ledger.facts, people={"ada", "bob"}) == wanted


@given(st.lists(st.one_of(PLAIN, GIVEN, MOVED), max_size=12))
def test_one_person_has_at_most_one_open_span_of_a_seat_type(story):
    spans = holdings_of(told(story).facts)
    open_spans = [(one.grantee, one.seat_type) for one in spans if one.until_at is None]
    assert len(open_spans) == len(set(open_spans))


def test_a_plan_change_begins_a_span_of_its_own():
    ledger = Ledger(member=2)
    ledger.tell("e1", "seat_added", 3, grantee="ada")
    ledger.tell("e2", "plan_changed", 9, seat_types=("member", "viewer"))
    assert [(one.state, one.event_id, one.from_at.day) for one in holdings_of(ledger.facts)] == [
        ("active", "e1", 4), ("active", "e2", 10),
    ]  # fmt: skip
