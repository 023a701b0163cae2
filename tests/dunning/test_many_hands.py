"""Several hands at once: real connections, committed transactions, and still each step once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.core import mail
from django.db import connection

from billing.models import Receivable
from dunning.models import CaseReceivable, DunningCase, DunningStep, Message
from tests.dunning.case_world import FAILED_AT, collect, fail, pay, the_case, tick
from tests.seatworld import day

HANDS = 6


def at_once(act) -> list:
    """The act in several threads, each with a connection of its own."""

    def alone(_: int):
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(HANDS) as hands:
        return list(hands.map(alone, range(HANDS)))


def test_many_ticks_at_once_open_one_case_and_send_each_message_once(committed_world):
    fail(committed_world)

    at_once(lambda: tick(FAILED_AT))
    tick(FAILED_AT)
    at_once(lambda: tick(FAILED_AT + timedelta(days=7)))
    tick(FAILED_AT + timedelta(days=7))

    assert DunningCase.objects.count() == 1
    keys = list(DunningStep.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys)) >= 3
    assert len(mail.outbox) == Message.objects.filter(state="sent").count() == 2
    assert Receivable.objects.filter(next_attempt_at__isnull=False).count() == 1


def test_an_invoice_that_joins_while_steps_are_taken_deadlocks_nobody(committed_world, caplog):
    fail(committed_world)
    tick(FAILED_AT)
    committed_world.push(day(2, 15))
    Receivable.objects.filter(first_failed_at=None).update(next_attempt_at=day(2, 16))
    collect(day(2, 16))

    for hour in range(3):
        at_once(lambda hour=hour: tick(day(2, 16, 9 + hour)))

    assert CaseReceivable.objects.count() == 2
    assert "broke" not in caplog.text


def test_a_payment_in_the_middle_of_ticks_closes_the_case_and_deadlocks_nobody(
    committed_world, caplog
):
    fail(committed_world)
    tick(FAILED_AT)
    at = FAILED_AT + timedelta(days=3, hours=1)
    turns = iter(range(HANDS))

    at_once(lambda: pay(committed_world, at) if next(turns) == 2 else tick(at))
    tick(at)

    assert the_case().closed_reason == "paid"
    assert not Receivable.objects.filter(next_attempt_at__isnull=False).exists()
    assert not Message.objects.filter(state__in=["queued", "sending"]).exists()
    assert "broke" not in caplog.text
