"""Inside a pause nothing is planned, whatever was due before it."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from dunning.calc.facts import Hold, Taken
from dunning.calc.ladder import ladder
from tests.dunning.calc.stories import MONDAY, TERMS, facts


@given(day=st.integers(0, 90), length=st.integers(1, 90), looked=st.integers(0, 90))
def test_no_step_is_planned_inside_a_pause(day, length, looked):
    since = MONDAY + timedelta(days=day)
    hold = Hold(since, since + timedelta(days=length))
    now = since + timedelta(days=min(looked, length))

    steps = ladder(TERMS, facts(holds=(hold,)), now)

    assert steps
    assert all(not hold.since <= max(step.at, now) < hold.until for step in steps)


def test_what_was_due_before_a_pause_and_waited_for_a_charge_comes_after_it():
    now = MONDAY + timedelta(days=20)
    case = facts(holds=(Hold(now, now + timedelta(days=10)),))

    assert {step.at >= now + timedelta(days=10) for step in ladder(TERMS, case, now)} == {True}


def test_the_end_does_not_come_in_a_pause_because_a_message_was_written_before_it():
    now = MONDAY + timedelta(days=60)
    written = tuple(
        Taken(f"message:{step.day}:{step.template}", now - timedelta(days=1))
        for step in TERMS.messages
    )
    case = facts(
        basis="overdue", method=None, tries=(), taken=written,
        holds=(Hold(now, now + timedelta(days=30)),),
    )  # fmt: skip

    (end,) = ladder(TERMS, case, now)

    assert end.key == "end"
    assert end.at >= now + timedelta(days=30)
