"""What each kind must say; what is wrong is named by its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.calc.exception_terms import NEEDS, checked_terms
from accounts.calc.refusals import TermsInvalid
from accounts.enums import ExceptionKind

RAMP = [{"from": "2026-01-01", "percent": 50}, {"from": "2026-04-01", "percent": 0}]
GOOD = [
    ("discount", {"seat_type": "member", "percent": 10}),
    ("discount", {"seat_type": "member", "amount_minor": 100}),
    ("discount", {"seat_type": "member", "ramp": RAMP}),
    ("free_seats", {"seat_type": "member", "seats": 5}),
    ("price_override", {"seat_type": "member", "price_minor": 0}),
    ("proration_exception", {"lines": ["a"]}),
    ("credit", {"amount_minor": 1, "settlement": "refund"}),
    ("tax_override", {"country": "DE", "source": "Letter"}),
    ("dunning_pause", {"until": "2026-05-01"}),
    ("payment_terms", {"days": 0}),
]
BAD = [
    ("discount", {"percent": 10}, "seat_type"),
    ("discount", {"seat_type": "member"}, "percent"),
    ("discount", {"seat_type": "member", "percent": 10, "amount_minor": 1}, "percent"),
    ("discount", {"seat_type": "member", "percent": True}, "percent"),
    ("discount", {"seat_type": "member", "percent": "10"}, "percent"),
    ("discount", {"seat_type": "member", "ramp": [{"from": "soon", "percent": 1}]}, "ramp[0].from"),
    ("discount", {"seat_type": "member", "ramp": [{"percent": 1}]}, "ramp[0]"),
    ("discount", {"seat_type": "member", "ramp": []}, "ramp"),
    ("free_seats", {"seat_type": " ", "seats": 5}, "seat_type"),
    ("free_seats", {"seat_type": "member", "seats": 0}, "seats"),
    ("credit", {"amount_minor": 1, "settlement": "cash"}, "settlement"),
    ("credit", {"amount_minor": 1, "colour": "red"}, "colour"),
    ("dunning_pause", {"until": "2026-02-30"}, "until"),
    ("backdated_correction", {"event": {}}, "event"),
]


@pytest.mark.parametrize(("kind", "terms"), GOOD)
def test_good_terms_stay_as_said(kind, terms):
    assert checked_terms(kind, terms) == terms


@pytest.mark.parametrize(("kind", "terms", "field"), BAD)
def test_bad_terms_name_their_field(kind, terms, field):
    with pytest.raises(TermsInvalid) as refused:
        checked_terms(kind, terms)
    assert refused.value.field == field


def test_every_kind_says_what_it_needs():
    assert set(NEEDS) == set(ExceptionKind.values)


@given(
    st.sampled_from(sorted(NEEDS)),
    st.dictionaries(
        st.sampled_from(["seat_type", "percent", "amount_minor", "days", "lines", "x"]),
        st.one_of(
            st.none(),
            st.integers(),
            st.text("ab é", max_size=3),
            st.lists(st.integers(), max_size=2),
        ),
    ),
)
def test_anything_else_is_refused_and_never_breaks(kind, terms):
    try:
        known = checked_terms(kind, terms)
    except TermsInvalid:
        return
    assert checked_terms(kind, known) == known
