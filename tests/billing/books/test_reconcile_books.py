"""The books always come to what is open, what customers hold and what was paid, whatever people do."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.enums import AllocationSource, PaymentKind, PaymentMethodKind
from billing.models import (
    Allocation,
    CreditEntry,
    Invoice,
    JournalEntry,
    JournalPosting,
    Payment,
    Receivable,
    Refund,
)
from billing.operations.allocate_credit import allocate_credit
from billing.operations.push_flow import push_flow
from billing.operations.reconcile_books import reconcile_books
from billing.operations.record_dispute import (
    DisputeFacts,
    record_dispute,
    reinstate_money,
    withdraw_money,
)
from billing.operations.record_foreign_refund import record_foreign_refund
from billing.operations.record_payment import record_payment
from billing.operations.request_refund import request_refund
from billing.operations.settle_refund import fail_refund, settle_refund
from billing.operations.take_back_allocation import take_back_allocation
from billing.operations.write_off import write_off
from billing.pipeline import POST
from kernel.money import Money
from kernel.refusal import Refusal
from tests.seatworld import SeatWorld, day

PRICE = 200_00


def post(at) -> None:
    push_flow(stages=(POST,), at=at)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def found(reconciliation) -> dict[str, list[tuple[str, int | None, int | None]]]:
    return {
        one.check.name: [(row.label, row.books_minor, row.source_minor) for row in one.differences]
        for one in reconciliation.checks
        if one.differences
    }


def test_what_is_posted_reconciles_to_zero(world):
    world.push(day(1, 15))

    reconciliation = reconcile_books(at=day(1, 16))

    assert reconciliation.is_clean
    by_name = {one.check.name: one.totals for one in reconciliation.checks}
    (owed,) = by_name["receivables"]
    assert (owed.currency, owed.rows, owed.books_minor, owed.source_minor) == (
        "USD", 1, PRICE, PRICE,
    )  # fmt: skip


def test_what_waits_to_be_posted_is_a_difference_of_its_row(world):
    (invoice,) = world.push(day(1, 15))
    pay(world, day(1, 20), 300_00, "card")

    reconciliation = reconcile_books(at=day(1, 20))

    assert reconciliation.waiting == 1
    assert found(reconciliation) == {
        "payments": [("pi_20", None, 294_00)],
        "receivables": [(invoice.number, PRICE, 0)],
        "credit": [("Acme GmbH", 0, 100_00)],
    }


def test_a_posting_with_nothing_behind_it_is_found(world):
    world.push(day(1, 15))
    stray = JournalEntry.objects.create(
        billing_entity=world.entity, kind="received", source_id=world.customer.pk, currency="USD",
        day=date(2026, 1, 20), customer=world.customer, document="nobody", posted_at=day(1, 20),
    )  # fmt: skip
    for position, (role, minor) in enumerate([("cash_bank", 7), ("customer_credit", -7)], start=1):
        JournalPosting.objects.create(
            entry=stray, position=position, role=role, account="1000", amount_minor=minor
        )

    assert found(reconcile_books(at=day(1, 20))) == {
        "payments": [("nobody", 7, None)],
        "credit": [("Acme GmbH", 7, 0)],
    }


def test_one_entity_is_compared_alone(world):
    world.push(day(1, 15))
    pay(world, day(1, 20), 300_00, "card")

    assert found(reconcile_books(at=day(1, 20), billing_entity_id=world.customer.pk)) == {}


def test_credit_earned_with_one_seller_and_used_with_another_is_told_apart(world):
    """A credit entry names no entity: the allocation it pays says whose books it is in."""
    other = type(world.entity).objects.create(
        code="US", legal_name="Seatworks Inc.", address_line1="1", city="Boston", country="US",
        currency="USD",
    )  # fmt: skip
    world.push(day(1, 15))
    record_payment(
        customer=world.customer, billing_entity=other, method=PaymentMethodKind.BANK_TRANSFER,
        money=Money(PRICE, "USD"), paid_on=date(2026, 1, 20), at=day(1, 20),
    )  # fmt: skip
    allocate_credit(receivable_id=Receivable.objects.get().pk, at=day(1, 21))
    post(day(1, 22))

    credit = JournalPosting.objects.filter(role="customer_credit")
    assert reconcile_books(at=day(1, 22)).is_clean
    assert dict(credit.values_list("entry__billing_entity__code").annotate(Sum("amount_minor"))) == {
        "US": -PRICE, "SW": PRICE,
    }  # fmt: skip


def pay(world: SeatWorld, at, minor: int, by: str) -> Payment:
    return record_payment(
        customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind(by),
        money=Money(minor, "USD"), paid_on=at.date(), at=at, fee_minor=minor // 50,
        gateway_id=f"pi_{at.day}", reason="by hand",
    )  # fmt: skip


def received(nth: int) -> Payment:
    """One of the payments received, in the order of recording; none there is refused."""
    rows = list(Payment.objects.filter(kind=PaymentKind.RECEIVED).order_by("recorded_at", "pk"))
    if not rows:
        raise Refusal("Nobody paid yet.")
    return rows[nth % len(rows)]


def open_one(nth: int) -> Receivable:
    rows = list(Receivable.objects.order_by("pk"))
    if not rows:
        raise Refusal("Nothing was invoiced yet.")
    return rows[nth % len(rows)]


def do_invoice(world, at, nth, minor):
    world.push(at)


def do_pay(world, at, nth, minor):
    pay(world, at, minor, ["card", "bank_transfer", "manual"][nth % 3])


def do_allocate(world, at, nth, minor):
    allocate_credit(receivable_id=open_one(nth).pk, at=at)


def do_take_back(world, at, nth, minor):
    rows = list(
        Allocation.objects.exclude(source=AllocationSource.CREDIT).order_by("recorded_at", "pk")
    )
    if rows:
        take_back_allocation(allocation_id=rows[nth % len(rows)].pk, reason="wrong", at=at)


def do_write_off(world, at, nth, minor):
    one = open_one(nth)
    write_off(receivable_id=one.pk, amount_minor=min(minor, one.open_minor), reason="lost", at=at)


def do_request_refund(world, at, nth, minor):
    request_refund(payment_id=received(nth).pk, amount_minor=minor, reason="asked", at=at)


def do_settle_refund(world, at, nth, minor):
    rows = list(Refund.objects.order_by("requested_at", "pk"))
    if rows:
        settle_refund(refund_id=rows[nth % len(rows)].pk, gateway_id=f"re_{at.day}", at=at)


def do_fail_refund(world, at, nth, minor):
    rows = list(Refund.objects.order_by("requested_at", "pk"))
    if rows:
        fail_refund(refund_id=rows[nth % len(rows)].pk, problem="no", at=at)


def do_foreign_refund(world, at, nth, minor):
    payment = received(nth)
    if not payment.refunds.exists() and not payment.disputes.exists():
        record_foreign_refund(
            payment=payment, amount_minor=min(minor, payment.amount_minor),
            gateway_id=f"re_x{at.day}", at=at,
        )  # fmt: skip


def do_dispute(world, at, nth, minor):
    payment = received(nth)
    if payment.refunds.exists() or payment.disputes.exists():
        return
    facts = DisputeFacts(
        gateway_id=f"du_{at.day}", payment_intent=payment.gateway_id,
        amount_minor=payment.amount_minor, reason="fraudulent", status="needs_response",
        evidence_due_at=None, opened_at=at,
    )  # fmt: skip
    dispute = record_dispute(facts=facts, at=at)
    withdraw_money(dispute=dispute, at=at)
    if nth % 2:
        reinstate_money(dispute=dispute, at=at)


ACTIONS = [
    do_invoice, do_pay, do_allocate, do_take_back, do_write_off, do_request_refund,
    do_settle_refund, do_fail_refund, do_foreign_refund, do_dispute,
]  # fmt: skip
steps = st.lists(
    st.tuples(
        st.sampled_from([do_invoice, do_pay, *ACTIONS]),
        st.integers(0, 9),
        st.integers(1, 450_00),
        st.booleans(),
    ),
    min_size=3,
    max_size=14,
)


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=steps)
def test_after_any_mix_the_books_are_what_is_open_and_what_customers_hold(world, steps):
    with transaction.atomic():
        at = day(1, 16)
        world.push(at)
        for action, nth, minor, posts_now in steps:
            at += timedelta(days=1 if action is not do_invoice else 31)
            try:
                with transaction.atomic():
                    action(world, at, nth, minor)
            except Refusal:
                continue
            if posts_now:
                post(at)
        post(at)

        assert account("receivable") == total(Receivable.objects.all(), "open_minor")
        assert -account("customer_credit") == total(CreditEntry.objects.all(), "amount_minor")
        assert found(reconcile_books(at=at)) == {}
        assert JournalEntry.objects.filter(kind="invoice").count() == Invoice.objects.count()
        transaction.set_rollback(True)


def account(role: str) -> int:
    return total(JournalPosting.objects.filter(role=role), "amount_minor")


def total(rows, column: str) -> int:
    return rows.aggregate(total=Sum(column))["total"] or 0


@pytest.mark.parametrize("nth", [0, 1])
def test_a_dispute_reopens_and_perhaps_returns(world, nth):
    world.push(day(1, 16))
    pay(world, day(1, 20), 250_00, "card")

    do_dispute(world, day(1, 21), nth, 0)
    post(day(1, 22))

    assert found(reconcile_books(at=day(1, 22))) == {}
    assert account("receivable") == (PRICE if nth == 0 else 0)
