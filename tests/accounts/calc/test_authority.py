"""Which rule decides, and who may: by example and for every matrix."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.calc.authority import Asked, Rule, check_decider, may_do_alone, roles_now, rule_for
from accounts.calc.refusals import NobodyMayAgree, NotYourDecision, OwnRequest

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def rule(limit=None, *, kind="refund", currency="", approvers=1, role="approver"):
    key = f"{kind}/{currency}/{limit}"
    return Rule(key, kind, currency, limit, approvers, role, "administrator", 24)


def asked(of, **more):
    values = {"asked_by": "ben", "target_at": NOW + timedelta(hours=24), "escalated": False}
    return Asked(rule=of, **{**values, **more})


def test_the_lowest_limit_that_covers_the_amount_decides():
    rules = [rule(), rule(500), rule(100)]

    found = [
        rule_for(kind="refund", currency="EUR", amount_minor=a, rules=rules)
        for a in (100, 101, 501)
    ]

    assert [one.up_to_minor for one in found] == [100, 500, None]


def test_a_currency_with_rules_of_its_own_takes_no_other():
    rules = [rule(10_000), rule(100, currency="JPY")]

    with pytest.raises(NobodyMayAgree):
        rule_for(kind="refund", currency="JPY", amount_minor=101, rules=rules)


def test_a_kind_without_a_rule_is_nobodys():
    with pytest.raises(NobodyMayAgree, match="free seats of this size"):
        rule_for(kind="free_seats", currency="EUR", amount_minor=1, rules=[rule()])


def test_alone_only_by_role_and_within_the_limit():
    rules = [rule(100, approvers=0, role="analyst"), rule()]

    def alone(minor, role):
        return may_do_alone(
            kind="refund", currency="EUR", amount_minor=minor, roles={role}, rules=rules
        )

    assert alone(100, "analyst")
    assert alone(100, "administrator")
    assert not alone(100, "support")
    assert not alone(101, "analyst")


def test_the_stand_in_waits_for_its_time():
    waiting = asked(rule())

    assert roles_now(waiting, at=NOW) == ("approver",)
    assert roles_now(waiting, at=waiting.target_at) == ("approver", "administrator")
    assert roles_now(asked(rule(), escalated=True), at=NOW) == ("approver", "administrator")


@given(st.sets(st.sampled_from(["analyst", "approver", "support", "administrator"])), st.booleans())
def test_nobody_ever_decides_their_own(roles, escalated):
    with pytest.raises(OwnRequest):
        check_decider(asked(rule(), escalated=escalated), by="ben", roles=roles, at=NOW)


@given(st.sets(st.sampled_from(["analyst", "approver", "support", "administrator"])))
def test_without_the_role_nobody_decides(roles):
    if "approver" in roles:
        check_decider(asked(rule()), by="alma", roles=roles, at=NOW)
    else:
        with pytest.raises(NotYourDecision):
            check_decider(asked(rule()), by="alma", roles=roles, at=NOW)


@given(
    st.lists(st.one_of(st.none(), st.integers(1, 10**6)), min_size=1, unique=True),
    st.integers(-(10**6), 10**6),
)
def test_a_found_rule_covers_and_none_below_it_does(limits, amount):
    rules = [rule(limit) for limit in limits]
    fitting = [limit for limit in limits if limit is None or abs(amount) <= limit]

    if not fitting:
        with pytest.raises(NobodyMayAgree):
            rule_for(kind="refund", currency="EUR", amount_minor=amount, rules=rules)
        return
    found = rule_for(kind="refund", currency="EUR", amount_minor=amount, rules=rules)
    bounded = [limit for limit in fitting if limit is not None]
    assert found.up_to_minor == (min(bounded) if bounded else None)
