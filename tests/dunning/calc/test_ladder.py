"""The ladder by examples: what comes next, when, and what never comes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from dunning.calc.campaign import CampaignTerms, MessageStep
from dunning.calc.declines import NEVER
from dunning.calc.facts import Hold, Method, Taken, Try
from dunning.calc.ladder import ladder, next_step
from tests.dunning.calc.stories import CARD, MONDAY, TERMS, climb, facts, failed

BERLIN = ZoneInfo("Europe/Berlin")


def keys(steps) -> list[str]:
    return [step.key for step in steps]


def retry_of(case, now=MONDAY, terms=TERMS):
    return next((one for one in ladder(terms, case, now) if one.kind == "retry"), None)


def test_the_first_notice_is_written_at_once():
    step = next_step(TERMS, facts(), MONDAY)

    assert (step.key, step.at) == ("message:0:first_notice", MONDAY)


def test_a_whole_ladder_of_declines():
    case, steps = climb(TERMS, facts(), lambda: "do_not_honor")

    taken = [step.key for _, step in steps]
    assert taken[0] == "message:0:first_notice"
    assert [key for key in taken if key.startswith("retry")] == [f"retry:{n}" for n in range(1, 9)]
    assert taken[-4:] == [
        "access:15:restrict_additions", "message:16:last_notice", "access:22:suspend", "end",
    ]  # fmt: skip
    last_try = max(one.at for one in case.tries)
    suspended = next(at for at, step in steps if step.key == "access:22:suspend")
    assert last_try <= MONDAY + timedelta(days=14)
    assert suspended >= MONDAY + timedelta(days=21)


@pytest.mark.parametrize("code", sorted(NEVER))
def test_a_hard_decline_is_never_tried_again(code):
    assert retry_of(facts(tries=(failed(code),))) is None


def test_a_new_card_is_charged_once_at_once_even_after_a_hard_decline():
    added = MONDAY + timedelta(days=20, hours=12)
    new = Method("new", "mastercard", added_at=added)

    step = retry_of(facts(tries=(failed("stolen_card"),), method=new), added)

    assert (step.key, step.at) == ("retry:new:new", added)
    declined = failed("do_not_honor", added, "second", method="new")
    tried = Method("new", "mastercard", added, (added,))
    later = facts(
        tries=(failed("stolen_card"), declined),
        method=tried,
        taken=(Taken("retry:new:new", added),),
    )
    assert retry_of(later, added) is None, "the window is over"


def test_insufficient_funds_wait_for_a_pay_day():
    step = retry_of(facts(tries=(failed("insufficient_funds"),)))

    assert step.at.astimezone(BERLIN) == datetime(2026, 3, 16, 10, tzinfo=BERLIN), (
        "the 15th is Sunday"
    )


def test_without_a_pay_day_left_the_usual_moments_are_taken():
    late = failed("insufficient_funds", datetime(2026, 3, 3, 12, tzinfo=UTC))
    since = datetime(2026, 3, 2, 12, tzinfo=UTC)
    terms = CampaignTerms(0, TERMS.messages, TERMS.access, 45, "hand_over", retry_days=9)

    step = retry_of(facts(first_failed_at=since, tries=(late,)), late.at, terms)

    assert step.at < datetime(2026, 3, 11, 12, tzinfo=UTC)


def test_a_technical_decline_is_tried_again_the_same_day():
    assert retry_of(facts(tries=(failed("processing_error"),))).at == MONDAY + timedelta(hours=4)


def test_authentication_needs_the_customer_who_is_written_to_once():
    case = facts(tries=(failed("authentication_required"),))
    steps = ladder(TERMS, case, MONDAY)

    assert retry_of(case) is None
    assert steps[0].key == "message:confirm_payment:first"
    assert steps[0].passes_over == ("message:0:first_notice",)
    told = facts(tries=case.tries, taken=(Taken("message:confirm_payment:first", MONDAY),))
    assert "message:confirm_payment:first" not in keys(ladder(TERMS, told, MONDAY))


def test_an_attempt_that_waits_for_the_customer_is_not_repeated():
    waiting = Try("first", MONDAY, "needs_customer", "", "card")

    assert retry_of(facts(tries=(waiting,))) is None


def test_a_card_that_works_pays_the_next_invoice_at_once():
    paid = Try("second", MONDAY + timedelta(days=1), "succeeded", "", "card")

    step = retry_of(facts(tries=(failed(), paid)), paid.at)

    assert (step.key, step.at) == ("retry:after:second", paid.at)


@pytest.mark.parametrize("network", ["visa", "mastercard", "amex"])
def test_the_networks_limits_stop_retries(network):
    tried = tuple(MONDAY - timedelta(days=day) for day in range(12))
    card = Method("card", network, MONDAY - timedelta(days=90), tried)

    assert retry_of(facts(method=card)) is None


def test_a_charge_under_way_stops_retries_access_and_the_end():
    under_way = Try("second", MONDAY + timedelta(days=2), "open", "", "card")
    steps = ladder(TERMS, facts(tries=(failed(), under_way)), MONDAY + timedelta(days=60))

    assert {step.kind for step in steps} == {"message"}


def test_who_pays_by_transfer_gets_messages_and_nothing_else_until_the_end():
    case = facts(basis="overdue", method=None, tries=())
    _, steps = climb(TERMS, case, lambda: "")

    assert {step.kind for _, step in steps} == {"message", "end"}


def test_less_than_the_threshold_is_not_pursued():
    terms = CampaignTerms(5001, TERMS.messages, TERMS.access, 45, "hand_over")

    assert ladder(terms, facts(), MONDAY) == ()


def test_a_pause_moves_steps_and_never_the_window():
    hold = Hold(MONDAY, MONDAY + timedelta(days=20))
    case = facts(holds=(hold,))

    assert retry_of(case) is None
    assert all(step.at >= hold.until for step in ladder(TERMS, case, MONDAY))


def test_after_a_pause_one_message_stands_for_those_missed():
    hold = Hold(MONDAY + timedelta(days=1), MONDAY + timedelta(days=12))
    written = (Taken("message:0:first_notice", MONDAY),)
    now = datetime(2026, 3, 16, 9, tzinfo=UTC)

    steps = ladder(TERMS, facts(holds=(hold,), taken=written), now)

    step = next(one for one in steps if one.key == "message:10:reminder")
    assert step.passes_over == ("message:4:reminder",)


def test_nobody_hears_a_last_notice_first_and_none_is_written_within_two_days():
    old = facts(first_failed_at=MONDAY - timedelta(days=150))

    first = next(one for one in ladder(TERMS, old, MONDAY) if one.kind == "message")
    assert (first.value, first.passes_over) == (
        "first_notice", ("message:4:reminder", "message:10:reminder"),
    )  # fmt: skip
    told = facts(
        first_failed_at=old.first_failed_at,
        taken=tuple(Taken(key, MONDAY) for key in (first.key, *first.passes_over)),
    )
    steps = ladder(TERMS, told, MONDAY)
    notice = next(one for one in steps if one.value == "last_notice")
    assert notice.at >= MONDAY + timedelta(days=2)
    assert all(one.at >= MONDAY + timedelta(days=3) for one in steps if one.kind == "end")


def test_a_suspension_waits_until_a_late_last_notice_has_been_read():
    told = MONDAY + timedelta(days=30)
    taken = tuple(
        Taken(key, told)
        for key in ("message:16:last_notice", "access:3:banner", "access:15:restrict_additions")
    )

    step = next(
        one
        for one in ladder(TERMS, facts(taken=taken, last_notice_at=told), told)
        if one.value == "suspend"
    )

    assert step.at >= told + timedelta(days=3)


def test_a_suspension_never_comes_when_the_last_notice_was_passed_over():
    taken = (Taken("message:16:last_notice", MONDAY),)

    steps = ladder(TERMS, facts(taken=taken), MONDAY + timedelta(days=40))

    assert "suspend" not in [step.value for step in steps]


def test_messages_of_one_campaign_come_in_order_even_when_hands_were_away():
    terms = CampaignTerms(
        0, (MessageStep(0, "first_notice"), MessageStep(3, "reminder")), (), 30, "hand_over"
    )

    _, steps = climb(terms, facts(method=None), lambda: "", late_hours=0)

    assert [step.value for _, step in steps] == ["first_notice", "reminder", "hand_over"]


def test_a_card_not_seen_before_is_not_charged_when_nothing_was_tried():
    assert retry_of(facts(basis="overdue", tries=(), method=CARD)) is None
