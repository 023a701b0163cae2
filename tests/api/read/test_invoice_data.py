"""GET an invoice as data: the XML as issued, UBL on demand, to those who may read."""

from hashlib import sha256

import pytest
from django.test import Client

from accounts.operations.issue_api_key import issue_api_key
from billing.models import InvoiceDocument
from billing.operations.render_invoices import render_invoices
from tests.api.read.conftest import Reader
from tests.billing.documents.issued import issue
from tests.billing.documents.xml_reading import texts
from tests.seatworld import SeatWorld, day

DOORS = ("xml", "ubl")


@pytest.fixture
def number(world: SeatWorld, settings, tmp_path) -> str:
    """An invoice with its tax decided and its document stored."""
    settings.MEDIA_ROOT = tmp_path
    invoice = issue(world)
    render_invoices(keys=[invoice.pk], at=day(1, 20))
    return invoice.number


def test_the_xml_is_the_one_inside_the_pdf(world, number):
    response = Reader(world.key).get(f"invoices/{number}/xml")

    document = InvoiceDocument.objects.get()
    assert response.headers["Content-Type"] == "application/xml"
    assert response.headers["ETag"] == f'"{document.xml_sha256}"'
    assert sha256(response.content).hexdigest() == document.xml_sha256
    assert number in response.headers["Content-Disposition"]


def test_the_invoice_shows_the_digest_of_its_data(world, number):
    body = Reader(world.key).get(f"invoices/{number}").json()

    assert body["document"]["xml_sha256"] == InvoiceDocument.objects.get().xml_sha256


def test_ubl_is_the_same_invoice(world, number):
    response = Reader(world.key).get(f"invoices/{number}/ubl")

    assert response.headers["Content-Type"] == "application/xml"
    assert texts(response.content, "/*/cbc:ID") == [number]
    assert response.headers["ETag"] == f'"{sha256(response.content).hexdigest()}"'


@pytest.mark.parametrize("door", DOORS)
def test_data_takes_the_scope(number, door):
    _, key = issue_api_key(name="writer", scopes=["events:write"])

    assert Reader(key).get(f"invoices/{number}/{door}").status_code == 403
    assert Client().get(f"/api/v1/invoices/{number}/{door}").status_code == 401


@pytest.mark.parametrize("door", DOORS)
def test_an_invoice_that_is_not_there_has_no_data(world, door):
    response = Reader(world.key).get(f"invoices/SW-999999/{door}")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("door", "code"), [("xml", "document_without_data"), ("ubl", "e_invoice_invalid")]
)
def test_an_invoice_from_before_taxes_says_that_its_pdf_is_the_invoice(
    world, settings, tmp_path, door, code
):
    settings.MEDIA_ROOT = tmp_path
    (invoice,) = world.push(day(1, 15))
    render_invoices(keys=[invoice.pk], at=day(1, 20))

    response = Reader(world.key).get(f"invoices/{invoice.number}/{door}")

    assert (response.status_code, response.json()["code"]) == (409, code)
    assert response.json()["message"].endswith("Its PDF is the invoice.")
