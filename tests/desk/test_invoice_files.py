"""The buttons of an invoice: its PDF, its data as issued, and UBL on demand."""

import pytest
from django.urls import reverse

from billing.models import InvoiceDocument
from billing.operations.render_invoices import render_invoices
from tests.billing.documents.issued import issue
from tests.billing.documents.xml_reading import texts
from tests.seatworld import day

FILES = ("desk:document_xml", "desk:document_ubl")


@pytest.fixture
def invoice(world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    issued = issue(world)
    render_invoices(keys=[issued.pk], at=day(1, 20))
    return issued


def test_the_page_of_an_invoice_offers_pdf_xml_and_ubl(as_role, invoice):
    page = as_role("support").get(reverse("desk:invoice", args=[invoice.number])).content.decode()

    for name in ("desk:document", *FILES):
        assert reverse(name, args=[invoice.pk]) in page


def test_an_invoice_from_before_taxes_offers_its_pdf_only(as_role, world, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (old,) = world.push(day(1, 15))
    render_invoices(keys=[old.pk], at=day(1, 20))
    client = as_role("support")

    page = client.get(reverse("desk:invoice", args=[old.number])).content.decode()

    assert reverse("desk:document", args=[old.pk]) in page
    for name in FILES:
        assert reverse(name, args=[old.pk]) not in page
        answer = client.get(reverse(name, args=[old.pk]))
        assert (answer.status_code, answer.content.decode()[-24:]) == (
            409,
            " Its PDF is the invoice.",
        )


@pytest.mark.parametrize(
    ("name", "path", "file"),
    [
        ("desk:document_xml", "//rsm:ExchangedDocument/ram:ID", "{}.xml"),
        ("desk:document_ubl", "/*/cbc:ID", "{}.ubl.xml"),
    ],
)
def test_each_file_is_the_invoice_under_its_number(as_role, invoice, name, path, file):
    answer = as_role("support").get(reverse(name, args=[invoice.pk]))

    assert texts(answer.content, path) == [invoice.number]
    assert answer["Content-Type"] == "application/xml"
    assert answer["Content-Disposition"] == f'attachment; filename="{file.format(invoice.number)}"'


@pytest.mark.parametrize("name", FILES)
def test_who_may_not_see_invoices_gets_no_file(as_role, invoice, name):
    assert as_role(None).get(reverse(name, args=[invoice.pk])).status_code == 403


def test_an_invoice_that_is_not_rendered_has_no_xml_yet(as_role, world):
    unrendered = issue(world)

    answer = as_role("support").get(reverse("desk:document_xml", args=[unrendered.pk]))

    assert answer.status_code == 404
    assert not InvoiceDocument.objects.exists()
