"""The invoice page says how the document reached the customer, and sends it once more."""

import pytest
from django.core import mail
from django.urls import reverse

from accounts.models import BillingOwner
from accounts.operations.send_queued_mail import send_queued_mail
from billing.models import Invoice, InvoiceDelivery
from billing.operations.deliver_invoices import attach_document
from billing.operations.push_flow import push_flow
from billing.pipeline import STAGES
from tests.seatworld import SeatWorld, day


@pytest.fixture
def issued(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    SeatWorld.make()
    push_flow(stages=STAGES, at=day(1, 15))
    send_queued_mail(box=InvoiceDelivery, attach=attach_document, at=day(1, 15))
    return Invoice.objects.get()


def page(client, invoice):
    return client.get(reverse("desk:invoice", args=[invoice.number])).content.decode()


def test_the_page_names_the_reader_and_the_moment(as_role, issued):
    shown = page(as_role("support"), issued)

    assert "olga@acme.example" in shown
    assert "Sent" in shown
    assert "Send again" not in shown


def test_an_analyst_sends_it_again(as_role, issued):
    client = as_role("analyst")

    answer = client.post(reverse("desk:invoice_deliver", args=[issued.pk]))

    assert answer.status_code == 302
    newest = InvoiceDelivery.objects.order_by("-number").first()
    assert (newest.number, newest.asked_by.groups.get().name) == (2, "analyst")
    assert len(mail.outbox) == 1
    assert "asked for by" in page(client, issued)


def test_without_an_address_it_says_what_to_do(as_role, issued):
    BillingOwner.objects.update(receives_invoices=False)
    client = as_role("analyst")

    answer = client.post(reverse("desk:invoice_deliver", args=[issued.pk]), follow=True)

    assert "Add an address on the customer" in answer.content.decode()
    assert InvoiceDelivery.objects.count() == 1


def test_support_may_not_send(as_role, issued):
    answer = as_role("support").post(reverse("desk:invoice_deliver", args=[issued.pk]))

    assert answer.status_code == 403
