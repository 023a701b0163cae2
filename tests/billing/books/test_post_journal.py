"""Every document and movement of money is in the books once, balanced, under the entity's own numbers."""

from datetime import date, datetime

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum

from billing.enums import JournalKind, PaymentMethodKind, RefundState
from billing.models import (
    AccountMapping,
    Allocation,
    Books,
    JournalEntry,
    JournalPosting,
    Payment,
    Payout,
    Receivable,
    RecognitionSlice,
    StageRefusal,
)
from billing.operations.allocate_credit import allocate_credit
from billing.operations.push_flow import push_flow
from billing.operations.recognize_revenue import NotOverYet, recognize_revenue
from billing.operations.record_payment import record_payment
from billing.operations.refuse import retry_refusals
from billing.operations.request_refund import request_refund
from billing.operations.set_up_books import set_up_books
from billing.operations.settle_refund import fail_refund, settle_refund
from billing.operations.take_back_allocation import take_back_allocation
from billing.operations.write_off import write_off
from billing.pipeline import POST
from kernel.money import Money
from tests.seatworld import SeatWorld, day

PRICE = 200_00  # 25 members at 8.00 from 15 January on, in advance


def legs(kind: str) -> list[tuple[str, int]]:
    """The postings of the only entry of a kind."""
    return list(JournalEntry.objects.get(kind=kind).postings.values_list("role", "amount_minor"))


def balance(role: str) -> int:
    return JournalPosting.objects.filter(role=role).aggregate(sum=Sum("amount_minor"))["sum"] or 0


def pay(world: SeatWorld, minor: int, **said) -> Payment:
    at = day(2, 1)
    return record_payment(
        **{
            "customer": world.customer, "billing_entity": world.entity,
            "method": PaymentMethodKind.BANK_TRANSFER, "money": Money(minor, "USD"),
            "paid_on": at.date(), "at": at, **said,
        }
    )  # fmt: skip


def post(at: datetime | None = None) -> None:
    push_flow(stages=(POST,), at=at or day(2, 2))


def test_an_invoice_in_advance_is_owed_now_and_earned_later(world):
    (invoice,) = world.push(day(1, 15))

    entry = JournalEntry.objects.get()

    assert (entry.kind, entry.source_id, entry.day, entry.document) == (
        JournalKind.INVOICE, invoice.pk, date(2026, 1, 15), invoice.number,
    )  # fmt: skip
    assert legs("invoice") == [("receivable", PRICE), ("deferred_revenue", -PRICE)]
    assert list(RecognitionSlice.objects.values_list("month", "days", "amount_minor", "entry")) == [
        (date(2026, 1, 1), 17, 109_68, None), (date(2026, 2, 1), 14, 90_32, None),
    ]  # fmt: skip


def test_a_month_is_earned_when_it_is_over(world):
    world.push(day(1, 15))

    post(day(1, 31, 23))
    assert balance("revenue") == 0
    post(day(2, 1))

    entry = JournalEntry.objects.get(kind="recognition")
    assert (entry.day, entry.document) == (date(2026, 1, 31), "REV-2026-01")
    assert legs("recognition") == [("deferred_revenue", 109_68), ("revenue", -109_68)]
    assert RecognitionSlice.objects.filter(entry=entry).count() == 1


def test_on_demand_earns_what_is_over_by_a_day(world):
    world.push(day(1, 15))

    done = recognize_revenue(
        billing_entity_id=world.entity.pk, through=date(2026, 2, 14), at=day(2, 20)
    )
    again = recognize_revenue(
        billing_entity_id=world.entity.pk, through=date(2026, 2, 14), at=day(2, 20)
    )

    assert (done, again) == (2, 0)
    assert balance("deferred_revenue") == 0
    assert balance("revenue") == -PRICE
    assert list(JournalEntry.objects.filter(kind="recognition").values_list("day")) == [
        (date(2026, 2, 14),), (date(2026, 1, 31),),
    ]  # fmt: skip


def test_a_day_that_is_not_over_has_earned_nothing(world):
    world.push(day(1, 15))

    with pytest.raises(NotOverYet, match="2026-02-20 is not over yet"):
        recognize_revenue(
            billing_entity_id=world.entity.pk, through=date(2026, 2, 20), at=day(2, 20)
        )


def test_the_command_earns_through_a_day(world, capsys, time_machine):
    world.push(day(1, 15))
    time_machine.move_to(day(2, 20))

    call_command("recognize_revenue", entity="SW", through="2026-02-14")

    assert "2 entries were written" in capsys.readouterr().out
    for said in ({"entity": "XX"}, {"through": "2026-03-01"}, {"through": "soon"}):
        with pytest.raises(CommandError):
            call_command("recognize_revenue", **{"entity": "SW", "through": "2026-02-14", **said})


def test_posting_again_changes_nothing(world):
    world.push(day(1, 15))
    pay(world, PRICE)
    post()
    before = list(JournalPosting.objects.order_by("pk").values())

    post()
    outcome = POST.step(
        keys=[*JournalEntry.objects.values_list("source_id", flat=True)], at=day(2, 3)
    )

    assert outcome.passed == 0
    assert list(JournalPosting.objects.order_by("pk").values()) == before


def test_a_transfer_settles_what_is_owed_and_the_rest_is_the_customers(world):
    world.push(day(1, 15))

    pay(world, 250_00)
    post()

    assert legs("received") == [
        ("cash_bank", 250_00), ("receivable", -PRICE), ("customer_credit", -50_00),
    ]  # fmt: skip
    assert JournalEntry.objects.get(kind="received").day == date(2026, 2, 1)


def test_a_card_lands_with_the_gateway_less_its_fee(world):
    world.push(day(1, 15))

    pay(world, PRICE, method=PaymentMethodKind.CARD, fee_minor=6_10, gateway_id="pi_1")
    post()

    assert legs("received") == [
        ("gateway_clearing", PRICE), ("receivable", -PRICE), ("fees", 6_10),
        ("gateway_clearing", -6_10),
    ]  # fmt: skip
    assert balance("gateway_clearing") == PRICE - 6_10


def test_credit_used_by_the_next_invoice_is_part_of_its_entry(world):
    world.push(day(1, 15))
    pay(world, 250_00)

    (invoice,) = world.push(day(2, 15))

    entry = JournalEntry.objects.get(source_id=invoice.pk)
    assert list(entry.postings.values_list("role", "amount_minor")) == [
        ("receivable", PRICE), ("deferred_revenue", -PRICE), ("customer_credit", 50_00),
        ("receivable", -50_00),
    ]  # fmt: skip
    assert balance("receivable") == Receivable.objects.get(pk=invoice.pk).open_minor


def test_an_allocation_taken_back_and_used_again_goes_through_credit(world):
    world.push(day(1, 15))
    allocation = pay(world, PRICE).allocations.get()
    take_back_allocation(allocation_id=allocation.pk, reason="wrong invoice", at=day(2, 2))
    allocate_credit(receivable_id=allocation.receivable_id, at=day(2, 3))
    post(day(2, 4))

    assert legs("received") == [("cash_bank", PRICE), ("receivable", -PRICE)]
    assert legs("unallocated") == [("customer_credit", -PRICE), ("receivable", PRICE)]
    assert legs("allocated") == [("customer_credit", PRICE), ("receivable", -PRICE)]
    assert JournalEntry.objects.get(kind="allocated").day == date(2026, 2, 3)


def test_a_refund_is_owed_when_requested_and_paid_when_it_succeeds(world):
    payment = pay(world, 80_00, method=PaymentMethodKind.CARD, gateway_id="pi_1")
    refund = request_refund(payment_id=payment.pk, amount_minor=80_00, reason="asked", at=day(2, 2))
    post(day(2, 2))
    assert legs("reserved") == [("customer_credit", 80_00), ("refunds_payable", -80_00)]

    settle_refund(refund_id=refund.pk, gateway_id="re_1", at=day(2, 3))
    post(day(2, 3))

    assert legs("refund") == [("gateway_clearing", -80_00), ("refunds_payable", 80_00)]
    assert [balance(role) for role in ("refunds_payable", "customer_credit")] == [0, 0]


def test_a_refund_that_fails_is_the_customers_again(world):
    payment = pay(world, 80_00, method=PaymentMethodKind.CARD, gateway_id="pi_1")
    refund = request_refund(payment_id=payment.pk, amount_minor=80_00, reason="asked", at=day(2, 2))

    refund = fail_refund(refund_id=refund.pk, problem="account closed", at=day(2, 3))
    post(day(2, 4))

    assert refund.state == RefundState.FAILED
    assert legs("refund_failed") == [("customer_credit", -80_00), ("refunds_payable", 80_00)]
    assert balance("customer_credit") == -80_00


def test_a_write_off_is_a_loss_until_it_is_taken_back(world):
    (invoice,) = world.push(day(1, 15))
    lost = write_off(receivable_id=invoice.pk, reason="insolvent", at=day(2, 1))
    post()
    assert legs("write_off") == [("bad_debt", PRICE), ("receivable", -PRICE)]

    take_back_allocation(allocation_id=lost.pk, reason="paid after all", at=day(2, 2))
    post(day(2, 3))

    assert [balance("bad_debt"), balance("receivable")] == [0, PRICE]
    assert Allocation.objects.count() == JournalEntry.objects.filter(kind="write_off").count() == 2


def payout(**said) -> Payout:
    return Payout.objects.create(
        **{
            "gateway_id": "po_1", "currency": "USD", "amount_minor": 190_00, "state": "paid",
            "arrives_on": date(2026, 2, 1), "recorded_at": day(2, 1), **said,
        }
    )  # fmt: skip


def test_a_payout_moves_from_the_gateway_to_the_bank_and_back_when_it_fails(world):
    one = payout(state="in_transit")
    post()
    assert not JournalEntry.objects.exists()
    Payout.objects.filter(pk=one.pk).update(state="paid")
    post()
    assert legs("payout") == [("cash_bank", 190_00), ("gateway_clearing", -190_00)]

    Payout.objects.filter(pk=one.pk).update(state="failed")
    post(day(2, 5))

    assert legs("payout_failed") == [("cash_bank", -190_00), ("gateway_clearing", 190_00)]


def test_a_payout_waits_until_somebody_says_whose_bank_it_is(world):
    set_up_books()
    Books.objects.update(holds_gateway_account=False)
    one = payout()

    post()
    refusal = StageRefusal.objects.get(stage="post", subject_id=one.pk, resolved_at=None)
    assert (refusal.code, JournalEntry.objects.count()) == ("payout_without_entity", 0)
    Books.objects.filter(pk=world.entity.pk).update(holds_gateway_account=True)
    retry_refusals(refusal_ids=[refusal.pk], at=day(2, 3))
    post(day(2, 3))

    assert JournalEntry.objects.get().kind == "payout"


@pytest.mark.parametrize(
    ("country", "chart", "receivable", "revenue"),
    [("DE", "SKR03", "1410", "8200"), ("IE", "generic", "1100", "4000")],
)
def test_an_entity_begins_with_the_chart_of_its_country(world, country, chart, receivable, revenue):
    type(world.entity).objects.filter(pk=world.entity.pk).update(country=country)

    world.push(day(1, 15))

    assert Books.objects.get().chart == chart
    assert AccountMapping.objects.get(role="revenue").number == revenue
    assert JournalPosting.objects.get(role="receivable").account == receivable


def test_a_changed_number_acts_on_later_entries_alone(world):
    world.push(day(1, 15))
    mapping = AccountMapping.objects.get(role="receivable")
    mapping.number = "1105"
    mapping.save()

    world.push(day(2, 15))

    numbers = JournalPosting.objects.filter(role="receivable").order_by("entry__day")
    assert list(numbers.values_list("account", flat=True)) == ["1100", "1105"]
    assert mapping.history.count() == 2
