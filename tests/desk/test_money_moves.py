"""Money is moved at the desk with a reason, seeing what will happen, once, and by those who may."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from billing.enums import AllocationSource, AttemptState, PaymentKind, RefundState
from billing.models import Allocation, Payment, PaymentAttempt, Receivable, Refund
from billing.operations.record_dispute import withdraw_money
from billing.queries.credit import credit_balance
from tests.desk.money_world import PRICE, MoneyWorld
from tests.seatworld import day


def entry(**said) -> dict[str, str]:
    return {
        "customer": "acme", "entity": "", "currency": "", "amount": "250", "paid_on": "2026-02-20",
        "invoice": "", "reference": "", "reason": "Paid in cash", **said,
    }  # fmt: skip


def preview(client, **said):
    return client.get(reverse("desk:money_payment_new"), entry(**said)).context_data


def record(client, *, seen: str, **said):
    return client.post(reverse("desk:money_payment_new"), {**entry(**said), "seen": seen})


def open_amounts() -> list[int]:
    return list(Receivable.objects.order_by("due_date").values_list("open_minor", flat=True))


def credit(money: MoneyWorld) -> int:
    return credit_balance(customer_id=money.customer.pk, currency="USD")


def test_a_payment_by_hand_shows_what_it_will_settle_and_then_does_exactly_that(as_role, money):
    client = as_role("analyst")

    shown = preview(client, amount="450.00")["preview"]
    assert not Payment.objects.exists()
    answer = record(client, seen=shown.seen, amount="450.00")

    payment = Payment.objects.get()
    assert [(one.number, one.amount_minor, one.left_minor) for one in shown.parts] == [
        (money.first.invoice.number, PRICE, 0), (money.second.invoice.number, PRICE, 0),
    ]  # fmt: skip
    assert (shown.credit_minor, shown.credit_after_minor) == (50_00, 50_00)
    assert answer.url == reverse("desk:money_payment", args=[payment.pk])
    assert (open_amounts(), credit(money)) == ([0, 0], 50_00)
    assert (payment.method, payment.reason, payment.paid_on) == (
        "manual", "Paid in cash", date(2026, 2, 20),
    )  # fmt: skip
    assert payment.recorded_by.groups.get().name == "analyst"
    assert "By hand: Paid in cash" in LogEntry.objects.get().change_message


def test_the_invoice_named_is_settled_first(as_role, money):
    client = as_role("analyst")
    number = money.second.invoice.number

    shown = preview(client, invoice=number.lower())["preview"]
    record(client, seen=shown.seen, invoice=number)

    assert [part.number for part in shown.parts] == [number, money.first.invoice.number]
    assert open_amounts() == [150_00, 0]


def test_pressing_twice_records_once(as_role, money):
    client = as_role("analyst")
    seen = preview(client)["preview"].seen

    record(client, seen=seen)
    page = record(client, seen=seen)

    assert Payment.objects.count() == 1
    assert "Something moved on this account" in page.content.decode()


def test_what_moved_meanwhile_is_looked_at_again(as_role, money):
    client = as_role("analyst")
    seen = preview(client)["preview"].seen
    money.pay(100_00)

    page = record(client, seen=seen)

    assert Payment.objects.count() == 1
    assert page.context_data["preview"].parts[0].open_minor == 100_00


@pytest.mark.parametrize(
    ("said", "field", "words"),
    [
        ({"reason": ""}, "reason", "required"),
        ({"amount": "12.345"}, "amount", "more decimals"),
        ({"amount": "lots"}, "amount", "not an amount"),
        ({"amount": "0"}, "amount", "above zero"),
        ({"amount": "-5"}, "amount", "above zero"),
        ({"customer": "nobody"}, "customer", "No customer"),
        ({"invoice": "SW-999999"}, "invoice", "no invoice with this number"),
        ({"currency": "EUR", "invoice": "SW-000001"}, "currency", "The invoice is in USD"),
        ({"paid_on": "2199-01-01"}, "paid_on", "not come yet"),
    ],
)
def test_what_cannot_be_recorded_is_said_at_its_field(as_role, money, said, field, words):
    client = as_role("analyst")

    page = record(client, seen="", **said)

    assert words in str(page.context_data["form"].errors[field])
    assert not Payment.objects.exists()


def test_a_customer_is_found_by_a_part_of_its_name(as_role, money):
    shown = preview(as_role("analyst"), customer="acme gm")

    assert shown["said"]["customer"] == money.customer


def test_an_allocation_is_taken_back_with_a_reason(as_role, money):
    allocation = money.pay(PRICE).allocations.get()
    client = as_role("analyst")
    address = reverse("desk:money_take_back", args=[allocation.pk])

    without = client.post(address, {"reason": " "}, follow=True)
    client.post(address, {"reason": "wrong customer"})
    again = client.post(address, {"reason": "wrong customer"}, follow=True)

    undone = Allocation.objects.get(undoes=allocation)
    assert "Say why it is taken back" in without.content.decode()
    assert "taken back already" in again.content.decode()
    assert (undone.amount_minor, undone.reason) == (-PRICE, "wrong customer")
    assert (open_amounts(), credit(money)) == ([PRICE, PRICE], PRICE)


def test_what_a_dispute_withdrew_is_not_taken_back_again(as_role, money):
    payment = money.pay(PRICE, gateway_id="pi_1")
    withdraw_money(dispute=money.dispute(payment), at=day(3, 2))

    page = as_role("analyst").post(
        reverse("desk:money_take_back", args=[payment.allocations.get().pk]),
        {"reason": "wrong"},
        follow=True,
    )

    assert "taken back already" in page.content.decode()
    assert open_amounts() == [PRICE, PRICE]


def test_taking_back_leads_back_to_our_own_pages_only(as_role, money):
    payment = money.pay(PRICE)
    address = reverse("desk:money_take_back", args=[payment.allocations.get().pk])

    answer = as_role("analyst").post(address, {"reason": "x", "back": "//example.com"})

    assert answer.url == reverse("desk:invoice", args=[money.first.pk]) + "#money"


def test_credit_is_used_for_an_open_invoice(as_role, money):
    money.pay(450_00)
    money.seats.push(day(3, 15))
    third = Receivable.objects.get(open_minor__gt=0)
    client = as_role("analyst")
    money.pay(30_00, invoices=[third.pk], at=day(3, 16))
    allocation = third.allocations.get()
    client.post(reverse("desk:money_take_back", args=[allocation.pk]), {"reason": "test"})
    third.refresh_from_db()

    address = reverse("desk:money_allocate", args=[third.pk])
    client.post(address, {"amount": "10.00", "seen": third.open_minor, "reason": "agreed"})
    stale = client.post(address, {"seen": third.open_minor}, follow=True)
    client.post(address, {"seen": third.open_minor - 10_00})

    given = third.allocations.filter(source=AllocationSource.CREDIT).order_by("recorded_at")
    assert [one.amount_minor for one in given] == [10_00, 20_00]
    assert "changed since you looked" in stale.content.decode()
    assert credit(money) == 0


def test_a_write_off_settles_as_lost(as_role, money):
    client = as_role("approver")
    address = reverse("desk:money_write_off", args=[money.first.pk])

    client.post(address, {"seen": PRICE, "reason": ""})
    client.post(address, {"seen": PRICE, "amount": "50", "reason": "agreed"})
    client.post(address, {"seen": PRICE, "reason": "insolvent"})
    page = client.post(address, {"seen": 150_00, "reason": "insolvent"}, follow=True)

    lost = Allocation.objects.order_by("recorded_at")
    assert [(one.amount_minor, one.reason) for one in lost] == [
        (50_00, "agreed"), (150_00, "insolvent"),
    ]  # fmt: skip
    assert open_amounts() == [0, PRICE]
    assert page.context_data["money"].state == "written off"


def test_charging_now_writes_an_attempt_down_once(as_role, money):
    money.card()
    client = as_role("analyst")
    address = reverse("desk:money_charge", args=[money.first.pk])

    client.post(address, {"seen": PRICE})
    again = client.post(address, {"seen": PRICE}, follow=True)

    attempt = PaymentAttempt.objects.get()
    assert (attempt.amount_minor, attempt.trigger, attempt.state) == (PRICE, "staff", "started")
    assert attempt.requested_by.groups.get().name == "analyst"
    assert "has no answer yet" in again.content.decode()


def test_nobody_is_charged_without_a_method(as_role, money):
    page = as_role("analyst").post(
        reverse("desk:money_charge", args=[money.first.pk]), {"seen": PRICE}, follow=True
    )

    assert "no payment method" in page.content.decode()
    assert not PaymentAttempt.objects.exists()


def test_a_refund_shows_its_consequences_and_reserves_the_credit(as_role, money):
    payment = money.pay(450_00)
    client = as_role("analyst")
    address = reverse("desk:money_refund_new", args=[payment.pk])

    shown = client.get(address)
    too_much = client.post(address, {"amount": "50.01", "reason": "asked", "seen": 50_00})
    answer = client.post(address, {"amount": "20", "reason": "asked", "seen": 50_00})
    twice = client.post(address, {"amount": "20", "reason": "asked", "seen": 50_00})

    refund = Refund.objects.get()
    assert (shown.context_data["most_minor"], shown.context_data["credit_minor"]) == (50_00, 50_00)
    assert "A person sends it" in shown.content.decode()
    assert "At most 50.00" in too_much.content.decode()
    assert answer.url.endswith(f"#refund-{refund.pk}")
    assert "changed since you looked" in twice.content.decode()
    assert (refund.amount_minor, refund.state, credit(money)) == (20_00, "requested", 30_00)


def test_a_refund_of_a_card_goes_through_the_gateway_and_is_not_answered_by_hand(as_role, money):
    payment = money.pay(450_00, gateway_id="pi_1")
    client = as_role("analyst")
    address = reverse("desk:money_refund_new", args=[payment.pk])
    shown = client.get(address).content.decode()

    client.post(address, {"amount": "20", "reason": "asked", "seen": 50_00})
    refund = Refund.objects.get()
    client.post(reverse("desk:money_refund_answer", args=[refund.pk]), {"sent": "1"})

    refund.refresh_from_db()
    assert "The gateway is asked to send it back" in shown
    assert (refund.state, refund.ask_at is None) == (RefundState.REQUESTED, False)


@pytest.mark.parametrize(
    ("said", "state", "left"),
    [
        ({"sent": "1"}, "succeeded", 0),
        ({"failed": "1", "problem": "account closed"}, "failed", 50_00),
        ({"failed": "1", "problem": " "}, "requested", 0),
    ],
)
def test_a_transfer_back_is_answered_by_the_person_who_sends_it(as_role, money, said, state, left):
    payment = money.pay(450_00)
    client = as_role("analyst")
    client.post(
        reverse("desk:money_refund_new", args=[payment.pk]),
        {"amount": "50", "reason": "asked", "seen": 50_00},
    )
    refund = Refund.objects.get()

    for _ in range(2):
        client.post(reverse("desk:money_refund_answer", args=[refund.pk]), said)

    refund.refresh_from_db()
    gone = Payment.objects.filter(kind=PaymentKind.REFUND).count()
    assert (refund.state, credit(money), gone) == (state, left, int(state == "succeeded"))


@pytest.mark.parametrize(
    ("role", "allowed"),
    [("support", set()), ("analyst", {"entry", "back", "refund", "charge", "loss"}),
     ("approver", {"entry", "back", "refund", "charge", "loss"})],
)  # fmt: skip
def test_each_role_moves_what_it_may(as_role, money, role, allowed):
    payment = money.pay(250_00)
    allocation = payment.allocations.order_by("recorded_at").last()
    client = as_role(role)
    doors = {
        "entry": ("get", reverse("desk:money_payment_new")),
        "back": ("post", reverse("desk:money_take_back", args=[allocation.pk])),
        "refund": ("get", reverse("desk:money_refund_new", args=[payment.pk])),
        "charge": ("post", reverse("desk:money_charge", args=[money.second.pk])),
        "loss": ("post", reverse("desk:money_write_off", args=[money.second.pk])),
    }

    admitted = {
        name for name, (verb, place) in doors.items()
        if getattr(client, verb)(place).status_code != 403
    }  # fmt: skip

    assert admitted == allowed


def test_support_sees_the_state_and_no_buttons(as_role, money):
    money.card()
    money.attempt(money.first, AttemptState.FAILED, decline_code="insufficient_funds")
    money.pay(50_00)

    text = as_role("support").get(reverse("desk:invoice", args=[money.first.pk])).content.decode()

    assert "insufficient_funds" in text
    assert "visa ending in 4242" in text
    for door in ("Charge now", "Enter a payment", "Write off", "Take back"):
        assert door not in text
