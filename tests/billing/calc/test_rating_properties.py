"""What holds for every history and every policy."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from billing.calc.policy import CHOICES
from billing.calc.rating import rate
from billing.calc.types import Interval, LedgerFact, PriceTerms, RatingInput, Tier
from kernel.period import Period
from tests.billing.calc.stories import Story, as_billed, flat, terms

START = datetime(2024, 1, 15, tzinfo=UTC)
END = date(2024, 8, 20)
INTERVALS = st.sampled_from(
    [Interval("month", 1), Interval("month", 3), Interval("month", 12), Interval("week", 2)]
)
TIERED = st.sampled_from(
    [
        flat(1000),
        flat(799),
        PriceTerms("graduated", "graduated", (Tier(3, 1000), Tier(None, 700))),
        PriceTerms("volume", "volume", (Tier(3, 1000), Tier(None, 700))),
        PriceTerms("package", "package", (Tier(5, 4000),)),
        PriceTerms("stairs", "stairstep", (Tier(3, 3000), Tier(10, 7000), Tier(None, 20000))),
    ]
)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, object]:
    """Any combination of settings."""
    chosen: dict[str, object] = {
        name: draw(st.sampled_from(values))
        for name, values in CHOICES.items()
        if name not in ("activation", "seat_limit")
    }
    for name, most in (
        ("minimum_seats", 4),
        ("increase_grace_days", 9),
        ("downgrade_lock_days", 9),
    ):
        chosen[name] = draw(st.sampled_from([0, 0, most]))
    chosen["decrease_window_hours"] = draw(st.sampled_from([0, 0, 72]))
    chosen["threshold_amount"] = "15.00"
    return chosen


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[int, int, int]]:
    """Adds and removals that never go below zero: hour after the start, seats, hours until recorded."""
    held, changes = 3, []
    for hour in sorted(draw(st.sets(st.integers(1, 24 * 200), max_size=7))):
        size = draw(st.integers(1, 3))
        size = size if held < size or draw(st.booleans()) else -size
        held += size
        changes.append((hour, size, draw(st.sampled_from([0, 0, 5, 24 * 40]))))
    return changes


def facts_of(history: list[tuple[int, int, int]], *, at_once: bool = False) -> list[LedgerFact]:
    return [
        LedgerFact(
            f"e{place}", f"e{place}", 10 + place, "seat_added" if size > 0 else "seat_removed",
            "member", START + timedelta(hours=hour),
            START if at_once else START + timedelta(hours=hour + late),
            None if size > 0 else "active", "active" if size > 0 else "removed", abs(size),
        )
        for place, (hour, size, late) in enumerate(history)
    ]  # fmt: skip


def by_period(invoices: list) -> dict[tuple[date, str], int]:
    sums: dict[tuple[date, str], int] = defaultdict(int)
    for _, spans in invoices:
        for span in spans:
            sums[span.period.first, span.seat_type] += span.amount_minor
    return {key: minor for key, minor in sums.items() if minor}


def story(
    policy: dict[str, object], events: list[LedgerFact], price: PriceTerms, interval: Interval,
    zone: str = "UTC",
) -> Story:  # fmt: skip
    of = terms(
        zone=zone,
        starts_on="2024-01-15", policy=policy, prices={"member": price}, interval=interval,
        ends_on=END,
    )  # fmt: skip
    return Story(of, {"member": 3}, events)


@given(policies(), histories(), TIERED, INTERVALS, st.sampled_from(["UTC", "Europe/Berlin"]))
@settings(max_examples=250, deadline=None)
def test_arrival_order_does_not_matter(policy, history, price, interval, zone):
    at_once = facts_of(history, at_once=True)
    late = story(policy, facts_of(history), price, interval, zone).run("2025-06-01")
    known = story(policy, at_once, price, interval, zone).run("2025-06-01")

    assert by_period(late) == by_period(known)


@given(policies(), histories(), TIERED, INTERVALS)
@settings(max_examples=250, deadline=None)
def test_a_full_undo_nets_to_zero(policy, history, price, interval):
    events = facts_of(history)
    undone = story(policy, list(events), price, interval)
    for place, event in enumerate(events):
        at = event.recorded_at + timedelta(days=1 + 3 * place)
        undone.correct(f"c{place}", at, event.entry_id, void=True)

    never = story(policy, [], price, interval)

    assert by_period(undone.run("2025-06-01")) == by_period(never.run("2025-06-01"))


@given(policies(), histories(), TIERED, INTERVALS)
@settings(max_examples=120, deadline=None)
def test_parts_add_up_and_every_line_names_its_entries(policy, history, price, interval):
    for _, spans in story(policy, facts_of(history), price, interval).run("2025-06-01"):
        for span in spans:
            assert sum(span.charges.values()) == span.amount_minor
            assert span.entry_ids
            assert span.quantity >= 0


@given(
    histories(),
    st.sampled_from(["net", "paired"]),
    st.sampled_from(["in_advance", "in_arrears"]),
    TIERED,
    st.sampled_from([0, 0, 5]),
)
@settings(max_examples=200, deadline=None)
def test_lines_of_a_period_sum_to_the_integral_of_the_price_over_time(
    history, style, timing, price, minimum
):
    policy = {"line_style": style, "billing_timing": timing, "minimum_seats": minimum}
    invoices = story(policy, facts_of(history), price, Interval("month", 1)).run("2025-06-01")

    lines: dict[date, list] = defaultdict(list)
    for _, spans in invoices:
        for span in spans:
            lines[span.period.first].append(span)
    for spans in lines.values():
        exact = integral(history, spans[0].period, price, minimum)
        assert abs(sum(span.amount_minor for span in spans) - exact) <= Fraction(len(spans) + 20, 2)


def integral(history: list, period: Period, price: PriceTerms, minimum: int) -> Fraction:
    """The price of the seats of every day, never fewer than the minimum, over the days of the period."""
    total = Fraction(0)
    for i in range(period.days):
        day = period.first + timedelta(days=i)
        after = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
        seats = 3 + sum(size for hour, size, _ in history if START + timedelta(hours=hour) < after)
        if day < END:
            total += Fraction(price.charge(max(seats, minimum)), period.days)
    return total


@given(policies(), histories(), TIERED)
@settings(max_examples=120, deadline=None)
def test_rating_the_same_knowledge_again_adds_nothing(policy, history, price):
    events = facts_of(history)
    told = story(policy, events, price, Interval("month", 1))
    known = tuple(told.start + events)
    at = datetime(2024, 5, 2, tzinfo=UTC)
    once = rate(RatingInput(told.terms, known, (), (), at))
    billed = tuple(as_billed(once.spans))

    again = rate(RatingInput(told.terms, known, (), billed, at, None, None))

    assert again.spans == ()


@given(policies(), histories(), TIERED, INTERVALS)
@settings(max_examples=250, deadline=None)
def test_a_credit_never_exceeds_what_was_invoiced_less_earlier_credits(
    policy, history, price, interval
):
    told = story(policy, facts_of(history), price, interval)
    at = START + timedelta(minutes=30)
    first = LedgerFact("x", "x", 5, "seat_added", "member", at, at, None, "active", 3)

    invoiced: dict[date, int] = defaultdict(int)
    for _, spans in Story(told.terms, {"member": 0}, [first, *told.events]).run("2025-06-01"):
        for span in spans:
            invoiced[span.period.first] += span.amount_minor
        assert min(invoiced.values()) >= 0
