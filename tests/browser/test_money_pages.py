"""Money at the desk in a real browser: a payment is entered after a look, and undone after a question."""

import pytest
from playwright.sync_api import expect

from billing.models import Payment
from billing.operations.request_refund import request_refund
from tests.desk import money_world
from tests.seatworld import day

PHONE = {"width": 390, "height": 844}


def test_a_payment_is_entered_seeing_what_it_settles_and_taken_back_after_a_question(page, money):
    questions = []

    def accept(dialog):
        questions.append(dialog.message)
        dialog.accept()

    page.on("dialog", accept)
    page.goto(f"/desk/invoices/{money.second.invoice.number}/")
    page.get_by_role("link", name="Enter a payment").click()
    page.get_by_label("Amount").fill("250")
    page.get_by_label("Why it is entered by hand").fill("Paid in cash")
    page.get_by_role("button", name="Show what it settles").click()
    expect(page.get_by_text("What US$250.00 from Acme GmbH to SW will do")).to_be_visible()
    assert not Payment.objects.exists()

    page.get_by_role("button", name="Record the payment").click()
    expect(page.get_by_text("The payment is recorded.")).to_be_visible()
    page.get_by_text("Take back", exact=True).first.click()
    page.get_by_label("Why").first.fill("Wrong invoice")
    page.get_by_role("button", name="Take back").first.click()

    expect(page.get_by_text("is taken back; the invoice is open again by it.")).to_be_visible()
    assert questions == [
        "Take back US$200.00 from SW-000002? The invoice is open again by it, and the customer has "
        "as much more credit."
    ]


@pytest.mark.parametrize(
    "place",
    [
        "payments/", "payments/new/", "attempts/", "refunds/", "disputes/", "payouts/", "events/",
        "payment", "refund", "event", "invoice", "customer", "statement",
    ],
)  # fmt: skip
def test_a_page_of_money_fits_a_phone(page, money, place):
    payment = money.pay(450_00, gateway_id="pi_3NqBvKLkdIwHu7ix0v4wYy2d", reference="x" * 120)
    request_refund(payment_id=payment.pk, amount_minor=20_00, reason="asked", at=day(3, 1))
    money.card()
    money.attempt(money.first, gateway_id="pi_1", decline_code="authentication_required")
    money.dispute(payment)
    event = money_world.event(1, applied=False, body='{"a": "' + "b" * 500 + '"}')
    money_world.park(event.pk)
    page.set_viewport_size(PHONE)
    addresses = {
        "payment": f"/desk/money/payments/{payment.pk}/",
        "refund": f"/desk/money/payments/{payment.pk}/refund/",
        "event": f"/desk/money/events/{event.pk}/",
        "invoice": f"/desk/invoices/{money.first.invoice.number}/",
        "customer": f"/desk/customers/{money.customer.pk}/",
        "statement": f"/desk/customers/{money.customer.pk}/statement/",
    }

    answer = page.goto(addresses.get(place, f"/desk/money/{place}"))

    assert answer.status == 200
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
