"""The statement of an account as recorded: every kind of movement, and the balance of any day."""

from datetime import date, timedelta

import pytest
from django.db.models import Sum

from billing.enums import PaymentKind, PaymentMethodKind
from billing.models import Allocation, CreditEntry, Payment, Receivable
from billing.operations.allocate_credit import allocate_credit
from billing.operations.record_payment import record_payment
from billing.operations.request_refund import request_refund
from billing.operations.settle_refund import fail_refund, settle_refund
from billing.operations.take_back_allocation import take_back_allocation
from billing.operations.write_off import write_off
from billing.queries.statement import customer_statement
from kernel.money import Money
from tests.seatworld import SeatWorld, day

PRICE = 200_00


@pytest.fixture
def world(db) -> SeatWorld:
    return SeatWorld.make()


def pay(world: SeatWorld, minor: int, at, **said) -> Payment:
    return record_payment(
        customer=world.customer, billing_entity=world.entity,
        method=PaymentMethodKind.BANK_TRANSFER, money=Money(minor, "USD"),
        **{"paid_on": at.date(), "at": at, "reference": "SW-1", **said},
    )  # fmt: skip


def account_of(world: SeatWorld, as_of: date, first: date | None = None):
    (account,) = customer_statement(customer=world.customer, as_of=as_of, first=first).accounts
    return account


def told(account) -> list[tuple[str, int, int]]:
    return [
        (line.movement.kind, line.movement.amount_minor, line.balance_minor)
        for line in account.lines
    ]


def tell_a_story(world: SeatWorld) -> None:
    """Everything that can move an account, between January and June."""
    world.push(day(1, 15))
    world.push(day(2, 15))
    _, second = Receivable.objects.order_by("due_date")
    payment = pay(world, 450_00, day(2, 20))
    failed = request_refund(
        payment_id=payment.pk, amount_minor=20_00, reason="asked", at=day(2, 22)
    )
    fail_refund(refund_id=failed.pk, problem="account closed", at=day(2, 24))
    sent = request_refund(payment_id=payment.pk, amount_minor=30_00, reason="asked", at=day(2, 25))
    settle_refund(refund_id=sent.pk, at=day(2, 27))
    take_back_allocation(
        allocation_id=payment.allocations.get(receivable=second).pk, reason="wrong", at=day(3, 1)
    )
    allocate_credit(receivable_id=second.pk, amount_minor=50_00, at=day(3, 3))
    world.push(day(3, 15))
    lost = write_off(receivable_id=second.pk, amount_minor=10_00, reason="small", at=day(3, 20))
    take_back_allocation(allocation_id=lost.pk, reason="paid after all", at=day(3, 22))
    world.push(day(4, 15))


def test_invoices_and_payments_run_to_a_balance(world):
    world.push(day(1, 15))
    world.push(day(2, 15))
    pay(world, 250_00, day(2, 20))

    account = account_of(world, date(2026, 3, 1))

    assert told(account) == [
        ("invoice", PRICE, PRICE), ("invoice", PRICE, 400_00), ("payment", -250_00, 150_00),
    ]  # fmt: skip
    assert [(item.claim.number, item.open_minor) for item in account.open_items] == [
        (Receivable.objects.order_by("due_date").last().invoice.number, 150_00)
    ]


def test_an_invoice_paid_from_credit_counts_once(world):
    world.push(day(1, 15))
    pay(world, 450_00, day(1, 20))
    world.push(day(2, 15))

    account = account_of(world, date(2026, 2, 28))

    assert told(account)[-1] == ("invoice", PRICE, -50_00)
    assert (account.open_minor, account.credit_minor) == (0, 50_00)


def test_a_refund_counts_from_the_day_it_was_asked_for_and_comes_back_if_it_fails(world):
    world.push(day(1, 15))
    payment = pay(world, 250_00, day(1, 20))
    refund = request_refund(
        payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(1, 21)
    )
    fail_refund(refund_id=refund.pk, problem="closed", at=day(1, 25))

    lines = told(account_of(world, date(2026, 2, 1)))

    assert lines[2:] == [("refund", 50_00, 0), ("refund_failed", -50_00, -50_00)]


def test_a_refund_that_succeeded_is_one_line(world):
    world.push(day(1, 15))
    payment = pay(world, 250_00, day(1, 20))
    refund = request_refund(
        payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(1, 21)
    )
    settle_refund(refund_id=refund.pk, at=day(1, 25))

    account = account_of(world, date(2026, 2, 1))

    assert told(account)[2:] == [("refund", 50_00, 0)]
    assert Payment.objects.filter(kind=PaymentKind.REFUND).exists()


def test_a_write_off_settles_and_can_come_back(world):
    world.push(day(1, 15))
    lost = write_off(receivable_id=Receivable.objects.get().pk, reason="gone", at=day(3, 1))
    take_back_allocation(allocation_id=lost.pk, reason="paid after all", at=day(3, 5))

    lines = told(account_of(world, date(2026, 3, 6)))

    assert lines[1:] == [("write_off", -PRICE, 0), ("write_off_undone", PRICE, PRICE)]


def test_an_allocation_taken_back_changes_what_is_open_and_not_the_balance(world):
    world.push(day(1, 15))
    payment = pay(world, PRICE, day(1, 20))
    take_back_allocation(allocation_id=payment.allocations.get().pk, reason="x", at=day(1, 25))

    account = account_of(world, date(2026, 2, 1))

    assert (account.closing_minor, account.open_minor, account.credit_minor) == (0, PRICE, PRICE)


def test_days_are_those_of_the_customer(world):
    world.customer.time_zone = "Pacific/Auckland"
    world.customer.save()
    world.push(day(1, 15))
    pay(world, PRICE, day(1, 31, 18))

    january = account_of(world, date(2026, 1, 31))
    february = account_of(world, date(2026, 2, 1))

    assert (january.closing_minor, february.closing_minor) == (PRICE, 0)


def test_a_payment_counts_when_recorded_and_says_its_value_date(world):
    world.push(day(1, 15))
    pay(world, PRICE, day(1, 20), paid_on=date(2026, 1, 16))

    account = account_of(world, date(2026, 1, 20))

    assert account_of(world, date(2026, 1, 18)).closing_minor == PRICE
    assert account.lines[-1].movement.valued_on == date(2026, 1, 16)


def test_the_balance_of_every_day_is_what_was_open_less_the_credit_then(world):
    tell_a_story(world)

    for number in range(130):
        as_of = date(2026, 1, 10) + timedelta(days=number)
        accounts = customer_statement(customer=world.customer, as_of=as_of).accounts
        balance = sum(account.closing_minor for account in accounts)
        assert all(account.is_proven for account in accounts), as_of
        assert balance == open_then(as_of) - credit_then(as_of), as_of


def open_then(as_of: date) -> int:
    """Straight from the rows, without the code under test. The customer lives in UTC."""
    asked = Receivable.objects.filter(issued_at__date__lte=as_of).aggregate(x=Sum("amount_minor"))
    gone = Allocation.objects.filter(recorded_at__date__lte=as_of).aggregate(x=Sum("amount_minor"))
    return (asked["x"] or 0) - (gone["x"] or 0)


def credit_then(as_of: date) -> int:
    moved = CreditEntry.objects.filter(recorded_at__date__lte=as_of)
    return moved.aggregate(x=Sum("amount_minor"))["x"] or 0


def test_a_period_opens_with_what_was_before(world):
    tell_a_story(world)

    whole = account_of(world, date(2026, 5, 1))
    march = account_of(world, date(2026, 5, 1), first=date(2026, 3, 1))

    assert march.closing_minor == whole.closing_minor
    assert march.opening_minor + sum(one.movement.amount_minor for one in march.lines) == (
        march.closing_minor
    )


def test_the_number_of_queries_does_not_grow(world, django_assert_num_queries):
    tell_a_story(world)

    with django_assert_num_queries(5):
        customer_statement(customer=world.customer, as_of=date(2026, 6, 1))
