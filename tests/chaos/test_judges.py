"""Every judge can fail: each is shown a database broken in the way it looks for, past all constraints."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from billing.models import Invoice, Payment, PaymentAttempt, Receivable, Refund
from billing.operations.push_flow import push_flow
from billing.operations.record_payment import record_payment
from billing.pipeline import STAGES
from kernel.money import Money
from tests.chaos import judges
from tests.chaos.agreements import agree
from tests.chaos.company import Promise
from tests.chaos.hook_judges import JUDGES as WHAT_PRODUCTS_HEAR
from tests.chaos.scene import Charge, Scene
from tests.seatworld import START, SeatWorld, day

AT = day(2, 20)


def scene_of(world: SeatWorld, **known) -> Scene:
    """February's scene: what the world was told is the promise."""
    promise = Promise(
        customer="acme",
        subscription="acme-team",
        starts_on=START.date(),
        seats={"member": 25, "viewer": 0},
        events={"acme-team-start", "e1"},
    )
    return Scene(promises=[promise], at=AT, files=Path(known.pop("files", ".")), **known)


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("printed")


@pytest.fixture(scope="module")
def module_told(module_world, printed) -> SeatWorld:
    """Two invoices on paper, both paid by a transfer of five dollars too much."""
    with override_settings(MEDIA_ROOT=printed):
        tell(module_world)
    return module_world


@pytest.fixture
def told(module_told, db, printed, settings, tmp_path) -> SeatWorld:
    settings.MEDIA_ROOT = copytree(printed, tmp_path, dirs_exist_ok=True)
    return deepcopy(module_told)


def tell(world: SeatWorld) -> None:
    world.send("e1", day(1, 20))
    for at in (START, AT):
        push_flow(stages=STAGES, at=at)
    invoices = Invoice.objects.order_by("number")
    asked = sum(one.total_minor for one in invoices)
    record_payment(
        customer=world.customer, billing_entity=world.entity, method="bank_transfer",
        money=Money(asked + 500, "USD"), paid_on=AT.date(), at=AT,
        invoices=[one.pk for one in invoices],
    )  # fmt: skip
    push_flow(stages=STAGES, at=AT)


def break_it(*statements: str) -> None:
    """As no product code could: without triggers, foreign keys and the constraints in the way."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET LOCAL session_replication_role = origin")


def attempt_on(world: SeatWorld, gateway_id: str, **said) -> PaymentAttempt:
    """A charge that succeeded on the first invoice."""
    receivable = Receivable.objects.order_by("invoice__number").first()
    values = {"number": 1, "state": "succeeded", **said}
    return PaymentAttempt.objects.create(
        customer=world.customer, receivable=receivable, trigger="issue", currency="USD",
        amount_minor=100, started_at=AT, gateway_id=gateway_id, **values,
    )  # fmt: skip


def test_what_was_told_and_done_finds_every_judge_content(told, tmp_path):
    scene = scene_of(told, files=tmp_path, stages=STAGES, charges=[])

    found = [one for one in judges.judge(scene) if not one.startswith("weeks are billed")]
    found += judges.nothing_waits(scene)

    assert found == []


BROKEN = {
    "numbers_are_gapless": [
        ("UPDATE billing_numberseries SET last_number = 9", "stands at 9"),
        ("UPDATE billing_invoice SET number = 'SW-77' WHERE sequence = 1", "is not number 1"),
    ],
    "spans_are_billed_once": [
        (
            "ALTER TABLE billing_invoiceline DROP CONSTRAINT billing_invoiceline_rated_span_id_key;"
            "UPDATE billing_invoiceline SET rated_span_id ="
            " (SELECT rated_span_id FROM billing_invoiceline WHERE kind = 'recurring' LIMIT 1)",
            "lines",
        ),
        (
            "UPDATE billing_ratedspan SET period_first = '2026-01-15',"
            " seat_type_id = (SELECT min(seat_type_id::text)::uuid FROM billing_ratedspan)",
            "was billed",
        ),
    ],
    "weeks_are_billed": [("SELECT 1", "began 6 weeks and was billed 0")],
    "events_are_recorded_once": [
        ("DELETE FROM billing_entitlementevent WHERE source_event_id = 'e1'", "is gone"),
        (
            "UPDATE billing_entitlementevent SET source_event_id = 'e2' WHERE source_event_id = 'e1'",
            "never sent",
        ),
        (
            "DELETE FROM billing_seatledgerentry WHERE event_id ="
            " (SELECT id FROM billing_entitlementevent WHERE source_event_id = 'e1')",
            "has 0 ledger entries",
        ),
        (
            "ALTER TABLE billing_entitlementevent DROP CONSTRAINT event_source_id_once_per_customer;"
            "UPDATE billing_entitlementevent SET source_event_id = 'e1', source = 'product'",
            "is recorded 2 times",
        ),
    ],
    "ledger_is_whole": [
        ("UPDATE billing_seatledgerentry SET quantity = quantity + 1", "does not fit its digest")
    ],
    "invoices_follow_from_the_ledger": [
        ("UPDATE billing_invoiceline SET quantity = quantity + 1", "recheck"),
    ],
    "invoices_add_up": [
        ("UPDATE billing_invoiceline SET amount_minor = amount_minor + 1", "subtotal"),
    ],
    "nothing_waits": [
        ("UPDATE billing_invoice SET state = 'draft', issued_at = NULL", "still drafts"),
        (
            "INSERT INTO billing_invoicerun (id, as_of, trigger, state, started_at,"
            " waiting_at_start, rated, drafted, finalized, rendered, refused)"
            " VALUES (gen_random_uuid(), now(), 'command', 'running', now(), 0, 0, 0, 0, 0, 0)",
            "never ended",
        ),
        (
            "INSERT INTO billing_stagerefusal (id, stage, subject_id, subject_label, code, message,"
            " first_at, last_at, attempts) VALUES (gen_random_uuid(), 'rate', gen_random_uuid(),"
            " 'acme', 'unexpected_error', 'the server closed the connection', now(), now(), 1)",
            "is parked at rate",
        ),
        ("DELETE FROM billing_invoicedocument", "wait for render"),
    ],
    "documents_are_as_recorded": [
        ("DELETE FROM billing_invoicedocument", "has no document"),
        ("UPDATE billing_invoicedocument SET sha256 = 'x'", "is not the one recorded"),
        ("UPDATE billing_invoicedocument SET path = 'nowhere.pdf'", "is gone"),
    ],
    "receivables_follow_allocations": [
        ("UPDATE billing_receivable SET open_minor = 1, settled_at = NULL", "open"),
        ("DELETE FROM billing_receivable", "has no receivable"),
    ],
    "payments_are_wholly_placed": [
        ("DELETE FROM billing_creditentry", "placed"),
        ("UPDATE billing_payment SET amount_minor = amount_minor + 1", "placed"),
    ],
    "credit_is_never_negative": [
        (
            "UPDATE billing_creditentry SET amount_minor = -amount_minor, reason = 'withdrawn'",
            "has a credit of -500",
        ),
    ],
    "books_balance": [
        ("UPDATE billing_journalposting SET amount_minor = amount_minor + 1", "is off by"),
        ("DELETE FROM billing_journalentry WHERE kind = 'received'", "reconcile_books"),
    ],
    "webhooks_are_kept_once": [
        (
            "INSERT INTO billing_gatewayevent (id, event_id, kind, object_id, created_at,"
            " received_at, body, outcome) VALUES (gen_random_uuid(), 'evt_1', 'x', '', now(),"
            " now(), '', '')",
            "is not applied",
        ),
    ],
}


@pytest.mark.parametrize(
    ("name", "statement", "words"),
    [(name, *one) for name, ways in BROKEN.items() for one in ways],
    ids=lambda value: value if isinstance(value, str) and value in BROKEN else "",
)
def test_a_judge_finds_what_it_looks_for(told, tmp_path, name, statement, words):
    break_it(statement)

    found = getattr(judges, name)(scene_of(told, files=tmp_path, stages=STAGES))

    assert any(words in one for one in found), found


def test_an_exception_carried_out_twice_or_never_is_found(told):
    promise = scene_of(told).promises[0]
    agree(promise)
    push_flow(stages=STAGES, at=timezone.now())
    scene = replace(scene_of(told), at=timezone.now())
    assert judges.exceptions_are_carried_out_once(scene) == []

    break_it("UPDATE billing_entitlementevent SET source = 'x' WHERE source = 'exceptions'")

    assert judges.exceptions_are_carried_out_once(scene) != []


def test_an_attempt_without_its_payment_is_found(told):
    attempt_on(told, "pi_1")

    (found,) = judges.attempts_succeed_once(scene_of(told))

    assert "took 100; 0 payments of 0 say so" in found


def test_two_successes_and_an_attempt_without_answer_are_found(told):
    attempt_on(told, "pi_1")
    attempt_on(told, "pi_2", number=2)
    attempt_on(told, "", number=3, state="started", ask_at=AT)

    found = "; ".join(judges.attempts_succeed_once(scene_of(told)))

    assert "was charged 2 times" in found
    assert "is still started" in found
    assert "1 payment attempts wait" in "; ".join(judges.nothing_waits(scene_of(told)))


@pytest.mark.parametrize(
    ("charges", "words"),
    [
        ([("pi_1", "SW-000001", 100), ("pi_2", "SW-000001", 100)], "charged SW-000001 2 times"),
        ([("pi_2", "SW-000001", 100)], "took pi_2 and no attempt knows"),
        ([], "pi_1 succeeded and the gateway took nothing"),
        ([("pi_1", "SW-000001", 99)], "the gateway took 99 by pi_1, the attempt says 100"),
    ],
)
def test_money_the_gateway_took_and_we_do_not_know_is_found(told, charges, words):
    attempt_on(told, "pi_1")
    scene = scene_of(told, charges=[Charge(*one) for one in charges])

    assert words in "; ".join(judges.charges_equal_attempts(scene))


def test_refunds_without_their_payment_or_given_twice_are_found(told):
    payment = Payment.objects.get()
    refund = Refund.objects.create(
        customer=told.customer, payment=payment, currency="USD", amount_minor=100, reason="x",
        state="succeeded", requested_at=AT, gateway_id="re_1",
    )  # fmt: skip
    Refund.objects.create(
        customer=told.customer, payment=payment, currency="USD", amount_minor=100, reason="x",
        state="succeeded", requested_at=AT, gateway_id="re_2",
    )  # fmt: skip
    name = str(refund.pk)
    back = [Charge("re_1", name, 100), Charge("re_3", name, 100), Charge("re_4", "other", 1)]

    found = "; ".join(judges.refunds_move_once(scene_of(told, charges=[], refunds=back)))

    assert "0 payments of 0 say so" in found
    assert f"the gateway gave refund {name} back 2 times" in found
    assert "the gateway gave other back and no refund knows" in found
    assert "succeeded and the gateway did not" in found


def test_a_webhook_that_was_answered_and_lost_is_found(told):
    scene = scene_of(told, webhooks={"evt_lost"})

    assert judges.webhooks_are_kept_once(scene) == ["webhook evt_lost was answered and is gone"]


def test_messages_sent_twice_or_in_secret_are_found(told):
    break_it(
        """INSERT INTO dunning_message (id, case_id, step_id, template, language, "to", reply_to,
           subject, text, html, message_id, state, queued_at, send_after, sent_at, claimed_at,
           try_count, problem)
           SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'x', 'en', '["a@b.example"]',
           '', '', '', '', name, 'sent', now(), now(), now(), now(), 1, ''
           FROM unnest(ARRAY['<one>', '<two>']) AS name"""
    )
    scene = scene_of(told, mails=["<one>", "<one>", "<secret>"])

    found = "; ".join(judges.messages_are_sent_once(scene))

    assert "mail <one> was sent 2 times" in found
    assert "mail <secret> was sent and nobody knows" in found
    assert "message <two> is sent and its mail was never taken" in found


def test_every_judge_is_shown_to_fail():
    by_hand = {
        "attempts_succeed_once",
        "charges_equal_attempts",
        "refunds_move_once",
        "messages_are_sent_once",
        "exceptions_are_carried_out_once",
        *(one.__name__ for one in WHAT_PRODUCTS_HEAR),
    }
    judged = {one.__name__ for one in (*judges.JUDGES, judges.nothing_waits)}

    assert judged == set(BROKEN) | by_hand
