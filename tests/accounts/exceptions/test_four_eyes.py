"""Who asks does not decide, two are two, and what was asked and said stays: the database says so."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction

from accounts.calc.refusals import (
    ExceptionMoved,
    ExceptionStateDiffers,
    NotYourDecision,
    OwnRequest,
    ReasonMissing,
    StepUpMissing,
    TermsInvalid,
)
from accounts.enums import ExceptionState, StaffRole, Verdict
from accounts.models import Customer, ExceptionDecision, ExceptionRequest
from accounts.operations.decide_exception import decide_exception, revoke_exception
from accounts.operations.publish_authority import publish_authority, rule
from accounts.operations.request_exception import Asking, request_exception
from accounts.queries.authority import acts_alone

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def person(name: str, role: StaffRole) -> User:
    user = User.objects.create_user(name)
    user.groups.add(Group.objects.get_or_create(name=role.value)[0])
    return user


@pytest.fixture
def ben():
    return person("ben", StaffRole.ANALYST)


@pytest.fixture
def alma():
    return person("alma", StaffRole.APPROVER)


@pytest.fixture
def carla():
    return person("carla", StaffRole.APPROVER)


@pytest.fixture
def acme():
    return Customer.objects.create(
        external_id="acme", legal_name="Acme GmbH", country="DE", currency="EUR"
    )


def ask(acme, by, amount_minor=40_000, **more):
    asking = Asking(
        kind="refund",
        terms={"amount_minor": amount_minor},
        reason="The outage of February",
        customer=acme,
        currency="EUR",
        amount_minor=amount_minor,
        **more,
    )
    return request_exception(asking=asking, at=NOW, by=by)


def say(asked, verdict, by, **more):
    return decide_exception(
        request_id=asked.pk, verdict=verdict, by=by, reason="Agreed", at=NOW + DAY / 12, **more
    )


@contextmanager
def raising(name):
    """Expects the database to refuse, naming the constraint."""
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        yield
    assert refused.value.__cause__.diag.constraint_name == name


def test_one_approver_is_enough_up_to_five_thousand(acme, ben, alma):
    asked = ask(acme, ben)

    assert say(asked, Verdict.APPROVE, alma).state == ExceptionState.APPROVED


def test_above_that_two_people_agree_and_each_signs_in_again(acme, ben, alma, carla):
    asked = ask(acme, ben, amount_minor=600_000)

    with pytest.raises(StepUpMissing):
        say(asked, Verdict.APPROVE, alma)
    assert say(asked, Verdict.APPROVE, alma, proved_again=True).state == ExceptionState.REQUESTED
    with pytest.raises(NotYourDecision, match="second person"):
        say(asked, Verdict.APPROVE, alma, proved_again=True)
    assert say(asked, Verdict.APPROVE, carla, proved_again=True).state == ExceptionState.APPROVED


def test_who_asks_does_not_decide(acme, alma):
    asked = ask(acme, alma)

    with pytest.raises(OwnRequest):
        say(asked, Verdict.APPROVE, alma)
    with raising("exception_requester_never_decides"):
        decide_by_hand(asked, Verdict.APPROVE, alma)


def test_the_same_person_does_not_approve_twice(acme, ben, alma):
    asked = ask(acme, ben, amount_minor=600_000)
    decide_by_hand(asked, Verdict.APPROVE, alma)

    with raising("exception_approved_once_per_person"):
        decide_by_hand(asked, Verdict.APPROVE, alma)


def test_an_analyst_does_not_decide(acme, ben):
    other = person("dora", StaffRole.ANALYST)

    with pytest.raises(NotYourDecision, match="approver"):
        say(ask(acme, ben), Verdict.REJECT, other)


def test_the_stand_in_decides_once_it_is_late(acme, ben):
    admin = person("eva", StaffRole.ADMINISTRATOR)
    asked = ask(acme, ben)

    with pytest.raises(NotYourDecision):
        say(asked, Verdict.APPROVE, admin)
    decided = decide_exception(
        request_id=asked.pk, verdict=Verdict.APPROVE, by=admin, reason="Late", at=asked.target_at
    )
    assert decided.state == ExceptionState.APPROVED


def test_the_stand_in_decides_once_it_is_escalated(acme, ben):
    admin = person("eva", StaffRole.ADMINISTRATOR)
    asked = ask(acme, ben)
    say(asked, Verdict.ESCALATE, ben)

    assert say(asked, Verdict.APPROVE, admin).state == ExceptionState.APPROVED


def test_sent_back_and_asked_again_starts_a_new_round(acme, ben, alma):
    asked = ask(acme, ben, amount_minor=600_000)
    say(asked, Verdict.APPROVE, alma, proved_again=True)
    say(asked, Verdict.SEND_BACK, person("carl", StaffRole.APPROVER))

    again = say(asked, Verdict.RESUBMIT, ben)

    assert (again.state, again.round) == (ExceptionState.REQUESTED, 2)
    with raising("exception_decision_is_of_this_round"):
        decide_by_hand(asked, Verdict.APPROVE, alma, round=1)


def test_only_who_asked_takes_it_back(acme, ben, alma):
    asked = ask(acme, ben)

    with pytest.raises(NotYourDecision):
        say(asked, Verdict.WITHDRAW, alma)
    with raising("exception_taken_back_by_who_asked"):
        decide_by_hand(asked, Verdict.WITHDRAW, alma)
    assert say(asked, Verdict.WITHDRAW, ben).state == ExceptionState.WITHDRAWN


def test_what_is_decided_is_not_decided_again(acme, ben, alma, carla):
    asked = ask(acme, ben)
    say(asked, Verdict.REJECT, alma)

    with pytest.raises(ExceptionStateDiffers):
        say(asked, Verdict.APPROVE, carla)
    with raising("exception_decision_fits_its_state"):
        decide_by_hand(asked, Verdict.APPROVE, carla)


def test_an_effect_that_moved_is_looked_at_again(acme, ben, alma):
    asked = ask(acme, ben)

    with pytest.raises(ExceptionMoved):
        say(asked, Verdict.APPROVE, alma, seen_digest="a", digest_now=lambda _: "b")
    assert say(asked, Verdict.APPROVE, alma, seen_digest="b", digest_now=lambda _: "b")


def test_a_decision_says_why(acme, ben, alma):
    asked = ask(acme, ben)

    with pytest.raises(ReasonMissing):
        decide_exception(request_id=asked.pk, verdict="approve", by=alma, reason=" ", at=NOW)
    with raising("exception_decision_says_why"):
        decide_by_hand(asked, Verdict.APPROVE, alma, reason="")


def test_the_clock_only_expires_and_escalates(acme, ben):
    asked = ask(acme, ben)

    with raising("exception_decided_by_a_person"):
        decide_by_hand(asked, Verdict.APPROVE, None)
    assert say(asked, Verdict.EXPIRE, None).state == ExceptionState.EXPIRED


def test_what_was_asked_stays(acme, ben):
    asked = ask(acme, ben)
    rows = ExceptionRequest.objects.filter(pk=asked.pk)

    for name, change in {
        "exception_stays_as_asked": {"amount_minor": 1},
        "exception_moves_by_decision": {"state": "approved"},
        "exception_ends_as_asked": {"ends_on": NOW.date()},
    }.items():
        with raising(name):
            rows.update(**change)
    with raising("exception_stays"):
        rows.delete()


def test_only_what_was_approved_is_carried_out_and_once(acme, ben, alma):
    asked = ask(acme, ben)
    rows = ExceptionRequest.objects.filter(pk=asked.pk)

    with raising("exception_carried_out_only_when_approved"):
        rows.update(carried_out_at=NOW)
    say(asked, Verdict.APPROVE, alma)
    rows.update(carried_out_at=NOW)
    with raising("exception_carried_out_once"):
        rows.update(carried_out_at=NOW + DAY)


def test_decisions_and_rules_are_append_only(acme, ben, alma):
    asked = ask(acme, ben)
    say(asked, Verdict.APPROVE, alma)

    with raising("exceptiondecision_append_only"):
        ExceptionDecision.objects.update(reason="Something else")
    with raising("authorityrule_append_only"):
        type(asked.rule).objects.update(approvers=0)
    with raising("authoritymatrix_append_only"):
        type(asked.rule.matrix).objects.update(version=9)


def test_small_money_needs_nobody_else(ben, alma):
    def alone(minor, who):
        return acts_alone(kind="refund", currency="EUR", amount_minor=minor, person=who)

    assert alone(25_000, ben)
    assert alone(25_000, alma)
    assert not alone(25_001, ben)
    assert not acts_alone(kind="discount", currency="EUR", amount_minor=1, person=alma)


def test_a_revoked_one_ends_with_the_cycle(acme, ben, alma):
    asked = request_exception(
        asking=Asking(
            kind="payment_terms", terms={"days": 60}, reason="Group contract", customer=acme,
            customer_text="You pay within 60 days.",
        ),
        at=NOW, by=ben,
    )  # fmt: skip
    say(asked, Verdict.APPROVE, alma)
    ExceptionRequest.objects.update(carried_out_at=NOW)

    ended = revoke_exception(
        request_id=asked.pk, reason="Terminated", at=NOW, by=alma, ends_on=NOW.date() + DAY
    )

    assert (ended.state, ended.ends_on) == (ExceptionState.REVOKED, NOW.date() + DAY)


def test_a_matrix_under_which_nobody_decides_a_kind_is_refused():
    with pytest.raises(TermsInvalid, match="discount needs a rule for every currency"):
        publish_authority(rules=[rule("refund")], request=None, at=NOW)


def decide_by_hand(asked, verdict, by, **more):
    """Past every check of ours, straight into the table."""
    asked.refresh_from_db()
    values = {"round": asked.round, "reason": "By hand", "at": NOW, **more}
    return ExceptionDecision.objects.create(request=asked, verdict=verdict, by=by, **values)
