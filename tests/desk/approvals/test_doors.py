"""The doors that move money: within one's own authority it is done, beyond it the form asks."""

from django.urls import reverse

from accounts.models import ExceptionRequest
from billing.models import Allocation, Invoice, Receivable, Refund
from billing.operations.record_payment import record_payment
from kernel.money import Money
from tests.desk.approvals.conftest import NOW

ASKS = "waits for somebody else&#x27;s decision"


def first(approvals) -> Receivable:
    return Receivable.objects.get(invoice__number=approvals.invoices[0])


def write_off(approvals, amount):
    open_row = first(approvals)
    return approvals.clients["ben"].post(
        reverse("desk:money_write_off", args=[open_row.pk]),
        {"amount": amount, "reason": "Gone", "seen": open_row.open_minor}, follow=True,
    )  # fmt: skip


def refund(approvals, amount):
    payment = record_payment(
        customer=approvals.seats.customer, billing_entity=approvals.seats.entity,
        method="bank_transfer", money=Money(2_600_00, "USD"), paid_on=NOW.date(), at=NOW,
    )  # fmt: skip
    return approvals.clients["ben"].post(
        reverse("desk:money_refund_new", args=[payment.pk]),
        {"amount": amount, "reason": "They paid twice", "seen": 1_000_00}, follow=True,
    )  # fmt: skip


def credit(approvals, amount, **said):
    invoice = Invoice.objects.get(number=approvals.invoices[0])
    order = {"scope": "amount", "amount": amount, "reason": "goodwill", "settlement": "balance",
             "text": "For the outage", **said}  # fmt: skip
    return approvals.clients["ben"].post(
        reverse("desk:credit", args=[invoice.pk]), order, follow=True
    )


def test_a_small_write_off_is_done_alone(approvals):
    write_off(approvals, "250")

    assert first(approvals).open_minor == 550_00
    assert not ExceptionRequest.objects.exists()


def test_a_larger_write_off_is_asked_for(approvals):
    page = write_off(approvals, "250.01")

    asked = ExceptionRequest.objects.get()
    assert (asked.kind, asked.amount_minor, asked.terms) == (
        "write_off", 250_01, {"amount_minor": 250_01},
    )  # fmt: skip
    assert (first(approvals).open_minor, Allocation.objects.count()) == (800_00, 0)
    assert f"{asked.number} asks for it and {ASKS}" in page.content.decode()


def test_a_small_refund_is_done_alone(approvals):
    refund(approvals, "250")

    assert Refund.objects.get().amount_minor == 250_00
    assert not ExceptionRequest.objects.exists()


def test_a_larger_refund_is_asked_for(approvals):
    page = refund(approvals, "600")

    asked = ExceptionRequest.objects.get()
    assert (asked.kind, asked.amount_minor, asked.reason) == ("refund", 600_00, "They paid twice")
    assert not Refund.objects.exists()
    assert page.redirect_chain[-1][0] == reverse("desk:approval", args=[asked.number])


def test_a_refund_that_cannot_be_is_not_asked_for_either(approvals):
    page = refund(approvals, "1500")

    assert not ExceptionRequest.objects.exists()
    assert page.context_data["form"].errors["amount"]


def test_a_small_credit_is_issued_alone(approvals):
    credit(approvals, "250")

    assert Invoice.objects.filter(kind="credit_note").count() == 1
    assert not ExceptionRequest.objects.exists()


def test_a_larger_credit_is_asked_for_with_the_words_of_the_note(approvals):
    page = credit(approvals, "600")

    asked = ExceptionRequest.objects.get()
    assert asked.terms == {
        "amount_minor": 600_00, "credit_reason": "goodwill", "settlement": "balance",
    }  # fmt: skip
    assert asked.customer_text == "For the outage"
    assert not Invoice.objects.filter(kind="credit_note").exists()
    assert ASKS in page.content.decode()


def test_a_whole_invoice_is_asked_for_by_its_amount(approvals):
    credit(approvals, "", scope="full")

    assert ExceptionRequest.objects.get().amount_minor == 800_00


def test_a_large_credit_by_lines_says_what_can_be_asked(approvals):
    page = credit(approvals, "", scope="lines", line_1="600")

    assert "So much by lines is beyond what you may do alone" in page.content.decode()
    assert not ExceptionRequest.objects.exists()


def test_days_to_pay_are_not_edited_beside_the_matrix(approvals):
    customer = approvals.seats.customer
    address = reverse("admin:accounts_customer_change", args=[customer.pk])

    page = approvals.clients["carla"].get(address).content.decode()

    assert 'name="payment_terms_days"' not in page
    assert 'name="legal_name"' in page
    assert "change by an approved request" in page
