"""Money that arrives settles invoices in order; what is left is credit, and no cent is ever nowhere."""

from datetime import date
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum

from billing.enums import AllocationSource, CreditReason, PaymentKind, PaymentMethodKind
from billing.models import Allocation, CreditEntry, Payment, Receivable
from billing.operations.allocate_credit import (
    AllocationTooLarge,
    NothingToAllocate,
    allocate_credit,
)
from billing.operations.record_payment import PaymentReasonMissing, record_payment
from billing.operations.request_refund import RefundTooLarge, request_refund
from billing.operations.settle_refund import fail_refund, settle_refund
from billing.operations.take_back_allocation import AllocationTakenBack, take_back_allocation
from billing.operations.write_off import WriteOffTooLarge, write_off
from billing.queries.credit import credit_balance
from kernel.money import Money
from tests.seatworld import SeatWorld, day

PRICE = 200_00  # 25 members at 8.00


def issue_two(world: SeatWorld) -> tuple[Receivable, Receivable]:
    world.push(day(1, 15))
    world.push(day(2, 15))
    first, second = Receivable.objects.order_by("due_date")
    return first, second


def pay(world: SeatWorld, minor: int, *, at=None, **said) -> Payment:
    at = at or day(2, 20)
    payment = record_payment(
        customer=world.customer, billing_entity=world.entity,
        method=PaymentMethodKind.BANK_TRANSFER, money=Money(minor, "USD"), paid_on=at.date(),
        at=at, **said,
    )  # fmt: skip
    check_now()
    return payment


def check_now() -> None:
    """Deferred constraints speak now, not at the end of the test."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def open_amounts() -> list[int]:
    return list(Receivable.objects.order_by("due_date").values_list("open_minor", flat=True))


def balance(world: SeatWorld) -> int:
    return credit_balance(customer_id=world.customer.pk, currency="USD")


def test_an_issued_invoice_is_open_by_its_whole_amount(world):
    (invoice,) = world.push(day(1, 15))

    receivable = Receivable.objects.get()
    assert (receivable.pk, receivable.open_minor, receivable.settled_at) == (
        invoice.pk, PRICE, None,
    )  # fmt: skip
    assert receivable.next_attempt_at is None


def test_a_payment_settles_the_oldest_due_first_and_the_rest_is_credit(world):
    issue_two(world)

    payment = pay(world, 450_00)

    assert open_amounts() == [0, 0]
    assert balance(world) == 50_00
    assert list(payment.allocations.values_list("amount_minor", flat=True)) == [PRICE, PRICE]
    assert Receivable.objects.filter(settled_at=day(2, 20)).count() == 2


def test_a_payment_settles_the_named_invoice_before_older_ones(world):
    _, second = issue_two(world)

    pay(world, 250_00, invoices=[second.pk])

    assert open_amounts() == [150_00, 0]


def test_the_same_gateway_object_is_recorded_once(world):
    issue_two(world)

    first = pay(world, PRICE, gateway_id="pi_1")
    second = pay(world, PRICE, gateway_id="pi_1")

    assert first == second
    assert open_amounts() == [0, PRICE]


def test_credit_pays_the_next_invoice_when_it_is_issued(world):
    world.push(day(1, 15))
    pay(world, 450_00, at=day(1, 20))

    (invoice,) = world.push(day(2, 15))

    assert (invoice.credit_applied_minor, invoice.amount_due_minor) == (PRICE, 0)
    assert Receivable.objects.get(pk=invoice.pk).settled_at == day(2, 15)
    assert balance(world) == 50_00


def test_an_allocation_taken_back_opens_the_invoice_and_becomes_credit(world):
    first, _ = issue_two(world)
    payment = pay(world, PRICE)

    undone = take_back_allocation(
        allocation_id=payment.allocations.get().pk, reason="wrong invoice", at=day(2, 21)
    )

    check_now()
    assert undone.amount_minor == -PRICE
    assert open_amounts() == [PRICE, PRICE]
    assert Receivable.objects.get(pk=first.pk).settled_at is None
    assert balance(world) == PRICE


def test_an_allocation_is_taken_back_once(world):
    issue_two(world)
    payment = pay(world, PRICE)
    allocation = payment.allocations.get()
    undone = take_back_allocation(allocation_id=allocation.pk, reason="wrong", at=day(2, 21))

    with pytest.raises(AllocationTakenBack):
        take_back_allocation(allocation_id=allocation.pk, reason="again", at=day(2, 22))
    with pytest.raises(AllocationTakenBack):
        take_back_allocation(allocation_id=undone.pk, reason="back", at=day(2, 22))

    assert Allocation.objects.count() == 2


def test_credit_settles_another_invoice_by_hand(world):
    _, second = issue_two(world)
    payment = pay(world, PRICE)
    take_back_allocation(allocation_id=payment.allocations.get().pk, reason="x", at=day(2, 21))

    allocation = allocate_credit(receivable_id=second.pk, at=day(2, 22))

    assert (allocation.source, allocation.amount_minor) == (AllocationSource.CREDIT, PRICE)
    assert open_amounts() == [PRICE, 0]
    assert balance(world) == 0


def test_more_than_the_credit_cannot_be_allocated(world):
    first, _ = issue_two(world)
    with pytest.raises(NothingToAllocate):
        allocate_credit(receivable_id=first.pk, at=day(2, 21))
    payment = pay(world, 50_00)
    take_back_allocation(allocation_id=payment.allocations.get().pk, reason="x", at=day(2, 21))

    with pytest.raises(AllocationTooLarge):
        allocate_credit(receivable_id=first.pk, amount_minor=50_01, at=day(2, 22))

    assert balance(world) == 50_00


def test_a_write_off_settles_without_money_and_can_be_taken_back(world):
    first, _ = issue_two(world)

    lost = write_off(receivable_id=first.pk, reason="insolvent", at=day(6, 1))
    assert open_amounts() == [0, PRICE]
    with pytest.raises(WriteOffTooLarge):
        write_off(receivable_id=first.pk, reason="again", at=day(6, 1))
    take_back_allocation(allocation_id=lost.pk, reason="paid after all", at=day(6, 2))

    assert open_amounts() == [PRICE, PRICE]
    assert balance(world) == 0
    assert not Payment.objects.exists()


def test_a_refund_reserves_credit_and_moves_money_when_it_succeeds(world):
    issue_two(world)
    payment = pay(world, 450_00)
    refund = request_refund(payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(3, 1))
    assert balance(world) == 0
    assert refund.ask_at is None  # a transfer goes back by a person's hand

    settle_refund(refund_id=refund.pk, at=day(3, 2))
    settle_refund(refund_id=refund.pk, at=day(3, 2))

    check_now()
    money = Payment.objects.get(kind=PaymentKind.REFUND)
    assert (money.amount_minor, money.reverses, money.refund) == (-50_00, payment, refund)
    assert balance(world) == 0


def test_a_refund_that_fails_gives_the_credit_back(world):
    issue_two(world)
    payment = pay(world, 450_00)
    refund = request_refund(payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(3, 1))

    fail_refund(refund_id=refund.pk, problem="account closed", at=day(3, 2))
    settle_refund(refund_id=refund.pk, at=day(3, 3))

    assert balance(world) == 50_00
    assert not Payment.objects.filter(kind=PaymentKind.REFUND).exists()


def test_a_refund_that_comes_back_later_is_money_again(world):
    issue_two(world)
    payment = pay(world, 450_00, gateway_id="pi_9")
    refund = request_refund(payment_id=payment.pk, amount_minor=50_00, reason="asked", at=day(3, 1))
    settle_refund(refund_id=refund.pk, gateway_id="re_9", at=day(3, 2))

    fail_refund(refund_id=refund.pk, problem="returned by the bank", at=day(3, 9))

    check_now()
    assert balance(world) == 50_00
    assert Payment.objects.aggregate(total=Sum("amount_minor"))["total"] == 450_00


def test_no_more_is_refunded_than_there_is_credit(world):
    issue_two(world)
    payment = pay(world, 450_00)

    with pytest.raises(RefundTooLarge):
        request_refund(payment_id=payment.pk, amount_minor=50_01, reason="asked", at=day(3, 1))

    assert balance(world) == 50_00


def test_a_payment_by_hand_needs_its_reason(world):
    with pytest.raises(PaymentReasonMissing):
        record_payment(
            customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind.MANUAL,
            money=Money(1_00, "USD"), paid_on=date(2026, 2, 1), at=day(2, 1), reason=" ",
        )  # fmt: skip
    with pytest.raises(IntegrityError, match="payment_by_hand_has_its_reason"):
        bare_payment(world, method=PaymentMethodKind.MANUAL)


def bare_payment(world: SeatWorld, **said) -> Payment:
    values = {
        "kind": PaymentKind.RECEIVED, "method": PaymentMethodKind.CARD, "currency": "USD",
        "amount_minor": 1_00, "paid_on": date(2026, 2, 1), "recorded_at": day(2, 1), **said,
    }  # fmt: skip
    return Payment.objects.create(customer=world.customer, billing_entity=world.entity, **values)


def test_a_payment_that_is_nowhere_cannot_commit(world):
    bare_payment(world)

    with pytest.raises(IntegrityError, match="0 placed"):
        check_now()


def test_money_in_two_places_cannot_commit(world):
    issue_two(world)
    payment = pay(world, PRICE)
    CreditEntry.objects.create(
        customer=world.customer, currency="USD", amount_minor=1, reason=CreditReason.OVERPAID,
        payment=payment, recorded_at=day(3, 1),
    )  # fmt: skip

    with pytest.raises(IntegrityError, match="placed"):
        check_now()


def test_no_more_is_allocated_than_is_open(world):
    first, _ = issue_two(world)

    with pytest.raises(IntegrityError, match="receivable_open_within_amount"):
        Allocation.objects.create(
            customer=world.customer, receivable=first, source=AllocationSource.WRITE_OFF,
            amount_minor=PRICE + 1, reason="x", recorded_at=day(3, 1),
        )  # fmt: skip


def test_what_is_open_moves_by_allocations_alone(world):
    first, _ = issue_two(world)

    with pytest.raises(IntegrityError, match="moves by allocations"):
        Receivable.objects.filter(pk=first.pk).update(open_minor=0, settled_at=day(3, 1))


def test_credit_below_zero_is_refused_by_the_database(world):
    issue_two(world)
    with pytest.raises(IntegrityError, match="credit would be -1"):
        CreditEntry.objects.create(
            customer=world.customer, currency="USD", amount_minor=-1,
            reason=CreditReason.ALLOCATED, recorded_at=day(3, 1), allocation=write_off(
                receivable_id=Receivable.objects.first().pk, reason="x", at=day(3, 1)
            ),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"amount_minor": -1}, "payment_sign_follows_kind"),
        ({"kind": PaymentKind.REFUND, "amount_minor": -1}, "payment_refunded_names_its_refund"),
    ],
)
def test_a_payment_row_keeps_its_shape(world, said, name):
    with pytest.raises(IntegrityError, match=name):
        bare_payment(world, **said)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ({"amount_minor": 0}, "allocation_is_not_nothing"),
        ({"source": AllocationSource.PAYMENT}, "allocation_of_a_payment_names_it"),
    ],
)
def test_an_allocation_row_keeps_its_shape(world, said, name):
    first, _ = issue_two(world)
    values = {"source": AllocationSource.WRITE_OFF, "amount_minor": 1, **said}

    with pytest.raises(IntegrityError, match=name):
        Allocation.objects.create(
            customer=world.customer, receivable=first, recorded_at=day(3, 1), **values
        )


def test_an_undone_allocation_is_negative(world):
    first, _ = issue_two(world)
    lost = write_off(receivable_id=first.pk, reason="x", at=day(3, 1))

    with pytest.raises(IntegrityError, match="allocation_undone_is_negative"):
        Allocation.objects.create(
            customer=world.customer, receivable=first, source=AllocationSource.WRITE_OFF,
            amount_minor=1, undoes=lost, recorded_at=day(3, 1),
        )  # fmt: skip


@pytest.mark.parametrize("model", [Payment, Allocation, Receivable])
def test_money_rows_are_never_deleted_or_rewritten(world, model):
    issue_two(world)
    pay(world, PRICE)
    table = model._meta.db_table

    for change in (f"UPDATE {table} SET amount_minor = 1", f"DELETE FROM {table}"):
        refused = pytest.raises(IntegrityError, match="append-only|moves by allocations")  # noqa: RUF043
        with refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(change)


def test_a_credit_entry_names_where_it_comes_from(world):
    with pytest.raises(IntegrityError, match="credit_entry_names_where_it_comes_from"):
        CreditEntry.objects.create(
            id=uuid4(), customer=world.customer, currency="USD", amount_minor=1,
            reason=CreditReason.OVERPAID, recorded_at=day(3, 1),
        )  # fmt: skip
