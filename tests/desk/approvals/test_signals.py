"""Signals: a week unlike the others, a package nobody buys at its price, leakage by segment."""

import csv
import io
from datetime import timedelta
from fractions import Fraction

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from accounts.operations.decide_exception import decide_exception
from desk.calc.approval_signals import (
    Departure,
    PackagingSignal,
    Spike,
    packaging_signals,
    spikes,
)
from tests.desk.approvals.conftest import NOW

counts = st.lists(st.integers(0, 40), min_size=2, max_size=13)


@pytest.mark.parametrize(
    ("weeks", "is_spike"),
    [
        ([3] + [0] * 12, True),
        ([2] + [0] * 12, False),
        ([4] + [1] * 12, False),
        ([5] + [1] * 12, True),
        ([20] + [10] * 12, True),
        ([19] + [10] * 12, False),
        ([0] + [10] * 12, False),
    ],
)
def test_a_week_stands_out_against_its_usual_weeks(weeks, is_spike):
    assert bool(spikes({"Sales": weeks})) == is_spike


def test_the_largest_spike_comes_first():
    assert spikes({"A": [4, 0, 0], "B": [9, 1, 0]}) == (
        Spike("B", 9, Fraction(1, 2)),
        Spike("A", 4, Fraction(0)),
    )


@given(counts)
def test_a_usual_week_is_never_a_spike(weeks):
    usual = max(weeks[1:])

    assert spikes({"A": [min(weeks[0], usual // 2), *[usual] * 12]}) == ()


@given(counts)
def test_a_busier_week_is_a_spike_too(weeks):
    if spikes({"A": weeks}):
        assert spikes({"A": [weeks[0] + 1, *weeks[1:]]})


def test_three_customers_below_list_are_a_packaging_signal():
    rows = [Departure("team", name, Fraction(percent)) for name, percent in
            [("a", 10), ("b", 30), ("c", 20), ("c", 20)]]  # fmt: skip

    assert packaging_signals(rows) == (PackagingSignal("team", 4, 3, Fraction(20)),)
    assert packaging_signals(rows[1:]) == ()
    assert packaging_signals([Departure("", name, None) for name in "abc"]) == ()


def granted(approvals, **said):
    asked = approvals.discount(**said)
    decide_exception(
        request_id=asked.pk, verdict="approve", by=approvals.people["alma"], reason="Agreed", at=NOW
    )
    return asked


def test_a_team_that_asks_more_than_usual_is_named(approvals):
    for days in range(3):
        approvals.terms(team="Sales EMEA", at=NOW - timedelta(days=days, hours=1))
    approvals.terms(team="Sales APAC")

    page = approvals.clients["sam"].get(reverse("desk:approval_signals"))

    assert [one.name for one in page.context_data["spikes"][0][2]] == ["Sales EMEA"]
    assert "Pause what Sales EMEA is rolling out" in page.content.decode()


@pytest.mark.parametrize(
    ("segment", "name"),
    [("seller", "SW"), ("country", "DE"), ("package", "team"), ("team", "Sales EMEA")],
)
def test_leakage_is_summed_by_segment(approvals, segment, name):
    granted(approvals)

    page = approvals.clients["sam"].get(reverse("desk:approval_signals"), {"by": segment})

    (row,) = page.context_data["leakage"]
    assert (row.name, row.currency, row.requests, row.leakage_minor, row.percent_off) == (
        name, "USD", 1, 960_00, "20.0",
    )  # fmt: skip


def test_what_was_not_granted_leaks_nothing(approvals):
    approvals.discount()

    page = approvals.clients["sam"].get(reverse("desk:approval_signals"))

    assert page.context_data["leakage"] == []


def test_leakage_leaves_as_csv(approvals):
    granted(approvals)

    answer = approvals.clients["sam"].get(reverse("desk:approval_leakage_csv"), {"by": "team"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["name"], row["leakage_over_terms"], row["percent_off"]) == (
        "Sales EMEA", "960.00", "20.0",
    )  # fmt: skip
