"""The simulator by examples: what another campaign would have changed, and no more."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings

from dunning.calc.campaign import CampaignTerms, MessageStep
from dunning.calc.facts import Try
from dunning.calc.simulate import SAME_MOMENT, PastCase, replay, totals
from tests.dunning.calc.stories import MONDAY, TERMS, campaigns, facts, failed

SHORT = CampaignTerms(
    threshold_minor=0,
    messages=(MessageStep(0, "first_notice"),),
    access=(),
    end_day=20,
    ending="hand_over",
    retries=1,
    retry_days=2,
    grace_days=0,
)
LATER = MONDAY + timedelta(days=8, hours=2)


def past(**changes) -> PastCase:
    said = {
        "key": "a", "customer_name": "Acme", "currency": "EUR", "facts": facts(),
        "settled_at": None, "paid_by": "", "seen_until": MONDAY + timedelta(days=90),
        "messages": 4, "retries": 8, "level": "suspend", "has_ended": True, **changes,
    }  # fmt: skip
    return PastCase(**said)


def charged_at(at) -> PastCase:
    tries = (failed(), Try("second", at, "succeeded", "", "card"))
    return past(facts=facts(tries=tries), settled_at=at, paid_by="charge", level="banner")


def test_a_card_that_worked_later_is_found_by_a_campaign_that_tries_later():
    found = replay(TERMS, charged_at(LATER))

    assert found.would_be.paid_at is not None
    assert found.would_be.paid_at >= LATER - SAME_MOMENT


def test_a_campaign_that_stops_before_the_card_works_recovers_nothing():
    found = replay(SHORT, charged_at(LATER))

    assert (found.would_be.paid_at, found.would_be.retries) == (None, 1)
    assert found.changes


def test_a_customer_who_paid_pays_on_the_same_day():
    paid = past(settled_at=LATER, paid_by="customer")

    for terms in (TERMS, SHORT):
        found = replay(terms, paid)
        assert found.would_be.paid_at == LATER
        assert found.would_be.level in ("none", "banner")


def test_who_never_paid_is_not_won_by_any_campaign():
    found = replay(TERMS, past())

    assert found.would_be.paid_at is None
    assert (found.would_be.retries, found.would_be.level) == (8, "suspend")


def test_a_campaign_above_the_amount_does_nothing():
    found = replay(replace(TERMS, threshold_minor=6000), past())

    assert (found.would_be.messages, found.would_be.retries) == (0, 0)


def test_records_that_stop_stop_the_replay():
    found = replay(TERMS, past(seen_until=MONDAY + timedelta(days=5)))

    assert not found.would_be.has_ended


def test_totals_never_add_up_two_currencies():
    replays = [
        replay(TERMS, past(settled_at=LATER, paid_by="customer")),
        replay(TERMS, past(currency="USD")),
    ]

    euros, dollars = totals(replays)

    assert (euros.currency, euros.recovered_was_minor, euros.days_was) == ("EUR", 5000, 8)
    assert (dollars.currency, dollars.recovered_would_be_minor, dollars.days_would_be) == (
        "USD", 0, 0,
    )  # fmt: skip


@settings(max_examples=60)
@given(campaigns())
def test_no_campaign_invents_money(terms):
    for case in (past(), charged_at(LATER), past(settled_at=LATER, paid_by="customer")):
        found = replay(terms, case)
        if found.would_be.paid_at:
            assert case.settled_at is not None
            assert found.would_be.paid_at >= case.settled_at - SAME_MOMENT
