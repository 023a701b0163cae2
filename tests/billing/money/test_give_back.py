"""Credit under the policy “refund”: open invoices first, then money back by the newest payment."""

import pytest

from billing.enums import AllocationSource
from billing.models import Allocation, Invoice, Receivable, Refund
from billing.queries.credit import credit_balance
from tests.billing.money.test_payments import pay
from tests.seatworld import SeatWorld, day

ISSUED, LEFT = day(1, 15), day(1, 25)


@pytest.fixture
def refunding(db) -> SeatWorld:
    world = SeatWorld.make({"credit_application": "refund", "decrease_credit": "full"})
    world.push(ISSUED)
    return world


def leave(world: SeatWorld) -> Invoice:
    """Five seats go; the credit note for the rest of their month."""
    world.send("fewer", LEFT, kind="seat_removed", quantity=5)
    world.push(day(1, 25, 1))
    world.push(day(1, 28))
    return Invoice.objects.get(kind="credit_note")


def credit_of(world: SeatWorld) -> int:
    return credit_balance(customer_id=world.customer.pk, currency="USD")


def test_what_was_paid_goes_back_by_the_payment(refunding):
    payment = pay(refunding, 200_00, at=day(1, 20), gateway_id="pi_1")

    note = leave(refunding)

    refund = Refund.objects.get()
    assert (refund.payment, refund.credit_note, refund.amount_minor) == (
        payment, note, -note.total_minor,
    )  # fmt: skip
    assert refund.ask_at is not None
    assert credit_of(refunding) == 0


def test_what_was_not_paid_is_settled_instead(refunding):
    note = leave(refunding)

    assert not Refund.objects.exists()
    settled = Allocation.objects.get()
    assert (settled.source, settled.amount_minor) == (AllocationSource.CREDIT, -note.total_minor)
    assert Receivable.objects.get().open_minor == 200_00 + note.total_minor


def test_a_half_paid_invoice_is_settled_first_and_the_rest_goes_back(refunding):
    pay(refunding, 190_00, at=day(1, 20), gateway_id="pi_1")

    note = leave(refunding)

    assert Receivable.objects.get().open_minor == 0
    assert Refund.objects.get().amount_minor == -note.total_minor - 10_00
    assert credit_of(refunding) == 0
