"""The database refuses money that cannot be: each constraint by its name."""

import pytest
from django.db import IntegrityError, transaction

from billing.enums import AttemptState, CreditReason, PaymentKind, PaymentMethodKind
from billing.models import (
    CreditEntry,
    Payment,
    PaymentAttempt,
    PaymentMethod,
    Receivable,
    Refund,
)
from billing.operations.record_payment import record_payment
from kernel.money import Money
from tests.seatworld import SeatWorld, day

ISSUED = day(1, 15)


def refused(name: str):
    return pytest.raises(IntegrityError, match=name)


@pytest.fixture
def owed(world) -> Receivable:
    world.push(ISSUED)
    return Receivable.objects.get()


def attempt(owed: Receivable, number: int = 1, **said) -> PaymentAttempt:
    values = {
        "trigger": "issue", "currency": "USD", "amount_minor": 200_00, "started_at": ISSUED, **said,
    }  # fmt: skip
    return PaymentAttempt.objects.create(
        customer_id=owed.customer_id, receivable=owed, number=number, **values
    )


def card(world: SeatWorld, gateway_id: str, **said) -> PaymentMethod:
    return PaymentMethod.objects.create(
        customer=world.customer, gateway_id=gateway_id, kind="card", added_at=ISSUED, **said
    )


def payment(world: SeatWorld, gateway_id: str = "") -> Payment:
    return record_payment(
        customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind.CARD,
        money=Money(300_00, "USD"), paid_on=ISSUED.date(), at=ISSUED, gateway_id=gateway_id,
    )  # fmt: skip


def refund(paid: Payment, **said) -> Refund:
    values = {"amount_minor": 1_00, **said}
    return Refund.objects.create(
        customer_id=paid.customer_id, payment=paid, currency="USD", reason="asked",
        requested_at=ISSUED, **values,
    )  # fmt: skip


def test_an_invoice_has_one_attempt_without_an_end(owed):
    attempt(owed)

    with refused("payment_attempt_one_open_per_invoice"):
        attempt(owed, number=2, state=AttemptState.NEEDS_CUSTOMER)


def test_attempts_of_an_invoice_are_numbered_once(owed):
    attempt(owed, state=AttemptState.FAILED)

    with refused("payment_attempt_number_once_per_invoice"):
        attempt(owed)


def test_a_charge_at_the_gateway_is_of_one_attempt(owed):
    attempt(owed, state=AttemptState.FAILED, gateway_id="pi_1")

    with refused("payment_attempt_gateway_id_once"):
        attempt(owed, number=2, gateway_id="pi_1")


def test_nothing_is_not_charged(owed):
    with refused("payment_attempt_amount_is_positive"):
        attempt(owed, amount_minor=0)


def test_a_customer_has_one_default_method(world):
    card(world, "pm_1", is_default=True)

    with refused("payment_method_one_default_per_customer"):
        card(world, "pm_2", is_default=True)


def test_a_method_that_was_removed_is_not_charged_by_itself(world):
    with refused("payment_method_detached_is_not_default"):
        card(world, "pm_1", is_default=True, detached_at=ISSUED)


def test_a_gateway_object_is_one_payment_of_its_kind(world, owed):
    first = payment(world, "pi_1")

    with refused("payment_once_per_gateway_object"):
        Payment.objects.create(
            customer=world.customer, billing_entity=world.entity, kind=PaymentKind.RECEIVED,
            method=PaymentMethodKind.CARD, currency="USD", amount_minor=1, paid_on=ISSUED.date(),
            recorded_at=ISSUED, gateway_id=first.gateway_id,
        )  # fmt: skip


def test_a_refund_is_above_zero(world, owed):
    with refused("refund_amount_is_positive"):
        refund(payment(world), amount_minor=0)


def test_a_refund_at_the_gateway_is_one_refund(world, owed):
    paid = payment(world)
    refund(paid, gateway_id="re_1")

    with refused("refund_gateway_id_once"):
        refund(paid, gateway_id="re_1")


def test_credit_is_reserved_once_for_a_refund(world, owed):
    asked = refund(payment(world))
    entry = {
        "customer": world.customer, "currency": "USD", "amount_minor": -1_00, "refund": asked,
        "reason": CreditReason.RESERVED, "recorded_at": ISSUED,
    }  # fmt: skip
    CreditEntry.objects.create(**entry)

    with refused("credit_entry_once_per_refund_and_reason"):
        CreditEntry.objects.create(**entry)


@pytest.mark.parametrize(
    ("reason", "minor"),
    [(reason, -1) for reason in ("credit_note", "overpaid", "unallocated", "reinstated")]
    + [(reason, 1) for reason in ("applied", "allocated", "reserved", "withdrawn")],
)
def test_the_sign_of_credit_follows_its_reason(world, owed, reason, minor):
    payment(world)

    with refused("credit_entry_sign_follows_reason"):
        CreditEntry.objects.create(
            customer=world.customer, currency="USD", amount_minor=minor, reason=reason,
            recorded_at=ISSUED, invoice=owed.invoice,
        )  # fmt: skip


def test_a_receivable_is_settled_exactly_when_nothing_is_open(owed):
    values = {
        name: getattr(owed, name)
        for name in ("customer_id", "billing_entity_id", "currency", "issued_at", "due_date")
    }
    with refused("receivable_settled_when_nothing_is_open"), transaction.atomic():
        Receivable.objects.bulk_create(
            [
                Receivable(
                    invoice_id=owed.customer_id, amount_minor=1, open_minor=0, settled_at=None,
                    **values,
                )
            ]
        )  # fmt: skip
