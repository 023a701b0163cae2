"""Credit notes, voids, disputes and refunds at the gateway: the statement still adds up on every day."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import User

from billing.enums import InvoiceKind, PaymentMethodKind, Settlement
from billing.models import Dispute, Invoice
from billing.operations.record_dispute import reinstate_money, withdraw_money
from billing.operations.record_foreign_refund import record_foreign_refund
from billing.operations.record_payment import record_payment
from billing.operations.void_invoice import VoidOrder, void_invoice
from billing.queries.statement import customer_statement
from kernel.money import Money
from tests.billing.credits.world import credit, of_amount, taxed_world
from tests.seatworld import SeatWorld, day


@pytest.fixture
def world(db) -> SeatWorld:
    return taxed_world()


@pytest.fixture
def user(db) -> User:
    return User.objects.create_user("ann")


def pay(world: SeatWorld, minor: int, at, gateway_id: str = ""):
    return record_payment(
        customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind.CARD,
        money=Money(minor, "USD"), paid_on=at.date(), at=at, gateway_id=gateway_id,
    )  # fmt: skip


def balances(world: SeatWorld, *, from_day: date, days: int) -> None:
    """Every day's closing balance is open less credit, as the rows of that day say."""
    for number in range(days):
        as_of = from_day + timedelta(days=number)
        for account in customer_statement(customer=world.customer, as_of=as_of).accounts:
            assert account.is_proven, as_of


def kinds(world: SeatWorld) -> list[str]:
    (account,) = customer_statement(customer=world.customer, as_of=date(2026, 12, 1)).accounts
    return [line.movement.kind for line in account.lines]


def closing(world: SeatWorld) -> tuple[int, int, int]:
    (account,) = customer_statement(customer=world.customer, as_of=date(2026, 12, 1)).accounts
    return account.closing_minor, account.open_minor, account.credit_minor


def test_a_credit_note_lowers_the_balance_wherever_its_amount_goes(world, user):
    (invoice,) = world.push(day(1, 15))
    total = invoice.total_minor
    credit(invoice, user, of_amount(10_00), at=day(1, 20), settlement=Settlement.BALANCE)
    credit(invoice, user, of_amount(20_00), at=day(1, 22), settlement=Settlement.INVOICE)

    notes = Invoice.objects.filter(kind=InvoiceKind.CREDIT_NOTE)
    given = sum(note.total_minor for note in notes)
    assert closing(world)[0] == total + given
    assert kinds(world) == ["invoice", "credit_note", "credit_note"]
    balances(world, from_day=date(2026, 1, 10), days=30)


def test_a_credit_note_that_is_refunded_goes_out_as_it_came_in(world, user):
    (invoice,) = world.push(day(1, 15))
    payment = pay(world, invoice.total_minor, day(1, 18), gateway_id="pi_1")
    credit(
        invoice, user, of_amount(10_00), at=day(1, 20), settlement=Settlement.REFUND,
        payment_id=payment.pk,
    )  # fmt: skip

    assert sorted(kinds(world)) == ["credit_note", "invoice", "payment", "refund"]
    assert closing(world) == (0, 0, 0)
    balances(world, from_day=date(2026, 1, 10), days=20)


def test_a_void_takes_the_invoice_off_the_balance(world, user):
    (invoice,) = world.push(day(1, 15))
    void_invoice(
        invoice_id=invoice.pk, order=VoidOrder(reason="wrong address", by=user), at=day(1, 20)
    )

    assert kinds(world) == ["invoice", "credit_note"]
    assert closing(world) == (0, 0, 0)
    balances(world, from_day=date(2026, 1, 10), days=20)


def test_a_dispute_and_its_end_move_the_balance_back_and_forth(world):
    (invoice,) = world.push(day(1, 15))
    payment = pay(world, invoice.total_minor + 5_00, day(1, 18), gateway_id="pi_1")
    dispute = Dispute.objects.create(
        customer=world.customer, payment=payment, gateway_id="du_1", currency="USD",
        amount_minor=payment.amount_minor, state="open", opened_at=day(1, 20),
    )  # fmt: skip
    withdraw_money(dispute=dispute, at=day(1, 21))
    between = closing(world)
    reinstate_money(dispute=dispute, at=day(1, 28))

    assert between == (invoice.total_minor, invoice.total_minor, 0)
    assert closing(world) == (-5_00, 0, 5_00)
    assert kinds(world) == ["invoice", "payment", "withdrawal", "reinstated"]
    balances(world, from_day=date(2026, 1, 10), days=25)


def test_a_refund_made_at_the_gateway_opens_the_invoice_again(world):
    (invoice,) = world.push(day(1, 15))
    payment = pay(world, invoice.total_minor, day(1, 18), gateway_id="pi_1")
    record_foreign_refund(
        payment=payment, amount_minor=payment.amount_minor, gateway_id="re_1", at=day(1, 25)
    )

    assert kinds(world) == ["invoice", "payment", "refund"]
    assert closing(world) == (invoice.total_minor, invoice.total_minor, 0)
    balances(world, from_day=date(2026, 1, 10), days=20)


def test_a_credit_note_of_an_unpaid_invoice_settles_it_whatever_the_policy_says(db):
    world = SeatWorld.make({"credit_application": "refund", "decrease_credit": "full"})
    (invoice,) = world.push(day(1, 15))
    world.send("fewer", day(1, 25), kind="seat_removed", quantity=5)
    world.push(day(1, 25, 1))
    world.push(day(1, 28))
    note = Invoice.objects.get(kind=InvoiceKind.CREDIT_NOTE)

    assert note.settlement == Settlement.REFUND
    assert kinds(world) == ["invoice", "credit_note"]
    left = invoice.total_minor + note.total_minor
    assert closing(world) == (left, left, 0)
    balances(world, from_day=date(2026, 1, 10), days=25)
