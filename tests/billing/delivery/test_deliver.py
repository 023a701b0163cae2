"""An issued document goes to its customer once, by itself, with the file as it was issued."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import IntegrityError, transaction

from accounts.models import BillingOwner
from accounts.operations.send_queued_mail import claim, send_queued_mail
from billing.documents.invoice_letter import write_invoice_letter
from billing.models import Invoice, InvoiceDelivery, InvoiceDocument, StageRefusal
from billing.operations.deliver_invoices import (
    NoAddress,
    NotRendered,
    attach_document,
    deliver_again,
)
from billing.operations.push_flow import push_flow
from billing.operations.refuse import retry_refusals
from billing.pipeline import STAGES
from tests.seatworld import SeatWorld, day

ISSUED = day(1, 15)


@pytest.fixture
def world(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return SeatWorld.make()


def push(at):
    push_flow(stages=STAGES, at=at)


def send(at=ISSUED):
    return send_queued_mail(box=InvoiceDelivery, attach=attach_document, at=at)


def test_an_invoice_goes_out_with_its_pdf(world):
    push(ISSUED)

    assert send() == 1

    (letter,) = mail.outbox
    document = InvoiceDocument.objects.get()
    (name, content, media_type) = letter.attachments[0]
    assert (letter.to, name, media_type) == (
        ["olga@acme.example"], "SW-000001.pdf", "application/pdf",
    )  # fmt: skip
    assert len(content) == document.size
    assert letter.subject == "Invoice SW-000001 of Seatworks Ltd: US$200.00"
    assert "US$200.00 is due by 14 February 2026" in letter.body


def test_once_whoever_pushes_and_sends(world):
    for hour in range(3):
        push(ISSUED + timedelta(hours=hour))
        send(ISSUED + timedelta(hours=hour))

    assert len(mail.outbox) == InvoiceDelivery.objects.count() == 1


def test_in_the_customers_language(world):
    world.customer.language = "de"
    world.customer.save()
    push(ISSUED)

    delivery = InvoiceDelivery.objects.get()
    assert delivery.subject.startswith("Rechnung SW-000001 von Seatworks Ltd: 200,00")
    assert "Bis 14. Februar 2026 sind 200,00" in delivery.text


def test_a_credit_note_says_it_is_one(world):
    push(ISSUED)
    invoice = Invoice.objects.get()
    invoice.kind, invoice.total_minor = "credit_note", -5_000

    letter = write_invoice_letter(invoice)

    assert letter.subject == "Credit note SW-000001 of Seatworks Ltd: US$50.00"
    assert "due" not in letter.text


def test_an_invoice_paid_by_credit_asks_for_nothing(world):
    push(ISSUED)
    invoice = Invoice.objects.get()
    invoice.amount_due_minor = 0

    assert "Nothing is due" in write_invoice_letter(invoice).text


def test_a_customer_nobody_can_write_to_waits_in_sight(world):
    BillingOwner.objects.update(receives_invoices=False)
    push(ISSUED)
    refusal = StageRefusal.objects.get(stage="deliver")
    assert (refusal.code, InvoiceDelivery.objects.count()) == ("delivery_no_address", 0)

    BillingOwner.objects.update(receives_invoices=True)
    retry_refusals(refusal_ids=[refusal.pk], at=ISSUED)
    push(ISSUED + timedelta(hours=1))

    assert InvoiceDelivery.objects.count() == 1


def test_what_was_issued_long_ago_is_not_sent_by_itself(world):
    push_flow(stages=[stage for stage in STAGES if stage.name != "deliver"], at=ISSUED)

    push(ISSUED + timedelta(days=8))

    assert not InvoiceDelivery.objects.filter(invoice__issued_at=ISSUED).exists()


def test_a_person_sends_it_again_under_the_next_number(world):
    push(ISSUED)
    ben = User.objects.create_user("ben")

    again = deliver_again(invoice_id=Invoice.objects.get().pk, by=ben, at=day(1, 20))

    assert (again.number, again.asked_by) == (2, ben)
    assert send(day(1, 20)) == 2


def test_without_a_document_or_an_address_nothing_is_sent_again(world):
    push_flow(stages=[stage for stage in STAGES if stage.name != "render"], at=ISSUED)
    ben = User.objects.create_user("ben")
    key = Invoice.objects.get().pk
    with pytest.raises(NotRendered):
        deliver_again(invoice_id=key, by=ben, at=ISSUED)

    push(ISSUED)
    BillingOwner.objects.update(receives_invoices=False)
    with pytest.raises(NoAddress):
        deliver_again(invoice_id=key, by=ben, at=ISSUED)


def test_an_altered_file_never_leaves(world, tmp_path):
    push(ISSUED)
    (tmp_path / InvoiceDocument.objects.get().path).write_bytes(b"%PDF another one")

    assert send() == 0

    delivery = InvoiceDelivery.objects.get()
    assert (delivery.state, mail.outbox) == ("failed", [])
    assert "SW-000001" in delivery.problem or "issued" in delivery.problem


def test_one_whose_sender_died_is_perhaps_sent_and_never_again(world):
    push(ISSUED)
    claim(InvoiceDelivery, InvoiceDelivery.objects.get().pk, ISSUED)

    assert send(ISSUED + timedelta(hours=1)) == 0
    assert InvoiceDelivery.objects.get().state == "unknown"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("invoice_delivery_sent_says_when", {"state": "sent", "claimed_at": ISSUED}),
        ("invoice_delivery_being_sent_is_claimed", {"state": "sending"}),
        ("invoice_delivery_has_somebody_to_read_it", {"to": []}),
    ],
)
def test_the_table_refuses_what_cannot_be(world, name, change):
    push(ISSUED)

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        InvoiceDelivery.objects.update(**change)
    assert refused.value.__cause__.diag.constraint_name == name


def test_the_flow_never_writes_a_second_first_one(world):
    push(ISSUED)
    twin = InvoiceDelivery.objects.get()
    twin.pk, twin.message_id = None, "<twin@example>"

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        twin.save(force_insert=True)
    assert refused.value.__cause__.diag.constraint_name == "invoice_delivery_once_per_number"
