"""POST /webhooks/stripe: what is believed, what is stored, and what applying it does."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection
from django.test import Client

from billing.enums import AttemptState, DisputeState, PaymentKind, StageName
from billing.models import (
    Allocation,
    Dispute,
    GatewayCustomer,
    GatewayEvent,
    Payment,
    PaymentAttempt,
    PaymentMethod,
    Payout,
    Receivable,
    Refund,
    StageRefusal,
)
from billing.operations.push_flow import push_flow
from billing.pipeline import SETTLE
from billing.queries.credit import credit_balance
from tests.billing.gateway.telling import SECRET, URL, event, post
from tests.seatworld import START, SeatWorld, day

OLD_SECRET = "whsec_old"
ISSUED, SETTLED = day(1, 15), day(1, 16)


@pytest.fixture(autouse=True)
def secrets(settings):
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET, OLD_SECRET]


def settle(at=SETTLED) -> None:
    push_flow(stages=(SETTLE,), at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def intent(status="succeeded", **said) -> dict:
    return {
        "id": "pi_1", "object": "payment_intent", "amount": 200_00, "amount_received": 200_00,
        "currency": "usd", "status": status, "customer": "cus_1", "metadata": {}, **said,
    }  # fmt: skip


@pytest.fixture
def charged(world) -> PaymentAttempt:
    """An invoice with an attempt whose answer did not come."""
    GatewayCustomer.objects.create(customer=world.customer, gateway_id="cus_1", created_at=START)
    method = PaymentMethod.objects.create(
        customer=world.customer, gateway_id="pm_1", kind="card", is_default=True, added_at=START
    )
    world.push(ISSUED)
    attempt = PaymentAttempt.objects.get()
    assert attempt.payment_method == method
    return attempt


def of(attempt: PaymentAttempt, status="succeeded", **said) -> dict:
    return intent(status, metadata={"attempt": str(attempt.pk)}, **said)


@pytest.mark.django_db
class TestAtTheDoor:
    def test_a_signed_event_is_stored_and_answered(self):
        assert post(event("customer.created", {"id": "cus_9"})).status_code == 200

        stored = GatewayEvent.objects.get()
        assert (stored.event_id, stored.kind, stored.applied_at) == (
            "evt_1", "customer.created", None,
        )  # fmt: skip

    def test_the_same_event_twice_is_one_row(self):
        for _ in range(2):
            assert post(event("customer.created", {"id": "cus_9"})).status_code == 200

        assert GatewayEvent.objects.count() == 1

    def test_during_rotation_the_old_secret_is_still_believed(self):
        assert post(event("x", {}), secret=OLD_SECRET).status_code == 200

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({"secret": "whsec_forged"}, "webhook_not_signed"),
            ({"header": ""}, "webhook_not_signed"),
            ({"header": "t=abc,v1=00"}, "webhook_not_signed"),
            ({"age_seconds": 301}, "webhook_outside_tolerance"),
            ({"age_seconds": -330}, "webhook_outside_tolerance"),
        ],
    )
    def test_forged_old_and_future_events_are_refused(self, said, code):
        answer = post(event("x", {}), **said)

        assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert not GatewayEvent.objects.exists()

    @pytest.mark.parametrize("age_seconds", [240, -240])
    def test_within_the_tolerance_both_ways_they_are_believed(self, age_seconds):
        assert post(event("x", {}), age_seconds=age_seconds).status_code == 200

    @pytest.mark.parametrize(
        "body",
        [
            "no json", "[]", "null", '{"object": "event"}', '{"id": 1}', "[" * 100_000,
            json.dumps({**event("x", {}), "created": "yesterday"}),
            json.dumps({**event("x", {}), "created": 10**30}),
            json.dumps({**event("x", {}), "id": "e" * 101}),
            json.dumps({**event("x", {}), "data": {"object": []}}),
        ],
    )  # fmt: skip
    def test_a_signed_body_that_is_no_event_is_refused(self, body):
        answer = post(body)

        assert (answer.status_code, answer.json()["code"]) == (400, "webhook_unreadable")

    def test_a_huge_body_is_refused_before_it_is_read(self):
        answer = post(event("x", {"padding": "x" * (1024 * 1024)}))

        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")

    def test_only_post_is_served(self):
        assert Client().get(URL).status_code == 405


def test_an_unknown_kind_is_stored_and_changes_nothing(world):
    post(event("invoice.paid", {"id": "in_1"}))

    settle()

    assert "change nothing" in GatewayEvent.objects.get().outcome


def test_a_success_told_by_webhook_alone_is_a_payment(charged):
    post(event("payment_intent.succeeded", of(charged)))

    settle()

    charged.refresh_from_db()
    assert (charged.state, charged.gateway_id) == (AttemptState.SUCCEEDED, "pi_1")
    assert Receivable.objects.get().open_minor == 0


def test_a_success_before_its_own_decline_stands(charged):
    failed = of(charged, "requires_payment_method", last_payment_error={"code": "card_declined"})
    post(event("payment_intent.succeeded", of(charged), event_id="evt_2"))
    settle()
    post(event("payment_intent.payment_failed", failed, created=ISSUED - timedelta(minutes=5)))

    settle()

    charged.refresh_from_db()
    assert charged.state == AttemptState.SUCCEEDED
    assert Payment.objects.count() == 1


def test_a_decline_then_a_success_in_one_batch_in_any_order(charged):
    failed = of(charged, "requires_payment_method", last_payment_error={"code": "card_declined"})
    later = ISSUED + timedelta(minutes=5)
    post(event("payment_intent.succeeded", of(charged), event_id="evt_2", created=later))
    post(event("payment_intent.payment_failed", failed, event_id="evt_1"))

    settle()

    charged.refresh_from_db()
    assert charged.state == AttemptState.SUCCEEDED
    assert list(GatewayEvent.objects.order_by("created_at").values_list("outcome", flat=True)) == [
        "Attempt 1: failed.", "Attempt 1: succeeded.",
    ]  # fmt: skip


def test_two_events_of_one_success_are_one_payment(charged):
    post(event("payment_intent.succeeded", of(charged), event_id="evt_1"))
    post(event("payment_intent.succeeded", of(charged), event_id="evt_2"))

    settle()

    assert Payment.objects.count() == 1


def test_money_of_a_checkout_settles_the_invoices_it_names(charged, world):
    world.push(day(2, 15))
    second = Receivable.objects.order_by("due_date").last()
    post(event("payment_intent.succeeded", intent(metadata={"invoices": str(second.pk)})))

    settle(at=day(2, 16))

    second.refresh_from_db()
    assert second.open_minor == 0


def test_money_of_strangers_is_not_ours(world):
    post(event("payment_intent.succeeded", intent()))

    settle()

    assert "Not about a customer of ours" in GatewayEvent.objects.get().outcome
    assert not Payment.objects.exists()


def test_a_poison_event_parks_in_sight_and_the_others_pass(charged):
    post(event("payout.paid", {"id": "po_1"}, event_id="evt_bad", created=day(1, 1)))
    post(event("payment_intent.succeeded", of(charged), event_id="evt_good"))

    settle()

    parked = StageRefusal.objects.get()
    bad = GatewayEvent.objects.get(event_id="evt_bad")
    assert (parked.stage, parked.subject_id) == (StageName.SETTLE, bad.pk)
    assert bad.applied_at is None
    assert Payment.objects.count() == 1


def test_a_parked_event_is_applied_once_a_person_replays_it(charged):
    post(event("payout.paid", {"id": "po_1"}, event_id="evt_bad"))
    settle()
    bad = GatewayEvent.objects.get()
    whole = {
        "id": "po_1", "amount": 5, "currency": "usd", "status": "paid",
        "arrival_date": int(ISSUED.timestamp()),
    }  # fmt: skip
    bad.body = json.dumps(event("payout.paid", whole, event_id="evt_bad"))
    bad.save(update_fields=["body"])

    StageRefusal.objects.update(resolved_at=day(1, 17))
    settle(at=day(1, 17))

    assert Payout.objects.get().amount_minor == 5


def pay(charged) -> Payment:
    post(event("payment_intent.succeeded", of(charged), event_id="evt_paid"))
    settle()
    return Payment.objects.get()


def dispute(**said) -> dict:
    return {
        "id": "du_1", "object": "dispute", "payment_intent": "pi_1", "amount": 200_00,
        "currency": "usd", "reason": "fraudulent", "status": "needs_response",
        "created": int(day(2, 1).timestamp()), "evidence_details": {"due_by": None}, **said,
    }  # fmt: skip


def test_a_dispute_opens_the_invoice_again_and_seats_stay(charged, world):
    pay(charged)
    post(event("charge.dispute.created", dispute(), event_id="evt_d1"))
    post(event("charge.dispute.funds_withdrawn", dispute(), event_id="evt_d2"))

    settle(at=day(2, 2))

    assert Dispute.objects.get().state == DisputeState.OPEN
    assert Receivable.objects.get().open_minor == 200_00
    assert world.seats() == 25


def test_a_dispute_won_settles_the_invoice_again_in_whatever_order_told(charged, world):
    pay(charged)
    post(event("charge.dispute.funds_reinstated", dispute(status="won"), event_id="evt_d3"))
    post(event("charge.dispute.closed", dispute(status="won"), event_id="evt_d4"))
    settle(at=day(3, 1))
    post(event("charge.dispute.funds_withdrawn", dispute(), event_id="evt_d2"))
    post(event("charge.dispute.created", dispute(), event_id="evt_d1"))

    settle(at=day(3, 2))

    assert Dispute.objects.get().state == DisputeState.WON
    assert Receivable.objects.get().open_minor == 0
    kinds = list(Payment.objects.order_by("recorded_at", "pk").values_list("kind", flat=True))
    assert kinds == [PaymentKind.RECEIVED, PaymentKind.WITHDRAWAL, PaymentKind.REINSTATED]


def test_credit_already_used_goes_below_zero_when_the_bank_takes_it(charged, world):
    paid = of(charged, amount=200_00)
    post(event("payment_intent.succeeded", paid, event_id="evt_paid"))
    settle()
    twice = intent(id="pi_2", amount=200_00)
    post(event("payment_intent.succeeded", twice, event_id="evt_twice"))
    settle()
    world.push(day(2, 15))  # uses the credit
    post(event("charge.dispute.funds_withdrawn", dispute(payment_intent="pi_2"), event_id="evt_d2"))

    settle(at=day(2, 20))

    assert credit_balance(customer_id=world.customer.pk, currency="USD") == -200_00


def test_a_refund_made_at_the_gateway_is_followed(charged):
    pay(charged)
    refund = {
        "id": "re_1", "object": "refund", "payment_intent": "pi_1", "amount": 50_00,
        "currency": "usd", "status": "succeeded", "metadata": {},
    }  # fmt: skip
    for name in ("evt_r1", "evt_r2"):
        post(event("refund.created", refund, event_id=name))
        settle(at=day(2, 1))

    assert Refund.objects.get().gateway_id == "re_1"
    assert Payment.objects.get(kind=PaymentKind.REFUND).amount_minor == -50_00
    assert Receivable.objects.get().open_minor == 200_00
    assert credit_balance(customer_id=charged.customer_id, currency="USD") == 150_00


def test_methods_come_change_and_go(charged):
    card = {"brand": "visa", "last4": "4242", "exp_month": 2, "exp_year": 2030}
    method = {"id": "pm_2", "type": "card", "customer": "cus_1", "card": card}
    post(event("payment_method.attached", method, event_id="evt_m1"))
    settle()
    added = PaymentMethod.objects.get(gateway_id="pm_2")
    assert (added.is_default, str(added.expires_on)) == (True, "2030-02-28")

    post(event("payment_method.detached", {**method, "customer": None}, event_id="evt_m2"))
    settle(at=day(1, 17))

    added.refresh_from_db()
    assert (added.is_default, added.detached_at) == (False, day(1, 17))
    assert not PaymentMethod.objects.filter(is_default=True).exists()


def test_a_payout_shows_its_newest_state(charged):
    said = {"id": "po_1", "amount": 5, "currency": "usd", "arrival_date": int(START.timestamp())}
    for number, status in enumerate(["in_transit", "paid"]):
        post(event("payout.paid", {**said, "status": status}, event_id=f"evt_{number}"))
        settle(at=day(1, 16 + number))

    assert Payout.objects.get().state == "paid"


@pytest.mark.django_db(transaction=True)
def test_ten_threads_tell_the_same_success_and_it_is_one_payment(committed_world):
    world: SeatWorld = committed_world
    GatewayCustomer.objects.create(customer=world.customer, gateway_id="cus_1", created_at=START)
    world.push(ISSUED)
    told = event("payment_intent.succeeded", intent())

    def tell(_: int) -> int:
        try:
            status = post(told).status_code
            push_flow(stages=(SETTLE,), at=day(1, 16))
            return status
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as hands:
        answers = list(hands.map(tell, range(10)))

    push_flow(stages=(SETTLE,), at=day(1, 16))
    assert answers == [200] * 10
    assert (GatewayEvent.objects.count(), Payment.objects.count()) == (1, 1)
    assert Allocation.objects.count() == 1
    assert not StageRefusal.objects.exists()


def test_an_applied_event_says_what_came_of_it(db):
    with pytest.raises(IntegrityError, match="gateway_event_applied_says_what_came_of_it"):
        GatewayEvent.objects.create(
            event_id="evt", kind="x", created_at=START, received_at=START, body="{}",
            applied_at=START,
        )  # fmt: skip
