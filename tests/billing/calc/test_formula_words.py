"""The formula of a line in words and numbers."""

import pytest

from billing.calc.formula_words import formula_words
from billing.calc.types import Interval, PriceTerms, Tier
from tests.billing.calc.stories import Story, terms

YEAR = Interval("month", 12)


def formula_of(story: Story, until: str, place: int, language: str = "en") -> str:
    spans = [span for _, spans in story.run(until) for span in spans]
    return formula_words(spans[place].formula, language)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "10 seats × 8.00 × 11/31 days (4 to 14 February) = 28.39"),
        ("de", "10 Plätze × 8,00 × 11/31 Tage (4. bis 14. Februar) = 28,39"),
        ("de-AT", "10 Plätze × 8,00 × 11/31 Tage (4. bis 14. Februar) = 28,39"),
        ("fr", "10 seats × 8.00 × 11/31 days (4 to 14 February) = 28.39"),
    ],
)
def test_ten_seats_for_eleven_days(language, words):
    story = Story(terms(starts_on="2026-01-15", price_minor=800)).add("e1", "2026-02-04", 10)

    assert formula_of(story, "2026-02-15", 1, language) == words


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        ({}, "1 seat × 120.00 × 200/365 days (15 June to 31 December) = 65.75"),
        (
            {"proration_unit": "month"},
            "1 seat × 120.00 × (6 8/15)/12 months (15 June to 31 December) = 65.33",
        ),
        (
            {"rounding_stage": "unit_rate"},
            "1 seat × 200 days × 0.33 (15 June to 31 December) = 66.00",
        ),
        (
            {"rounding_stage": "fraction"},
            "1 seat × 120.00 × 0.5479 (15 June to 31 December) = 65.75",
        ),
        (
            {"increase_proration": "full"},
            "1 seat × 120.00 (15 June to 31 December) = 120.00",
        ),
    ],
)
def test_shares_of_a_year(policy, words):
    of = terms(starts_on="2023-01-01", policy=policy, price_minor=12000, interval=YEAR)
    story = Story(of).add("e1", "2023-06-15")

    assert formula_of(story, "2024-01-01", 1) == words


def test_seats_on_a_price_table_name_the_price_for_all():
    prices = {"member": PriceTerms("p", "graduated", (Tier(5, 1000), Tier(None, 700)))}
    story = Story(terms(prices=prices), {"member": 7})

    assert formula_of(story, "2024-06-01", 0) == "64.00 for all seats (1 to 30 June) = 64.00"


def test_user_days_are_seat_days_at_the_price_of_a_month():
    of = terms(policy={"aggregation": "user_days"}, price_minor=3000)
    story = Story(of, {"member": 5}).add("a", "2024-06-11", 2)

    assert formula_of(story, "2024-07-01", 0) == (
        "190 seat-days × 30.00 / 30 days (1 to 30 June) = 190.00"
    )


def test_currencies_without_decimals_show_none():
    story = Story(terms(currency="JPY", price_minor=800), {"member": 2})

    assert formula_of(story, "2024-06-01", 0) == "2 seats × 800 (1 to 30 June) = 1600"


def test_more_of_the_same_day_says_what_was_invoiced():
    policy = {"increase_invoicing": "immediate"}
    story = Story(terms(policy=policy, price_minor=3000)).add("a", "2024-06-11T09:00")
    story.add("b", "2024-06-11T15:00", 2)

    assert formula_of(story, "2024-06-12", 2) == (
        "3 seats × 30.00 × 20/30 days (11 to 30 June) = 60.00; "
        "60.00 − 20.00 already invoiced = 40.00"
    )


def test_a_span_over_new_year_names_both_years():
    of = terms(starts_on="2024-07-15", price_minor=12000, interval=YEAR)

    assert formula_of(Story(of), "2024-07-15", 0) == (
        "1 seat × 120.00 (15 July 2024 to 14 July 2025) = 120.00"
    )
