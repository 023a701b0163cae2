"""What people do to a case: pause, promise, hand over, ask for a write-off, move it, write it down."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.models import AccessAdvice
from billing.models import Receivable
from dunning.calc.refusals import CampaignInvalid
from dunning.enums import Segment
from dunning.models import Campaign, CaseCampaign, CaseNote, DunningStep, Pause, Promise
from dunning.operations.hand_over_case import hand_over_case
from dunning.operations.move_cases_to_campaign import move_cases_to_campaign
from dunning.operations.note_case import note_case
from dunning.operations.pause_case import pause_case, resume_case
from dunning.operations.promise_payment import promise_payment
from dunning.operations.publish_campaign import publish_campaign
from dunning.operations.refusals import (
    CaseClosed,
    CaseNotRunning,
    PauseOver,
    PauseTooLong,
    PromiseTooMuch,
    ReasonMissing,
)
from dunning.operations.request_write_off import request_write_off
from dunning.operations.set_up_campaigns import GENTLE, STANDARD, set_up_campaigns
from dunning.queries.campaign_moves import preview_move
from tests.dunning.case_world import FAILED_AT, PRICE, fail, live, pay, taken, the_case, tick
from tests.seatworld import day

NEXT_DAY = FAILED_AT + timedelta(days=1)


@pytest.fixture(scope="module")
def module_case(module_world):
    fail(module_world)
    tick(FAILED_AT)
    return the_case()


@pytest.fixture
def case(module_case, db):
    return deepcopy(module_case)


def pause(case, until=FAILED_AT + timedelta(days=10), reason="They asked for time", at=NEXT_DAY):
    return pause_case(case_id=case.pk, until=until, reason=reason, at=at)


def test_nothing_happens_in_a_pause_and_things_go_on_after_it(case):
    pause(case)
    sent = len(mail.outbox)

    live(since=NEXT_DAY, until=FAILED_AT + timedelta(days=9, hours=23))
    assert the_case().state == "paused"
    assert (len(mail.outbox), taken(kind="retry")) == (sent, [])
    live(since=FAILED_AT + timedelta(days=10), until=FAILED_AT + timedelta(days=13))

    assert the_case().state == "open"
    assert taken(kind="retry") != []


def test_a_pause_takes_a_planned_charge_off(case):
    Receivable.objects.update(next_attempt_at=NEXT_DAY)

    pause(case)

    assert Receivable.objects.get().next_attempt_at is None


def test_a_pause_over_the_window_moves_no_deadline(case):
    pause(case, until=FAILED_AT + timedelta(days=15))

    live(since=FAILED_AT + timedelta(days=15), until=FAILED_AT + timedelta(days=60))

    assert taken(kind="retry") == []
    assert the_case().first_failed_at == FAILED_AT


def test_resuming_ends_the_pause(case):
    pause(case)

    resume_case(case_id=case.pk, at=NEXT_DAY + timedelta(hours=1))
    tick(NEXT_DAY + timedelta(hours=1))

    assert the_case().state == "open"
    assert Pause.objects.get().until == NEXT_DAY + timedelta(hours=1)
    assert Pause.history.count() == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": " "}, ReasonMissing),
        ({"until": NEXT_DAY}, PauseOver),
        ({"until": NEXT_DAY + timedelta(days=91)}, PauseTooLong),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused(case, changes, refusal):
    with pytest.raises(refusal):
        pause(case, **changes)


def test_only_a_paused_case_is_resumed(case):
    with pytest.raises(PauseOver):
        resume_case(case_id=case.pk, at=NEXT_DAY)


def promise(case, **changes):
    said = {"amount_minor": PRICE, "by_date": date(2026, 2, 6), "words": "Olga, on the phone"}
    return promise_payment(case_id=case.pk, at=NEXT_DAY, **{**said, **changes})


def test_a_promise_holds_until_the_money_can_have_arrived_and_then_goes_on(case):
    promise(case)

    assert Promise.objects.get().pause.until == day(2, 10, 8), "Friday, two bank days, 9 in Berlin"
    live(since=NEXT_DAY, until=day(2, 10, 7))
    assert taken() == ["message:0:first_notice"]
    live(since=day(2, 10, 8), until=day(2, 13))
    assert taken(kind="retry") != []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount_minor": 0}, PromiseTooMuch),
        ({"amount_minor": PRICE + 1}, PromiseTooMuch),
        ({"by_date": date(2026, 2, 2)}, PauseOver),
        ({"by_date": date(2026, 6, 1)}, PauseTooLong),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused(case, changes, refusal):
    with pytest.raises(refusal):
        promise(case, **changes)


def test_a_case_handed_over_is_left_alone_and_payment_still_closes_it(case, world):
    live(since=FAILED_AT, until=FAILED_AT + timedelta(days=4))
    before = taken()
    at = FAILED_AT + timedelta(days=4, hours=1)
    hand_over_case(case_id=case.pk, reason="Our lawyer takes it", at=at)

    live(since=at, until=at + timedelta(days=40))
    assert taken() == before
    assert the_case().access_level == "banner"
    with pytest.raises(CaseNotRunning):
        pause(case, at=at)
    pay(world, at + timedelta(days=41))
    tick(at + timedelta(days=41))

    assert (the_case().state, the_case().access_level) == ("closed", "none")


def test_asking_for_a_write_off_books_nothing(case):
    request_write_off(case_id=case.pk, reason="Insolvent", at=NEXT_DAY)

    assert (the_case().write_off_requested_at, the_case().state) == (NEXT_DAY, "open")
    assert Receivable.objects.get().open_minor == PRICE


@pytest.mark.parametrize(
    "act",
    [
        pause,
        promise,
        lambda case: hand_over_case(case_id=case.pk, reason="x", at=NEXT_DAY),
        lambda case: request_write_off(case_id=case.pk, reason="x", at=NEXT_DAY),
        lambda case: resume_case(case_id=case.pk, at=NEXT_DAY),
    ],
)
def test_a_closed_case_never_changes(case, world, act):
    pay(world, FAILED_AT)
    tick(FAILED_AT)

    with pytest.raises(CaseClosed):
        act(case)


def test_replies_are_kept(case):
    note_case(case_id=case.pk, kind="reply", words="We pay on Friday", at=NEXT_DAY)

    with pytest.raises(ReasonMissing):
        note_case(case_id=case.pk, kind="note", words=" ", at=NEXT_DAY)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CaseNote.objects.update(words="They never answered")


def publish(**changes) -> Campaign:
    said = {"code": "standard", "name": "Standard", "terms": GENTLE, "reason": "Less hurry",
            "at": NEXT_DAY, **changes}  # fmt: skip
    return publish_campaign(**said)


def test_a_new_version_is_for_new_cases_and_running_ones_keep_theirs(case):
    new = publish()

    tick(NEXT_DAY)

    assert (new.version, new.is_current) == (2, True)
    assert the_case().campaign.version == 1
    assert Campaign.objects.filter(code="standard", is_current=True).count() == 1


def test_setting_up_again_changes_nothing(case):
    assert set_up_campaigns(at=NEXT_DAY) == []
    assert Campaign.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"reason": ""}, ReasonMissing),
        ({"segment": Segment.COUNTRY}, CampaignInvalid),
        ({"country": "DE"}, CampaignInvalid),
        ({"segment": Segment.BILLING_ENTITY}, CampaignInvalid),
    ],
)
def test_a_campaign_for_nobody_in_particular_is_refused(db, changes, refusal):
    with pytest.raises(refusal):
        publish(**changes)


def test_the_more_particular_campaign_goes_first_by_its_priority(world):
    publish(code="germany", segment=Segment.COUNTRY, country="DE", priority=1)
    publish(code="euros", currency="EUR", priority=0)
    fail(world)

    tick(FAILED_AT)

    assert the_case().campaign.code == "germany"


def test_moving_a_case_is_previewed_and_happens_only_when_asked(case):
    live(until=FAILED_AT + timedelta(days=8))
    at = FAILED_AT + timedelta(days=8, hours=1)
    new = publish(at=at)

    (preview,) = preview_move(case_ids=[case.pk], campaign=new, at=at)
    assert preview.next_now.key != preview.next_then.key
    assert (preview.customer_name, preview.open_minor) == ("Acme GmbH", PRICE)
    assert the_case().campaign.version == 1
    sent = len(mail.outbox)
    assert (
        move_cases_to_campaign(case_ids=[case.pk], campaign_id=new.pk, reason="They are new", at=at)
        == 1
    )
    tick(at)

    moved = the_case()
    assert (moved.campaign, moved.first_failed_at) == (new, FAILED_AT)
    assert preview.next_then.key == moved.next_step_key == "message:20:last_notice"
    assert "access:7:banner" not in taken(), "the banner is advised already"
    assert len(mail.outbox) == sent, "messages of days that passed are not caught up on"
    assert CaseCampaign.objects.get().left.version == 1
    assert preview_move(case_ids=[case.pk], campaign=new, at=at) == []


def test_moving_to_a_campaign_that_knows_no_such_advice_withdraws_it(case):
    live(until=FAILED_AT + timedelta(days=30))
    at = FAILED_AT + timedelta(days=30, hours=1)
    assert AccessAdvice.objects.get(until=None).level == "suspend"
    new = publish(terms=replace(GENTLE, access=()), at=at)

    move_cases_to_campaign(case_ids=[case.pk], campaign_id=new.pk, reason="Agreed", at=at)
    tick(at)

    assert not AccessAdvice.objects.filter(until=None).exists()


def test_standard_and_gentle_pass_their_own_check(db):
    for terms in (STANDARD, GENTLE):
        publish(terms=terms)


def test_a_step_of_a_day_that_passed_says_so(case):
    live(until=FAILED_AT + timedelta(days=8))
    new = publish(at=FAILED_AT + timedelta(days=8))
    move_cases_to_campaign(
        case_ids=[case.pk], campaign_id=new.pk, reason="x", at=FAILED_AT + timedelta(days=8)
    )

    assert DunningStep.objects.filter(state="passed_over", key="message:7:reminder").exists()
