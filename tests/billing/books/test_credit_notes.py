"""A credit takes back revenue where it stands: earned months at once, later months from what is deferred."""

from datetime import date

import pytest
from django.contrib.auth.models import User

from billing.enums import PaymentMethodKind, Settlement
from billing.models import JournalEntry, RecognitionSlice
from billing.operations.push_flow import push_flow
from billing.operations.reconcile_books import reconcile_books
from billing.operations.record_payment import record_payment
from billing.operations.settle_refund import settle_refund
from billing.pipeline import POST
from kernel.money import Money
from tests.billing.credits.world import FULL, credit, first_invoice, of_amount, taxed_world
from tests.seatworld import SeatWorld, day

pytestmark = pytest.mark.django_db
NET, TAX = 200_00, 38_00
EARLY, LATE = day(1, 20), day(2, 10)


@pytest.fixture
def world():
    return taxed_world()


@pytest.fixture
def staff():
    return User.objects.create_user("ana", is_staff=True)


@pytest.fixture
def invoice(world):
    return first_invoice(world)


def post(at) -> None:
    push_flow(stages=(POST,), at=at)
    assert reconcile_books(at=at).is_clean


def legs(kind: str) -> dict[str, int]:
    return dict(JournalEntry.objects.get(kind=kind).postings.values_list("role", "amount_minor"))


def test_tax_is_owed_from_the_day_of_the_invoice(invoice):
    assert legs("invoice") == {
        "receivable": NET + TAX, "deferred_revenue": -NET, "tax_payable": -TAX,
    }  # fmt: skip


def test_a_credit_within_the_month_comes_off_what_is_deferred(invoice, staff):
    credit(invoice, staff, FULL, at=EARLY)
    post(EARLY)

    assert legs("credit_note") == {
        "deferred_revenue": NET, "tax_payable": TAX, "customer_credit": -NET - TAX,
    }  # fmt: skip


def test_a_credit_of_a_month_that_was_earned_comes_off_revenue_at_once(invoice, staff):
    post(day(2, 1))
    note = credit(invoice, staff, FULL, at=LATE)
    post(LATE)

    assert legs("credit_note") == {
        "revenue": 109_68, "deferred_revenue": 90_32, "tax_payable": TAX,
        "customer_credit": -NET - TAX,
    }  # fmt: skip
    entry = JournalEntry.objects.get(kind="credit_note")
    months = RecognitionSlice.objects.filter(line__invoice=note)
    assert list(months.values_list("month", "amount_minor", "entry")) == [
        (date(2026, 1, 1), -109_68, entry.pk), (date(2026, 2, 1), -90_32, None),
    ]  # fmt: skip


def test_charge_and_credit_together_earn_nothing(invoice, staff):
    credit(invoice, staff, FULL, at=LATE)

    post(day(3, 1))

    deferred_and_earned = [
        minor
        for role, minor in JournalEntry.objects.values_list(
            "postings__role", "postings__amount_minor"
        )
        if role in ("revenue", "deferred_revenue")
    ]
    assert sum(deferred_and_earned) == 0
    assert not RecognitionSlice.objects.filter(entry=None, month__lt=date(2026, 3, 1)).exists()


def test_a_credit_against_its_open_invoice_leaves_nothing_owed(invoice, staff):
    credit(invoice, staff, of_amount(100_00), at=LATE, settlement=Settlement.INVOICE)

    post(LATE)

    assert legs("allocated") == {"customer_credit": 100_00, "receivable": -100_00}


def test_a_credit_refunded_by_its_payment_goes_out_at_the_gateway(world, invoice, staff):
    payment = record_payment(
        customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind.CARD,
        money=Money(NET + TAX, "USD"), paid_on=EARLY.date(), at=EARLY, gateway_id="pi_1",
    )  # fmt: skip
    credit(
        invoice, staff, of_amount(50_00), at=LATE, settlement=Settlement.REFUND,
        payment_id=payment.pk,
    )  # fmt: skip
    post(LATE)
    assert legs("reserved") == {"customer_credit": 50_00, "refunds_payable": -50_00}

    settle_refund(refund_id=payment.refunds.get().pk, gateway_id="re_1", at=day(2, 11))
    post(day(2, 11))

    assert legs("refund") == {"gateway_clearing": -50_00, "refunds_payable": 50_00}


def test_a_credit_note_the_policy_pays_out_is_owed_as_a_refund():
    seats = SeatWorld.make({"credit_application": "refund"})
    (invoice,) = seats.push(day(1, 15))
    record_payment(
        customer=seats.customer, billing_entity=seats.entity, method=PaymentMethodKind.CARD,
        money=Money(invoice.total_minor, "USD"), paid_on=date(2026, 1, 16), at=day(1, 16),
        gateway_id="pi_1",
    )  # fmt: skip
    seats.send("away", day(1, 20), kind="seat_removed", quantity=5, effective_at=day(1, 20))
    seats.push(day(1, 20))

    post(day(1, 21))

    (note,) = JournalEntry.objects.filter(kind="credit_note")
    owed = legs("reserved")["refunds_payable"]
    assert owed < 0
    assert note.postings.get(role="customer_credit").amount_minor == owed
