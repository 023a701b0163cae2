"""The ladder by properties: whatever the campaign and the declines, these hold."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given, settings

from dunning.calc.campaign import check_terms
from dunning.calc.declines import MOST_IN_30_DAYS, MOST_OF_OTHERS_IN_30_DAYS, NEVER
from dunning.calc.facts import is_counted_retry
from dunning.calc.moments import is_business_time
from tests.dunning.calc.stories import campaigns, climbs


@given(campaigns())
def test_drawn_campaigns_pass_their_check(terms):
    assert check_terms(terms) == terms


@settings(max_examples=150)
@given(climbs())
def test_nobody_is_locked_out_inside_the_retry_window_or_the_grace_days(climbed):
    terms, (case, steps) = climbed
    tries = [one.at for one in case.tries]

    for at, step in steps:
        if step.value == "suspend":
            window_ends = case.first_failed_at + timedelta(days=terms.retry_days)
            assert at >= window_ends + timedelta(days=terms.grace_days)
            assert all(one + timedelta(days=terms.grace_days) <= at for one in tries)
            assert case.last_notice_at is not None
            assert at >= case.last_notice_at + timedelta(days=3)


@settings(max_examples=150)
@given(climbs())
def test_retries_stay_in_number_window_hours_and_limits(climbed):
    terms, (case, steps) = climbed
    retries = [(at, step) for at, step in steps if is_counted_retry(step.key)]
    most = MOST_IN_30_DAYS.get(case.method.network, MOST_OF_OTHERS_IN_30_DAYS)

    assert len(retries) <= terms.retries
    assert len(case.method.tried_at) <= most
    for at, _ in retries:
        assert at <= case.first_failed_at + timedelta(days=terms.retry_days)
        assert is_business_time(at, case.zone)
        assert not any(hold.since <= at < hold.until for hold in case.holds)


@settings(max_examples=150)
@given(climbs())
def test_nothing_is_charged_after_a_hard_decline(climbed):
    _, (case, _) = climbed

    assert all(one.decline_code not in NEVER for one in case.tries[:-1])


@settings(max_examples=150)
@given(climbs())
def test_messages_of_a_campaign_are_two_days_apart_and_no_last_notice_comes_first(climbed):
    _, (_, steps) = climbed
    written = [
        (at, step.value)
        for at, step in steps
        if step.kind == "message" and step.value != "confirm_payment"
    ]

    assert all(here + timedelta(days=2) <= there for (here, _), (there, _) in pairwise(written))
    confirmed = any(step.value == "confirm_payment" for _, step in steps)
    assert written[0][1] == "first_notice" or confirmed


@settings(max_examples=150)
@given(climbs())
def test_no_step_is_taken_twice_nothing_happens_in_a_pause_and_every_case_ends(climbed):
    _, (case, steps) = climbed
    keys = [step.key for _, step in steps]

    assert len(keys) == len(set(keys))
    assert keys[-1] == "end"
    for _, step in steps:
        assert not any(hold.since <= step.at < hold.until for hold in case.holds)
