"""A case at the desk: what happened, what comes next, and what people may decide about it."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import BillingOwner, ExceptionRequest
from accounts.operations.publish_authority import first_rules, publish_authority, rule
from billing.models import Receivable
from dunning.models import CaseNote, DunningCase, Message, Pause, Promise
from dunning.operations.hand_over_case import hand_over_case
from dunning.operations.pause_case import pause_case
from tests.dunning.case_world import FAILED_AT, PRICE, fail, live, pay, the_case, tick


@pytest.fixture(scope="module")
def module_case(module_world):
    """Acme's charge was declined for lack of money, and the first notice was sent."""
    fail(module_world, code="insufficient_funds")
    tick(FAILED_AT)
    return the_case()


@pytest.fixture
def case(module_case, db):
    return deepcopy(module_case)


def let_analysts_pause() -> None:
    """A version of the matrix by which an analyst pauses alone."""
    others = [one for one in first_rules() if one["kind"] != "dunning_pause"]
    alone = rule("dunning_pause", approvers=0, role="analyst")
    publish_authority(rules=[*others, alone], request=None, at=FAILED_AT)


def page_of(client, case):
    return client.get(reverse("desk:recovery_case", args=[case.pk]))


def press(client, case, action, **said):
    address = reverse(f"desk:recovery_{action}", args=[case.pk])
    return client.post(address, said, follow=True).content.decode()


def soon(days=5):
    return (timezone.now() + timedelta(days=days)).date().isoformat()


def test_the_page_tells_what_is_open_and_what_comes_next_in_both_zones(as_role, case):
    answer = page_of(as_role("support"), case)

    text = answer.content.decode()
    page = answer.context_data["page"]
    assert page.open_minor == PRICE
    assert page.method == "visa ending in 4242"
    assert page.steps
    assert all(step.why for step in page.steps)
    assert "CET" in text
    assert "US$200.00" in text


def test_a_decline_is_told_in_plain_words(as_role, case):
    text = page_of(as_role("support"), case).content.decode()

    assert "Not enough money in the account (insufficient_funds)." in text
    assert "It is tried again on a likely pay day." in text


def test_a_message_is_shown_as_it_was_sent_and_cannot_act(as_role, case):
    text = page_of(as_role("analyst"), case).content.decode()

    message = Message.objects.get()
    assert message.subject in text
    assert text.count('<iframe class="dk-paper dk-mail" sandbox loading="lazy"') == 2
    assert text.count('srcdoc="&lt;!DOCTYPE html&gt;') == 2, "the one sent, and the link again"
    assert text.count("<!DOCTYPE html>") == 1


def test_the_timeline_has_charges_messages_advice_and_the_end(as_role, world):
    fail(world)
    live(until=FAILED_AT + timedelta(days=60))

    rows = page_of(as_role("support"), the_case()).context_data["page"].rows

    titles = [row.title for row in rows]
    assert titles[0] == "Write-off asked for" or titles[1] == "Write-off asked for"
    assert "Advice on access: suspend access" in titles
    assert "Message: last notice" in titles
    assert sum(title.startswith("Charge ") and "visa" in title for title in titles) >= 7
    assert [row.at for row in rows] == sorted((row.at for row in rows), reverse=True)


def test_the_timeline_tells_payment_and_closing(as_role, world, case):
    pay(world, FAILED_AT + timedelta(hours=1))
    tick(FAILED_AT + timedelta(hours=1))

    page = page_of(as_role("support"), case).context_data["page"]

    titles = [row.title for row in page.rows]
    assert "Case closed" in titles
    assert any(title.startswith("US$200.00 of ") for title in titles)
    assert page.why_nothing.startswith("The case is closed")
    assert page.steps == ()


def test_a_pause_is_asked_for_while_nobody_may_pause_alone(as_role, case):
    text = press(as_role("analyst"), case, "pause", day=soon(), reason="Their bank moves")

    asked = ExceptionRequest.objects.get()
    assert (asked.kind, asked.reason, asked.terms) == (
        "dunning_pause", "Their bank moves", {"until": soon()},
    )  # fmt: skip
    assert f"{asked.number} asks for it" in text
    assert (DunningCase.objects.get().state, Pause.objects.count()) == ("open", 0)


def test_a_pause_has_its_reason_and_its_end(as_role, case):
    let_analysts_pause()

    text = press(as_role("analyst"), case, "pause", day=soon(), reason="Their bank moves")

    pause = Pause.objects.get()
    assert (pause.reason, case.pauses.count()) == ("Their bank moves", 1)
    assert pause.paused_by.groups.get().name == "analyst"
    assert "Nothing is charged or written until then" in text
    assert DunningCase.objects.get().state == "paused"


@pytest.mark.parametrize(
    ("action", "said", "words"),
    [
        ("pause", {"reason": "x"}, "Say until which day"),
        ("pause", {"day": "2999-01-01", "reason": "x"}, "90 days at most"),
        ("pause", {"day": "2020-01-01", "reason": "x"}, "A pause ends in the future"),
        ("pause", {"day": soon()}, "Say why"),
        ("resume", {}, "This case is not paused"),
        ("promise", {"amount": "1"}, "Say by which day"),
        ("promise", {"day": soon()}, "Say how much"),
        ("promise", {"day": soon(), "amount": "201.00"}, "write down a promise of that or less"),
        ("promise", {"day": soon(), "amount": "1,x"}, "amount"),
        ("note", {"words": "  "}, "Write what was said or done"),
        ("hand_over", {}, "Say why"),
        ("ask_write_off", {}, "Say why"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(as_role, case, action, said, words):
    text = press(as_role("analyst"), case, action, **said)

    assert words in text
    assert Pause.objects.count() + Promise.objects.count() + CaseNote.objects.count() == 0
    assert DunningCase.objects.get().state == "open"


def test_a_pause_is_ended_by_hand(as_role, case):
    let_analysts_pause()
    client = as_role("analyst")
    press(client, case, "pause", day=soon(), reason="Their bank moves")

    text = press(client, case, "resume")

    assert "The pause is over" in text
    assert DunningCase.objects.get().state == "open"


def test_a_promise_rests_the_case_and_names_the_amount(as_role, case):
    text = press(
        as_role("analyst"), case, "promise", day=soon(), amount="150.00", reason="Olga called"
    )

    promise = Promise.objects.get()
    assert (promise.amount_minor, promise.words) == (150_00, "Olga called")
    assert "Promise of US$150.00 written down" in text


def test_a_reply_is_written_down(as_role, case):
    text = press(as_role("analyst"), case, "note", kind="reply", words="We pay on Friday.\nOlga")

    note = CaseNote.objects.get()
    assert (note.kind, note.words) == ("reply", "We pay on Friday.\nOlga")
    assert "We pay on Friday." in text


def test_a_case_handed_over_shows_no_machine(as_role, case):
    text = press(as_role("analyst"), case, "hand_over", reason="Our lawyer, file 7")

    assert DunningCase.objects.get().state == "handed_over"
    assert "A person has it" in text
    assert "End the pause" not in text


def test_asking_for_a_write_off_books_nothing(as_role, case):
    text = press(as_role("analyst"), case, "ask_write_off", reason="Insolvent")

    assert DunningCase.objects.get().write_off_reason == "Insolvent"
    assert Receivable.objects.get().open_minor == PRICE
    assert "A write-off was asked for" in text


def test_the_link_is_sent_again_as_it_was_shown(as_role, case):
    client = as_role("analyst")
    shown = page_of(client, case).context_data["page"].draft

    text = press(client, case, "send_link")

    message = Message.objects.exclude(step__key__startswith="message:0").get()
    assert (message.subject, message.state) == (shown.subject, "queued")
    assert message.step.why.startswith("analyst")
    assert "The link goes to olga@acme.example" in text


def test_the_link_is_not_sent_twice_within_the_hour(as_role, case):
    client = as_role("analyst")
    press(client, case, "send_link")

    text = press(client, case, "send_link")

    assert "A link was sent less than an hour ago" in text
    assert Message.objects.count() == 2


def test_no_link_is_sent_for_a_case_that_is_paused(as_role, case):
    let_analysts_pause()
    client = as_role("analyst")
    press(client, case, "pause", day=soon(), reason="Asked to")

    assert "This case is paused" in press(client, case, "send_link")
    assert Message.objects.count() == 1


def test_no_link_is_sent_to_nobody(as_role, case):
    BillingOwner.objects.update(receives_invoices=False)

    assert "No billing owner receives invoices" in press(as_role("analyst"), case, "send_link")


@pytest.mark.parametrize("action", ["pause", "promise", "hand_over", "ask_write_off", "send_link"])
def test_a_closed_case_is_not_changed(as_role, world, case, action):
    pay(world, FAILED_AT)
    tick(FAILED_AT)

    text = press(as_role("analyst"), case, action, day=soon(), amount="1", reason="x")

    assert "This case is closed" in text


@pytest.mark.parametrize(
    "action", ["pause", "resume", "promise", "note", "hand_over", "ask_write_off", "send_link"]
)
def test_support_looks_and_does_not_decide(as_role, case, action):
    client = as_role("support")

    text = page_of(client, case).content.decode()
    answer = client.post(reverse(f"desk:recovery_{action}", args=[case.pk]), {"reason": "x"})

    assert answer.status_code == 403
    assert "Write down</button>" not in text
    assert reverse("desk:recovery_pause", args=[case.pk]) not in text


def test_a_long_case_costs_no_more_queries(as_role, world, case, django_assert_max_num_queries):
    live(since=FAILED_AT, until=FAILED_AT + timedelta(days=30))
    pause_case(
        case_id=case.pk, until=FAILED_AT + timedelta(days=40), reason="Asked to",
        at=FAILED_AT + timedelta(days=31),
    )  # fmt: skip
    hand_over_case(case_id=case.pk, reason="A lawyer", at=FAILED_AT + timedelta(days=32))
    client = as_role("analyst")

    with django_assert_max_num_queries(32):
        page_of(client, case)


def test_a_key_nobody_has_is_not_found(as_role, world):
    assert (
        as_role("support").get(reverse("desk:recovery_case", args=[world.customer.pk])).status_code
        == 404
    )


def test_the_customers_page_leads_to_its_open_case(as_role, world, case):
    client = as_role("support")
    place = reverse("desk:customer", args=[case.customer_id])

    while_open = client.get(place).content.decode()
    pay(world, FAILED_AT)
    tick(FAILED_AT)
    when_paid = client.get(place).content.decode()

    address = reverse("desk:recovery_case", args=[case.pk])
    assert address in while_open
    assert "Advise: show a banner" in while_open
    assert address not in when_paid
