"""Nobody is chased for what their own credit covers."""

from datetime import timedelta

from billing.enums import AllocationSource
from billing.models import Allocation, Receivable
from billing.operations.record_payment import record_payment
from billing.operations.take_back_allocation import take_back_allocation
from billing.queries.credit import credit_balance
from dunning.models import DunningCase
from kernel.money import Money
from tests.dunning.case_world import PRICE, prepare, tick
from tests.seatworld import day

OVERDUE = day(2, 20, 10)


def give_credit(world, minor: int) -> None:
    """Money that was taken back from the invoice it had settled."""
    paid = record_payment(
        customer=world.customer, billing_entity=world.entity, method="bank_transfer",
        money=Money(minor, "USD"), paid_on=day(1, 16).date(), at=day(1, 16),
    )  # fmt: skip
    take_back_allocation(allocation_id=paid.allocations.get().pk, reason="asked", at=day(1, 17))


def test_credit_that_covers_what_is_overdue_settles_it_and_no_case_opens(world):
    owed = prepare(world)
    give_credit(world, PRICE)

    tick(OVERDUE)

    owed.refresh_from_db()
    assert owed.open_minor == 0
    assert Allocation.objects.get(source=AllocationSource.CREDIT).amount_minor == PRICE
    assert not DunningCase.objects.exists()


def test_credit_that_does_not_cover_it_is_used_and_the_rest_is_pursued(world):
    owed = prepare(world)
    give_credit(world, PRICE - 50_00)

    tick(OVERDUE)

    assert DunningCase.objects.get().opened_minor == 50_00
    assert credit_balance(customer_id=world.customer.pk, currency="USD") == 0
    owed.refresh_from_db()
    assert owed.open_minor == 50_00


def test_what_is_not_overdue_keeps_its_credit_for_the_next_invoice(world):
    prepare(world)
    give_credit(world, PRICE)

    tick(OVERDUE - timedelta(days=20))

    assert Receivable.objects.get().open_minor == PRICE
    assert credit_balance(customer_id=world.customer.pk, currency="USD") == PRICE
