"""Crediting and voiding at the desk: the estimate is what is issued, both ways are linked."""

import pytest
from django.urls import reverse
from django.utils import timezone

from billing.enums import PaymentMethodKind
from billing.models import CreditNote, Invoice, InvoiceVoid, Receivable, Refund
from billing.operations.record_payment import record_payment
from kernel.money import Money
from tests.billing.credits.world import first_invoice, taxed_world
from tests.seatworld import day

pytestmark = pytest.mark.django_db
ORDER = {"scope": "amount", "amount": "50", "reason": "goodwill", "settlement": "invoice",
         "text": "Sorry <b>"}  # fmt: skip


@pytest.fixture
def world():
    return taxed_world()


@pytest.fixture
def invoice(world):
    return first_invoice(world)


@pytest.fixture
def analyst(as_role):
    return as_role("analyst")


def address(invoice, name="credit"):
    return reverse(f"desk:{name}", args=[invoice.pk])


def estimate_of(client, invoice, **order):
    return client.get(address(invoice), {**ORDER, **order}).context_data


def text_of(response):
    return response.content.decode()


def test_the_estimate_shown_is_the_credit_note_issued(analyst, invoice):
    shown = estimate_of(analyst, invoice)["estimate"]
    assert Invoice.objects.count() == 1

    answer = analyst.post(address(invoice), {**ORDER, "expected": shown.total_minor})

    note = Invoice.objects.get(credits=invoice)
    assert answer.url == reverse("desk:invoice", args=[note.number])
    assert (note.total_minor, note.tax_minor) == (shown.total_minor, shown.tax_minor)
    assert Receivable.objects.get(pk=invoice.pk).open_minor == invoice.total_minor - 50_00
    assert CreditNote.objects.get().text == "Sorry <b>"


def test_a_credit_that_changed_since_its_estimate_is_not_issued(analyst, invoice):
    shown = estimate_of(analyst, invoice, scope="full")["estimate"]
    analyst.post(address(invoice), ORDER)

    answer = analyst.post(
        address(invoice), {**ORDER, "scope": "full", "expected": shown.total_minor}
    )

    assert "since the estimate" in text_of(answer)
    assert Invoice.objects.filter(credits=invoice).count() == 1


def test_lines_are_credited_by_their_amounts(analyst, invoice):
    context = estimate_of(analyst, invoice, scope="lines", line_1="12.34")

    assert context["estimate"].subtotal_minor == -12_34


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"amount": "238.01"}, "238.00 USD is left"),
        ({"amount": "a lot"}, "is not an amount"),
        ({"amount": "1.234"}, "more decimals"),
        ({"amount": ""}, "Name an amount above zero"),
        ({"scope": "lines"}, "Name at least one line"),
        ({"scope": "lines", "line_1": "200.01"}, "Line 1: at most 200.00 USD"),
        ({"scope": "half"}, "Scope"),
        ({"reason": "because"}, "Reason"),
    ],
)
def test_what_cannot_be_credited_is_said_and_not_issued(analyst, invoice, order, words):
    shown = estimate_of(analyst, invoice, **order)
    posted = analyst.post(address(invoice), {**ORDER, **order})

    assert words in shown["problem"]
    assert shown["estimate"] is None
    assert words in posted.context_data["problem"]
    assert Invoice.objects.count() == 1


def test_a_refund_goes_back_by_the_payment(analyst, world, invoice):
    payment = record_payment(
        customer=world.customer, billing_entity=world.entity, method=PaymentMethodKind.MANUAL,
        money=Money(238_00, "USD"), paid_on=day(1, 18).date(), at=day(1, 18), reason="Cheque",
        invoices=[invoice.pk],
    )  # fmt: skip

    analyst.post(address(invoice), {**ORDER, "settlement": "refund", "payment": payment.pk})

    refund = Refund.objects.get()
    assert (refund.amount_minor, refund.payment, refund.credit_note.credits) == (
        50_00, payment, invoice,
    )  # fmt: skip


def test_what_people_write_is_text(analyst, invoice):
    analyst.post(address(invoice), ORDER)

    page = text_of(analyst.get(reverse("desk:invoice", args=[invoice.number])))

    assert "Sorry &lt;b&gt;" in page
    assert "Sorry <b>" not in page


def test_a_void_shows_both_sides_before_and_after(analyst, world, invoice):
    now = timezone.now()
    world.push(now)
    issued = Invoice.objects.count()
    world.send("fewer", now, kind="seat_removed", quantity=5, effective_at=day(1, 15))
    world.send("again", now, quantity=5, effective_at=day(2, 15))

    before = analyst.get(address(invoice, "void")).context_data["changes"]
    assert (Invoice.objects.count(), InvoiceVoid.objects.count()) == (issued, 0)
    answer = analyst.post(address(invoice, "void"), {"reason": "Wrong seats"})
    after = analyst.get(answer.url).context_data["changes"]

    assert (before.before_minor, before.now_minor) == (200_00, 160_00)
    assert [one.difference_minor for one in before.lines] == [-40_00]
    assert [one.difference_minor for one in after.lines] == [-40_00]


def test_a_voided_invoice_its_note_and_its_replacement_are_linked(analyst, invoice):
    analyst.post(address(invoice, "void"), {"reason": "Wrong seats"})
    note = Invoice.objects.get(credits=invoice)
    draft = Invoice.objects.get(state="draft")

    pages = {
        one.pk: text_of(analyst.get(reverse("desk:invoice", args=[one.pk])))
        for one in (invoice, note, draft)
    }

    assert note.number in pages[invoice.pk]
    assert str(draft.pk) in pages[invoice.pk]
    assert invoice.number in pages[note.pk]
    assert invoice.number in pages[draft.pk]
    assert "Wrong seats" in pages[invoice.pk]


def test_a_void_that_cannot_be_says_why(analyst, invoice):
    analyst.post(address(invoice), ORDER)

    shown = analyst.get(address(invoice, "void"))
    posted = analyst.post(address(invoice, "void"), {"reason": "x"})

    for answer in (shown, posted):
        assert "Credit what is left of it instead" in text_of(answer)
    assert not InvoiceVoid.objects.exists()


@pytest.mark.parametrize("name", ["credit", "void"])
def test_only_who_may_credit_gets_in(as_role, invoice, name):
    for role, status in (("support", 403), (None, 403), ("analyst", 200), ("approver", 200)):
        assert as_role(role).get(address(invoice, name)).status_code == status


def test_what_is_not_there_is_not_found(analyst, invoice):
    analyst.post(address(invoice), ORDER)
    note = Invoice.objects.get(credits=invoice)

    assert analyst.get(address(note)).status_code == 404
    assert analyst.get(address(invoice, "void_changes")).status_code == 404
