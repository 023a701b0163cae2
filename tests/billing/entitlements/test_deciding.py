"""What is answered of facts: every reason, the limit that binds, and when it begins anew. No database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import resolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.calc.entitlement_words import RAISE, SENTENCES, STEPS
from billing.calc.entitlements import (
    NEAREST,
    USABLE,
    AdviceFact,
    CycleFact,
    EntitlementFacts,
    FeatureFact,
    QuotaFact,
    SeatFact,
    decide,
    usage_cycle,
)

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
SINCE = datetime(2026, 2, 1, tzinfo=UTC)
CYCLE = CycleFact(date(2026, 1, 15), "UTC", "month", 1, 15)
EDIT = FeatureFact("boards.edit", "Edit boards", "switch")
EXPORTS = FeatureFact("exports", "Exports", "metered", "exports", 10, used_by_person=4)
CREDITS = FeatureFact("credits", "Credits", "metered", "credits", 100, "subscription", 7, 60)
SEAT = SeatFact("acme-team", "team", "member", "active", SINCE, CYCLE, features=(CREDITS, EXPORTS))
ADA = EntitlementFacts("acme", "ada", "c-1", grantee_is_known=True, seats=(SEAT,))
SUSPEND = AdviceFact("suspend", "payment_overdue", "A payment stays open.", SINCE)


def with_seat(**changes) -> EntitlementFacts:
    return replace(ADA, seats=(replace(SEAT, **changes),))


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (replace(ADA, customer_id=""), "customer_unknown"),
        (replace(ADA, grantee_is_known=False), "grantee_unknown"),
        (replace(ADA, seats=()), "no_seat"),
        (with_seat(since=datetime(2026, 3, 1, tzinfo=UTC)), "no_seat"),
        (with_seat(state="removed"), "removed"),
        (with_seat(state="suspended"), "suspended"),
        (with_seat(state="inactive"), "inactive"),
        (with_seat(state="invited"), "invited_not_accepted"),
        (with_seat(is_ended=True), "subscription_ended"),
        (with_seat(ends_on=date(2026, 2, 20)), "subscription_ended"),
        (with_seat(cycle=replace(CYCLE, starts_on=date(2026, 2, 21))), "subscription_not_started"),
        (replace(ADA, advice=SUSPEND), "payment_restricted"),
    ],
)
def test_each_no_has_its_reason_a_sentence_and_a_way_out(facts, reason):
    answer = decide(facts, at=NOW)

    assert (answer.allowed, answer.reason) == (False, reason)
    assert answer.sentence == answer.sentence.strip() != ""
    assert answer.what_can_be_done


@pytest.mark.parametrize("state", sorted(USABLE))
def test_a_seat_that_waits_for_its_first_use_may_be_used(state):
    answer = decide(with_seat(state=state), at=NOW)

    assert (answer.allowed, answer.reason, answer.what_can_be_done) == (True, "", ())


def test_a_recommendation_to_suspend_stands_apart_from_the_seat_it_leaves():
    answer = decide(replace(ADA, advice=SUSPEND), at=NOW)

    assert (answer.allowed, answer.entitled) == (False, True)
    assert answer.subscriptions[0].seat.state == "active"
    assert [step.by for step in answer.what_can_be_done] == ["billing owner"]


@pytest.mark.parametrize("level", ["banner", "restrict_additions"])
def test_milder_advice_is_told_and_restricts_nothing(level):
    assert decide(replace(ADA, advice=replace(SUSPEND, level=level)), at=NOW).allowed


def test_the_last_day_of_a_subscription_is_local():
    seat = replace(
        SEAT, cycle=replace(CYCLE, zone="America/Los_Angeles"), ends_on=date(2026, 2, 20)
    )
    before_midnight_there = datetime(2026, 2, 20, 7, 59, tzinfo=UTC)

    assert decide(replace(ADA, seats=(seat,)), at=before_midnight_there).allowed
    assert not decide(replace(ADA, seats=(seat,)), at=NOW).allowed


def test_a_feature_the_seat_type_lacks_is_not_included():
    answer = decide(with_seat(features=()), feature="sso", at=NOW)

    assert (answer.allowed, answer.entitled, answer.reason) == (
        False, False, "feature_not_included",
    )  # fmt: skip


def test_what_is_left_is_the_limit_less_what_was_used():
    (credits, exports) = decide(ADA, at=NOW).subscriptions[0].features

    assert (credits.limit, credits.used, credits.remaining, credits.limit_of) == (
        100, 60, 40, "subscription",
    )  # fmt: skip
    assert (exports.limit, exports.used, exports.remaining, exports.limit_of) == (
        10, 4, 6, "person",
    )  # fmt: skip
    assert exports.resets_at == datetime(2026, 3, 15, tzinfo=UTC)


def test_over_a_limit_the_feature_says_no_and_the_seat_still_yes():
    used_up = replace(EXPORTS, used_by_person=12)
    facts = with_seat(features=(EDIT, used_up))

    whole, one = decide(facts, at=NOW), decide(facts, feature="exports", at=NOW)

    assert whole.allowed
    assert [(f.feature, f.allowed, f.remaining) for f in whole.subscriptions[0].features] == [
        ("boards.edit", True, None), ("exports", False, 0),
    ]  # fmt: skip
    assert (one.allowed, one.reason) == (False, "over_quota")
    assert "Wait until 2026-03-15 00:00 UTC." in [step.do for step in one.what_can_be_done]


def test_of_limit_and_quotas_the_one_that_leaves_least_binds():
    quotas = (QuotaFact("all", 80, 60), QuotaFact("sales", 20, 15))
    facts = with_seat(features=(replace(CREDITS, quotas=quotas),))

    (credits,) = decide(facts, at=NOW).subscriptions[0].features

    assert (credits.limit_of, credits.group, credits.remaining) == ("group", "sales", 5)


def test_of_two_subscriptions_one_yes_is_enough_and_the_nearest_no_is_told():
    other = replace(SEAT, subscription="acme-relay", state="suspended")
    gone = replace(SEAT, subscription="acme-old", state="removed")

    both = decide(replace(ADA, seats=(gone, other, SEAT)), at=NOW)
    neither = decide(replace(ADA, seats=(gone, other)), at=NOW)

    assert both.allowed
    assert len(both.subscriptions) == 3
    assert neither.reason == "suspended"


def test_a_seat_that_moved_is_told_where_it_is_now():
    left = replace(SEAT, seat_type="viewer", state="removed")

    (answer,) = decide(replace(ADA, seats=(left, SEAT)), at=NOW).subscriptions

    assert answer.seat.seat_type == "member"


def test_paths_lead_to_the_customers_own_portal():
    (step,) = decide(with_seat(state="suspended"), at=NOW).what_can_be_done

    assert step.where == "/portal/c/c-1/people/"


def test_every_path_told_is_a_page_of_the_portal():
    customer_id = "01a1fe66-1c3a-7a4d-a356-7e29a8b62036"
    steps = [*RAISE.values(), *(step for steps in STEPS.values() for step in steps)]

    paths = {f"/portal/c/{customer_id}/{step.where}" for step in steps if step.where}

    assert {resolve(path).namespace for path in paths} == {"portal"}


def test_a_cycle_by_the_calendar_begins_on_the_first():
    assert usage_cycle(CYCLE, anchor="calendar", at=NOW) == (
        datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC),
    )  # fmt: skip


def test_a_cycle_turns_at_midnight_of_the_subscription_across_a_change_of_clocks():
    berlin = replace(CYCLE, zone="Europe/Berlin")

    begins, ends = usage_cycle(berlin, anchor="subscription", at=datetime(2026, 4, 1, tzinfo=UTC))

    assert begins == datetime(2026, 3, 14, 23, tzinfo=UTC)
    assert ends == datetime(2026, 4, 14, 22, tzinfo=UTC)


def test_every_reason_has_its_rank_and_words():
    assert set(SENTENCES) == {*NEAREST, "customer_unknown", "grantee_unknown"}


instants = st.integers(-1_200, 1_200).map(lambda hours: NOW + timedelta(hours=hours))
features = st.builds(
    FeatureFact,
    code=st.sampled_from(["boards.edit", "exports"]),
    name=st.just("x"),
    kind=st.sampled_from(["switch", "metered"]),
    limit=st.none() | st.integers(0, 20),
    limit_of=st.sampled_from(["person", "subscription"]),
    used_by_person=st.integers(-2, 25),
    used_by_all=st.integers(-2, 25),
    quotas=st.lists(
        st.builds(QuotaFact, st.just("g"), st.integers(0, 20), st.integers(-2, 25)), max_size=2
    ).map(tuple),
)


def seat(**given):
    return replace(SEAT, **given)


seats = st.builds(
    seat,
    subscription=st.sampled_from(["a", "b"]),
    state=st.sampled_from([*sorted(USABLE), "invited", "suspended", "inactive", "removed"]),
    since=instants,
    is_ended=st.booleans(),
    features=st.lists(features, max_size=2, unique_by=lambda one: one.code).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(seats, max_size=3), st.sampled_from(["", "boards.edit", "exports"]), instants,
    st.booleans(),
)  # fmt: skip
def test_yes_is_never_said_without_a_seat_in_use(held, feature, at, is_restricted):
    facts = replace(ADA, seats=tuple(held), advice=SUSPEND if is_restricted else None)

    answer = decide(facts, feature=feature, at=at)

    in_use = [one for one in held if one.state in USABLE and one.since <= at and not one.is_ended]
    assert answer.allowed == (not answer.reason)
    if answer.allowed:
        assert in_use
        assert not is_restricted
        assert not feature or any(feature in [f.code for f in one.features] for one in in_use)
    if not in_use:
        assert not answer.entitled


@given(features.filter(lambda one: one.kind == "metered"))
def test_what_is_left_never_exceeds_any_limit(one):
    (told,) = decide(with_seat(features=(one,)), at=NOW).subscriptions[0].features

    limits = [(quota.quantity, quota.used) for quota in one.quotas]
    if one.limit is not None:
        used = one.used_by_person if one.limit_of == "person" else one.used_by_all
        limits.append((one.limit, used))
    left = [limit - max(0, used) for limit, used in limits]
    assert told.remaining == (max(0, min(left)) if left else None)
