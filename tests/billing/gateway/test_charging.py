"""Charging a card: written first, asked once, and looked up when the answer was lost."""

from datetime import timedelta

import pytest

from billing.enums import AttemptState, AttemptTrigger, PaymentKind
from billing.models import Payment, PaymentAttempt, Receivable
from billing.operations.ask_gateway import ask_charges, ask_refunds, charge_once, claim_attempts
from billing.operations.record_payment import record_payment
from billing.operations.request_refund import request_refund
from billing.operations.start_attempts import (
    AttemptOpen,
    NothingOpen,
    PaymentMethodMissing,
    start_attempt,
)
from billing.operations.take_back_allocation import take_back_allocation
from kernel.money import Money
from tests.seatworld import SeatWorld, day

DECLINED = "4000000000000341"
ASKS_OWNER = "4000002760003184"
ISSUED = day(1, 15)


def ask(gateway, at=ISSUED) -> int:
    return ask_charges(gateway=gateway, now=lambda: at)


def later(minutes: int):
    return ISSUED + timedelta(minutes=minutes)


def attempt() -> PaymentAttempt:
    return PaymentAttempt.objects.get()


def test_an_invoice_of_a_customer_with_a_card_is_charged_when_issued(world, gateway, give_card):
    give_card(world)
    world.push(ISSUED)
    assert (attempt().state, attempt().trigger) == (AttemptState.STARTED, AttemptTrigger.ISSUE)

    assert ask(gateway) == 1

    assert attempt().state == AttemptState.SUCCEEDED
    assert Receivable.objects.get().open_minor == 0
    payment = Payment.objects.get()
    assert (payment.gateway_id, payment.amount_minor) == (attempt().gateway_id, 200_00)


def test_without_a_card_nothing_is_attempted(world, gateway):
    world.push(ISSUED)

    assert ask(gateway) == 0
    assert not PaymentAttempt.objects.exists()


def test_a_decline_is_an_answer_with_its_reason(world, gateway, give_card):
    give_card(world, DECLINED, "insufficient_funds")
    world.push(ISSUED)

    ask(gateway)

    found = attempt()
    assert (found.state, found.decline_code) == (AttemptState.FAILED, "insufficient_funds")
    assert found.gateway_id.startswith("pi_")
    receivable = Receivable.objects.get()
    assert (receivable.open_minor, receivable.first_failed_at) == (200_00, ISSUED)
    assert receivable.next_attempt_at is None


def test_a_card_that_wants_its_owner_waits_for_the_customer(world, gateway, give_card):
    give_card(world, ASKS_OWNER)
    world.push(ISSUED)

    ask(gateway)

    found = attempt()
    assert (found.state, found.decline_code) == (
        AttemptState.NEEDS_CUSTOMER, "authentication_required",
    )  # fmt: skip


@pytest.mark.parametrize("fault", ["lose", 500, 429])
def test_whatever_the_wire_does_the_customer_is_charged_once(
    world, gateway, give_card, wire, fault
):
    give_card(world)
    world.push(ISSUED)
    wire.executed.clear()
    wire.faults.append(fault)

    assert ask(gateway) == 0
    assert attempt().state == AttemptState.STARTED
    assert ask(gateway, later(1)) == 0  # not before its pause is over
    assert ask(gateway, later(10)) == 1

    assert attempt().state == AttemptState.SUCCEEDED
    assert wire.charges() == 1
    assert Payment.objects.count() == 1


def test_a_lost_answer_is_looked_up_also_when_the_key_has_long_expired(
    world, gateway, give_card, wire
):
    give_card(world)
    world.push(ISSUED)
    wire.faults.append("lose")
    ask(gateway)
    wire.executed.clear()

    assert ask(gateway, ISSUED + timedelta(hours=30)) == 1

    assert wire.charges() == 0
    assert [path for _, path in wire.executed] == ["/v1/payment_intents"]  # the list
    assert Receivable.objects.get().open_minor == 0


def test_a_hand_that_dies_between_asking_and_storing_loses_nothing(world, gateway, give_card, wire):
    give_card(world)
    world.push(ISSUED)
    (claimed,) = claim_attempts(at=ISSUED, limit=5)
    charge_once(gateway=gateway, attempt=claimed)
    assert ask(gateway, later(1)) == 0

    assert ask(gateway, later(6)) == 1

    assert wire.charges() == 1
    assert Payment.objects.count() == 1


def test_what_was_paid_before_its_turn_is_not_charged(world, gateway, give_card, wire):
    give_card(world)
    world.push(ISSUED)
    record_payment(
        customer=world.customer, billing_entity=world.entity, method="bank_transfer",
        money=Money(200_00, "USD"), paid_on=ISSUED.date(), at=ISSUED,
    )  # fmt: skip

    assert ask(gateway) == 0

    assert attempt().state == AttemptState.CANCELED
    assert wire.charges() == 0


def test_a_request_stripe_refuses_is_a_failed_attempt(world, gateway, give_card):
    method = give_card(world)
    world.push(ISSUED)
    type(method).objects.update(gateway_id="pm_gone")

    assert ask(gateway) == 1

    assert attempt().state == AttemptState.FAILED
    assert "InvalidRequestError" in attempt().problem


def test_staff_charge_again_after_a_decline_but_never_twice_at_once(world, gateway, give_card):
    give_card(world, DECLINED)
    world.push(ISSUED)
    receivable = Receivable.objects.get()
    with pytest.raises(AttemptOpen):
        start_attempt(receivable_id=receivable.pk, trigger=AttemptTrigger.STAFF, at=ISSUED)
    ask(gateway)
    give_card(world)

    second = start_attempt(receivable_id=receivable.pk, trigger=AttemptTrigger.STAFF, at=later(5))
    assert second.number == 2
    ask(gateway, later(5))

    assert Receivable.objects.get().open_minor == 0
    with pytest.raises(NothingOpen):
        start_attempt(receivable_id=receivable.pk, trigger=AttemptTrigger.STAFF, at=later(6))


def test_without_a_method_staff_are_told_what_to_do(world):
    world.push(ISSUED)

    with pytest.raises(PaymentMethodMissing, match="link to pay"):
        start_attempt(
            receivable_id=Receivable.objects.get().pk, trigger=AttemptTrigger.STAFF, at=ISSUED
        )


@pytest.mark.parametrize("fault", [None, "lose", 500])
def test_a_refund_goes_back_once_whatever_the_wire_does(world, gateway, give_card, wire, fault):
    give_card(world)
    world.push(ISSUED)
    ask(gateway)
    payment = Payment.objects.get()
    undo_credit(world, payment)
    request_refund(payment_id=payment.pk, amount_minor=50_00, reason="asked", at=later(20))
    if fault:
        wire.faults.append(fault)

    ask_refunds(gateway=gateway, now=lambda: later(21))
    ask_refunds(gateway=gateway, now=lambda: later(60))

    money = Payment.objects.get(kind=PaymentKind.REFUND)
    assert money.amount_minor == -50_00
    assert wire.executed.count(("POST", "/v1/refunds")) == 1


def undo_credit(world: SeatWorld, payment: Payment) -> None:
    allocation = payment.allocations.get()
    take_back_allocation(allocation_id=allocation.pk, reason="goodwill", at=later(15))
