"""What is learned late: one adjustment a period and seat type, with both sides in its trace."""

from dataclasses import replace
from datetime import date

import pytest

from billing.calc.formula_words import formula_words
from billing.calc.types import Interval, PriceVersion, TermsChange
from kernel.refusal import Refusal
from tests.billing.calc.stories import Story, flat, lines, local, terms


def test_an_event_backdated_over_two_invoices_adjusts_both_periods():
    story = Story(terms(price_minor=3000), {"member": 5})
    story.add("late", "2024-08-10", 1, effective="2024-06-21")

    invoices = story.run("2024-09-01")
    august = invoices[-1][1]

    assert lines(invoices[-1:]) == [
        ("2024-09-01", "adjustment", 1, 1000),
        ("2024-09-01", "adjustment", 1, 3000),
        ("2024-09-01", "adjustment", 1, 3000),
        ("2024-09-01", "recurring", 6, 18000),
    ]
    assert [span.period.first.isoformat() for span in august] == [
        "2024-06-01", "2024-07-01", "2024-08-01", "2024-09-01",
    ]  # fmt: skip


def test_an_adjustment_names_the_corrected_event_and_the_correction():
    story = Story(terms(price_minor=3000), {"member": 5})
    story.add("e1", "2024-06-11", 2).correct("c1", "2024-07-05", "e1", quantity=1)

    invoices = story.run("2024-08-01")
    june, july, _ = invoices[-1][1]

    assert (june.kind, june.amount_minor, june.quantity) == ("adjustment", -2000, 1)
    assert june.entry_ids == ("e1", "c1")
    assert set(july.entry_ids) == {"start-member", "e1", "c1"}
    assert june.corrects == ("span-1",)
    assert formula_words(june.formula, "en") == (
        "20.00 due − 40.00 already invoiced (1 to 30 June) = −20.00"
    )


def test_a_moved_event_nets_into_one_adjustment_of_an_open_period():
    policy = {"increase_invoicing": "immediate"}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5})
    story.add("e1", "2024-06-11", 2)
    story.correct("c1", "2024-06-15", "e1", effective_at="2024-06-13")

    assert lines(story.run("2024-07-01"))[2:] == [
        ("2024-07-01", "adjustment", 2, -400),
        ("2024-07-01", "recurring", 7, 21000),
    ]


def test_of_a_correction_of_a_correction_the_last_known_wins():
    story = Story(terms(price_minor=3000), {"member": 5})
    story.add("e1", "2024-06-11", 2)
    story.correct("c1", "2024-07-05", "e1", void=True)
    story.correct("c2", "2024-07-06", "c1", void=False)

    assert lines(story.run("2024-08-01"))[-1:] == [("2024-08-01", "recurring", 7, 21000)]


def test_a_correction_before_the_invoice_leaves_no_trace_of_the_error():
    story = Story(terms(price_minor=3000), {"member": 5})
    story.add("e1", "2024-06-11", 2).correct("c1", "2024-06-12", "e1", quantity=1)

    assert lines(story.run("2024-07-01"))[1:] == [
        ("2024-07-01", "proration", 1, 2000),
        ("2024-07-01", "recurring", 6, 18000),
    ]


def test_a_correction_under_a_refunding_policy_is_a_credit_note_at_once():
    policy = {"credit_application": "refund"}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5})
    story.add("e1", "2024-06-11", 2).correct("c1", "2024-07-05", "e1", void=True)

    (at, spans) = story.run("2024-07-31")[-1]

    assert at == local("2024-07-05")
    assert [(span.disposition, span.amount_minor) for span in spans] == [
        ("credit_note", -4000),
        ("credit_note", -6000),
    ]


def test_more_of_the_same_on_a_billed_day_is_its_own_line():
    policy = {"increase_invoicing": "immediate"}
    story = Story(terms(policy=policy, price_minor=3000), {"member": 5})
    story.add("a", "2024-06-11T09:00", 1).add("b", "2024-06-11T15:00", 2)
    story.remove("r", "2024-06-11T18:00", 1)

    assert lines(story.run("2024-07-01"))[1:4] == [
        ("2024-06-11", "proration", 1, 2000),
        ("2024-06-11", "proration", 2, 4000),
        ("2024-07-01", "credit", 1, -2000),
    ]


def test_a_price_change_in_the_middle_is_a_pair():
    at = local("2024-06-16")
    story = Story(terms(price_minor=3000), {"member": 4})
    story.changes.append(TermsChange(("p1",), "p1", 50, at, at, {"member": flat(3600, "new")}))

    assert lines(story.run("2024-07-01"))[1:] == [
        ("2024-07-01", "credit", 4, -6000),
        ("2024-07-01", "proration", 4, 7200),
        ("2024-07-01", "recurring", 4, 14400),
    ]


def test_a_plan_change_to_a_year_starts_a_new_cycle_that_day():
    at = local("2024-06-16")
    story = Story(terms(price_minor=3000), {"member": 4})
    story.changes.append(
        TermsChange(
            ("p1",), "p1", 50, at, at, {"member": flat(30000, "new")}, interval=Interval("month", 12),
            plan_key="yearly",
        )
    )  # fmt: skip

    assert lines(story.run("2025-06-16")) == [
        ("2024-06-01", "recurring", 4, 12000),
        ("2024-06-16", "credit", 4, -6000),
        ("2024-06-16", "recurring", 4, 120000),
        ("2025-06-16", "recurring", 4, 120000),
    ]


def test_a_catalog_price_takes_effect_with_the_next_period():
    of = terms(
        price_minor=3000,
        price_versions=(PriceVersion(date(2024, 6, 15), "member", flat(3300, "v2")),),
    )

    assert lines(Story(of, {"member": 1}).run("2024-07-01")) == [
        ("2024-06-01", "recurring", 1, 3000),
        ("2024-07-01", "recurring", 1, 3300),
    ]


def test_a_new_seat_type_of_another_plan_is_billed():
    at = local("2024-06-16")
    story = Story(terms(price_minor=3000), {"member": 4})
    new = {"member": flat(3000, "m2"), "guest": flat(600, "g2")}
    story.changes.append(TermsChange(("p1",), "p1", 50, at, at, new, plan_key="other"))
    story.add("g", "2024-06-21", 1, seat_type="guest")

    assert lines(story.run("2024-07-01"))[1:] == [
        ("2024-07-01", "proration", 1, 200),
        ("2024-07-01", "recurring", 4, 12000),
        ("2024-07-01", "recurring", 1, 600),
    ]


def test_of_two_plan_changes_on_one_day_only_the_last_is_billed():
    story = Story(terms(price_minor=3000), {"member": 4})
    for place, (hour, minor) in enumerate([("09:00", 9000), ("15:00", 3600)]):
        at = local(f"2024-06-16T{hour}")
        story.changes.append(
            TermsChange(
                (f"p{place}",), f"p{place}", 50 + place, at, at, {"member": flat(minor, f"new-{place}")},
                plan_key=f"plan-{place}",
            )
        )  # fmt: skip

    assert lines(story.run("2024-07-01"))[1:3] == [
        ("2024-07-01", "credit", 4, -6000),
        ("2024-07-01", "proration", 4, 7200),
    ]


def test_seats_without_a_price_are_refused_rather_than_given_away():
    of = replace(terms(), seat_types=("member", "guest"))
    story = Story(of, {"member": 1}).add("g", "2024-06-11", seat_type="guest")

    with pytest.raises(Refusal) as refused:
        story.run("2024-07-01")

    assert refused.value.code == "price_missing"
