"""What a request asks for in a few words, for lists."""

import pytest

from accounts.calc.exception_terms import NEEDS
from desk.calc.approval_words import WORDS, short_words


def test_every_kind_has_its_words():
    assert set(WORDS) == set(NEEDS)


@pytest.mark.parametrize(
    ("kind", "terms", "words"),
    [
        ("discount", {"seat_type": "member", "percent": 20}, "20 % off member"),
        ("discount", {"seat_type": "member", "amount_minor": 150}, "150 off each member seat"),
        ("discount", {"seat_type": "member", "ramp": [{"from": "2026-01-01", "percent": 30}]},
         "30 % from 2026-01-01 off member"),
        ("free_seats", {"seat_type": "member", "seats": 1200}, "1,200 member free"),
        ("price_override", {"seat_type": "member", "price_minor": 650}, "650 for each member"),
        ("proration_exception", {"lines": ["a"]}, "waive one proration line"),
        ("proration_exception", {"lines": ["a", "b"]}, "waive 2 proration lines"),
        ("credit", {"amount_minor": 5}, "credit 5"),
        ("backdated_correction",
         {"event": {"kind": "seat_removed", "effective_at": "2026-01-01T00:00:00+00:00"}},
         "seat removed effective 2026-01-01"),
        ("tax_override", {"number": "DE1", "source": "letter"}, "take tax id DE1 as valid"),
        ("tax_override", {"country": "US", "region": "TX", "source": "x"}, "tax as in US TX"),
        ("dunning_pause", {"until": "2026-04-01"}, "until 2026-04-01"),
    ],
)  # fmt: skip
def test_terms_become_a_few_words(kind, terms, words):
    assert short_words(kind, terms, money=str) == words


def test_a_kind_nobody_knows_yet_has_no_words():
    assert short_words("gift", {}, money=str) == ""
