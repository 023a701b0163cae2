"""What holds when seat types, floors, prices and plans move each other."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.calc.types import Interval, LedgerFact, PriceTerms, TermsChange, Tier
from tests.billing.calc.stories import Story, flat, terms
from tests.billing.calc.test_rating_properties import by_period, policies

START = datetime(2024, 1, 15, tzinfo=UTC)
GUEST = PriceTerms("guest", "per_unit", (Tier(None, 300),), ratio_of="member", ratio_each=2)
PLANS = (
    {"member": flat(1200, "m2"), "guest": flat(200, "g2")},
    {"member": flat(500, "m3"), "host": flat(900, "h3")},
)


@st.composite
def moves(draw: st.DrawFn) -> list[tuple[int, str, int, int]]:
    """Hour, seat type, seats, hours until recorded; never below zero."""
    held = {"member": 3, "guest": 8}
    made = []
    for hour in sorted(draw(st.sets(st.integers(1, 24 * 120), max_size=6))):
        seat_type = draw(st.sampled_from(["member", "guest"]))
        size = draw(st.integers(1, 3))
        size = size if held[seat_type] < size or draw(st.booleans()) else -size
        held[seat_type] += size
        made.append((hour, seat_type, size, draw(st.sampled_from([0, 0, 7, 24 * 35]))))
    return made


@st.composite
def term_changes(draw: st.DrawFn) -> list[TermsChange]:
    """A price change, a plan change, one that changes the interval; some recorded late."""
    found = []
    for place, hour in enumerate(sorted(draw(st.sets(st.integers(1, 24 * 120), max_size=2)))):
        kind = draw(st.sampled_from(["price", "plan", "yearly"]))
        at = START + timedelta(hours=hour)
        known = at + timedelta(hours=draw(st.sampled_from([0, 0, 24 * 35])))
        prices = {"member": flat(1500, "m1")} if kind == "price" else draw(st.sampled_from(PLANS))
        found.append(
            TermsChange(
                (f"t{place}",), f"t{place}", 1000 + place, at, known, prices,
                interval=Interval("month", 12) if kind == "yearly" else None,
                plan_key=None if kind == "price" else f"plan-{place}",
            )
        )  # fmt: skip
    return found


def told(policy: dict, made: list, changes: list[TermsChange], *, at_once: bool) -> Story:
    of = terms(
        starts_on="2024-01-15", policy=policy, prices={"member": flat(1000), "guest": GUEST},
        ends_on=date(2024, 7, 3), commitment={"member": 2}, term_months=4,
    )  # fmt: skip
    events = [
        LedgerFact(
            f"e{place}", f"e{place}", 10 + place, "seat_added" if size > 0 else "seat_removed",
            seat_type, START + timedelta(hours=hour),
            START if at_once else START + timedelta(hours=hour + late),
            None if size > 0 else "active", "active" if size > 0 else "removed", abs(size),
        )
        for place, (hour, seat_type, size, late) in enumerate(made)
    ]  # fmt: skip
    if at_once:
        changes = [
            TermsChange(
                one.entry_ids, one.event_id, one.position, one.effective_at, START, one.prices,
                one.policies, one.interval, one.plan_key,
            )
            for one in changes
        ]  # fmt: skip
    return Story(of, {"member": 3, "guest": 8}, events, changes)


@given(policies(), moves(), term_changes())
@settings(max_examples=250, deadline=None)
def test_arrival_order_does_not_matter_across_types_and_plans(policy, made, changes):
    late = told(policy, made, changes, at_once=False).run("2025-06-01")
    known = told(policy, made, changes, at_once=True).run("2025-06-01")

    assert by_period(late) == by_period(known)


@given(policies(), moves(), term_changes())
@settings(max_examples=150, deadline=None)
def test_a_full_undo_of_all_events_nets_to_zero(policy, made, changes):
    undone = told(policy, made, changes, at_once=False)
    for place, event in enumerate(list(undone.events)):
        at = event.recorded_at + timedelta(days=1 + 3 * place)
        undone.correct(f"c{place}", at, event.entry_id, void=True)

    never = told(policy, [], changes, at_once=False)

    assert by_period(undone.run("2025-06-01")) == by_period(never.run("2025-06-01"))


@given(policies(), moves(), term_changes())
@settings(max_examples=150, deadline=None)
def test_every_line_names_entries_and_adds_up(policy, made, changes):
    for _, spans in told(policy, made, changes, at_once=False).run("2025-06-01"):
        for span in spans:
            assert span.entry_ids
            assert sum(span.charges.values()) == span.amount_minor
        bases = [(span.period.first, span.basis) for span in spans]
        assert len(bases) == len(set(bases))
