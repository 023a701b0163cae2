"""A case from the first decline to its end, through the stages as the beat pushes them."""

from datetime import timedelta

import pytest
from django.core import mail

from accounts.models import AccessAdvice
from billing.calc.gateway_answer import ChargeAnswer
from billing.enums import AttemptTrigger
from billing.models import PaymentAttempt, Receivable, StageRefusal
from billing.operations.answer_attempt import answer_attempt
from billing.operations.push_flow import push_flow
from billing.operations.start_attempts import start_attempt
from billing.operations.write_off import write_off
from dunning.models import Campaign, CaseReceivable, DunningCase, Message
from dunning.pipeline import STAGES
from tests.dunning.case_world import (
    FAILED_AT,
    PRICE,
    collect,
    fail,
    give_card,
    live,
    pay,
    prepare,
    taken,
    the_case,
    tick,
)
from tests.seatworld import day


def test_a_failed_charge_opens_a_case_and_writes_at_once(world):
    receivable = fail(world)

    tick(FAILED_AT)

    case = the_case()
    assert (case.basis, case.state, case.opened_minor) == ("failed", "open", PRICE)
    assert case.first_failed_at == FAILED_AT
    assert case.campaign.code == "standard"
    assert CaseReceivable.objects.get().receivable == receivable
    assert taken() == ["message:0:first_notice"]
    assert case.next_step_key == "retry:1"
    (sent,) = mail.outbox
    assert sent.to == ["olga@acme.example"]


def test_every_step_of_a_case_that_is_never_paid(world):
    fail(world)

    live(until=FAILED_AT + timedelta(days=60))

    case = the_case()
    retries = taken(kind="retry")
    assert retries == [f"retry:{turn}" for turn in range(1, len(retries) + 1)]
    assert 6 <= len(retries) <= 8
    assert taken(kind="access") == [
        "access:3:banner", "access:16:restrict_additions", "access:24:suspend",
    ]  # fmt: skip
    assert taken()[-1] == "end"
    assert case.write_off_requested_at is not None
    assert case.state == "open"
    assert AccessAdvice.objects.get(until=None).level == "suspend"
    assert Receivable.objects.get().open_minor == PRICE, "asking is not writing off"
    last_try = PaymentAttempt.objects.latest("started_at").started_at
    assert last_try <= FAILED_AT + timedelta(days=14, hours=1)


def test_the_retry_charges_and_a_success_closes_the_case(world):
    fail(world)
    tick(FAILED_AT)
    planned = the_case().next_step_at

    tick(planned)
    collect(planned, state="succeeded")
    tick(planned + timedelta(minutes=1))

    case = the_case()
    assert (case.state, case.closed_reason) == ("closed", "paid")
    assert PaymentAttempt.objects.filter(trigger="recovery").count() == 1


def test_paying_through_any_door_stops_everything_within_one_tick(world):
    fail(world)
    live(until=FAILED_AT + timedelta(days=4))
    assert AccessAdvice.objects.get(until=None).level == "banner"
    paid_at = FAILED_AT + timedelta(days=4, hours=2)
    sent = len(mail.outbox)

    pay(world, paid_at)
    tick(paid_at)

    case = the_case()
    assert (case.state, case.closed_reason, case.access_level) == ("closed", "paid", "none")
    assert not AccessAdvice.objects.filter(until=None).exists()
    live(since=paid_at, until=paid_at + timedelta(days=30))
    assert len(mail.outbox) == sent
    assert DunningCase.objects.count() == 1


def test_a_message_queued_before_the_payment_is_not_sent_after_it(world):
    fail(world)
    push_flow(stages=STAGES, at=FAILED_AT)
    pay(world, FAILED_AT)
    tick(FAILED_AT)

    assert Message.objects.get().state == "canceled"
    assert mail.outbox == []


def test_a_late_webhook_of_a_success_closes_the_case_too(world):
    receivable = fail(world)
    tick(FAILED_AT)
    attempt = start_attempt(receivable_id=receivable.pk, trigger=AttemptTrigger.STAFF, at=FAILED_AT)
    live(since=FAILED_AT + timedelta(hours=1), until=FAILED_AT + timedelta(hours=1))
    late = FAILED_AT + timedelta(days=30)

    answer_attempt(attempt_id=attempt.pk, answer=ChargeAnswer("succeeded", "pi_late"), at=late)
    tick(late)

    assert the_case().closed_reason == "paid"


def test_a_write_off_closes_the_case_as_such(world):
    receivable = fail(world)
    tick(FAILED_AT)

    write_off(receivable_id=receivable.pk, reason="Insolvent", at=day(2, 20))
    tick(day(2, 20))

    assert the_case().closed_reason == "written_off"


def test_an_invoice_past_its_due_date_opens_a_case_on_the_customers_next_day(world):
    receivable = prepare(world)
    assert receivable.due_date == day(2, 14).date()

    tick(day(2, 14, 22))
    assert not DunningCase.objects.exists()
    tick(day(2, 14, 23))  # midnight in Berlin

    case = the_case()
    assert (case.basis, case.first_failed_at) == ("overdue", day(2, 14, 23))
    live(since=day(2, 15), until=day(5, 1))
    assert taken(kind="retry") == []
    assert taken(kind="access") == []
    assert AccessAdvice.objects.count() == 0
    assert [one.template for one in Message.objects.order_by("queued_at")] == [
        "first_notice", "reminder", "reminder", "last_notice",
    ]  # fmt: skip


def test_a_hard_decline_is_not_charged_again_until_a_new_card(world):
    fail(world, code="stolen_card")
    live(until=FAILED_AT + timedelta(days=5))
    assert taken(kind="retry") == []
    at = FAILED_AT + timedelta(days=5, hours=9)

    card = give_card(world, at=at, key="pm_2")
    tick(at + timedelta(minutes=1))
    collect(at + timedelta(minutes=1), state="succeeded")
    tick(at + timedelta(minutes=2))

    assert taken(kind="retry") == [f"retry:new:{card.pk}"]
    assert the_case().closed_reason == "paid"


def test_an_invoice_that_fails_later_joins_the_case_and_moves_no_deadline(world):
    fail(world)
    tick(FAILED_AT)
    world.push(day(2, 15))
    Receivable.objects.filter(first_failed_at=None).update(next_attempt_at=day(2, 15))
    collect(day(2, 15))

    tick(day(2, 15))

    case = the_case()
    assert CaseReceivable.objects.filter(case=case).count() == 2
    assert case.first_failed_at == FAILED_AT


def test_of_several_invoices_one_is_charged_at_a_time_and_a_card_that_works_pays_them_all(world):
    prepare(world)
    world.push(day(2, 15))
    give_card(world)
    failed_at = day(2, 16, 10)
    Receivable.objects.update(next_attempt_at=failed_at)
    collect(failed_at)
    tick(failed_at)
    planned = the_case().next_step_at

    tick(planned)
    assert Receivable.objects.filter(next_attempt_at__isnull=False).count() == 1
    for turn in range(1, 3):
        collect(planned + timedelta(minutes=turn), state="succeeded")
        tick(planned + timedelta(minutes=turn + 1))

    assert the_case().closed_reason == "paid"


def test_less_than_the_threshold_opens_no_case_and_ends_one(world):
    fail(world)
    pay(world, FAILED_AT, PRICE - 499)
    tick(FAILED_AT)
    assert not DunningCase.objects.exists()


def test_a_part_payment_below_the_threshold_closes_the_case(world):
    fail(world)
    tick(FAILED_AT)

    pay(world, FAILED_AT + timedelta(hours=1), PRICE - 499)
    tick(FAILED_AT + timedelta(hours=1))

    assert the_case().closed_reason == "below_threshold"


def test_without_a_campaign_the_customer_waits_for_a_person_and_the_others_go_on(world):
    fail(world)
    Campaign.objects.update(is_active=False)

    tick(FAILED_AT)

    refusal = StageRefusal.objects.get()
    assert (refusal.code, refusal.subject_id) == ("campaign_missing", world.customer.pk)


def test_without_an_address_steps_are_passed_over_and_nobody_is_suspended(world):
    fail(world)
    world.customer.billing_owners.update(receives_invoices=False)

    live(until=FAILED_AT + timedelta(days=40))

    assert Message.objects.count() == 0
    assert "access:24:suspend" not in taken(kind="access")


@pytest.mark.parametrize("code", ["authentication_required"])
def test_a_charge_the_customer_must_confirm_is_written_about_and_not_repeated(world, code):
    prepare(world)
    give_card(world)
    Receivable.objects.update(next_attempt_at=FAILED_AT)
    collect(FAILED_AT, state="needs_customer")

    live(until=FAILED_AT + timedelta(days=20))

    assert PaymentAttempt.objects.count() == 1
    assert Message.objects.filter(template="confirm_payment").count() == 1
    assert not Message.objects.filter(template="first_notice").exists()


def test_two_ticks_at_once_take_a_step_once(world):
    fail(world)

    tick(FAILED_AT)
    tick(FAILED_AT)

    assert taken() == ["message:0:first_notice"]
    assert len(mail.outbox) == 1
