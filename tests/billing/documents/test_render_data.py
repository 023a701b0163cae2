"""The render stage and data: checked before it is stored, kept with the PDF, handed out as issued."""

from base64 import b64encode
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from billing.documents.archive import (
    DocumentAltered,
    DocumentWithoutData,
    open_data,
    open_document,
)
from billing.documents.e_invoice.write import write_ubl
from billing.models import InvoiceDocument, StageRefusal
from billing.operations.push_flow import push_flow
from billing.operations.render_invoices import render_invoices
from billing.pipeline import STAGES
from billing.queries.invoice_sources import invoice_sources, source_of_issued
from tests.billing.documents.issued import decide, issue, stages_until
from tests.billing.documents.reading import text_of
from tests.billing.documents.xml_reading import texts, totals
from tests.seatworld import SeatWorld, day, make_customer, start

pytestmark = pytest.mark.django_db

AT = day(1, 20)


@pytest.fixture(autouse=True)
def storage(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def rendered(invoice) -> InvoiceDocument:
    render_invoices(keys=[invoice.pk], at=AT)
    return InvoiceDocument.objects.select_related("invoice").get(invoice=invoice)


def test_a_taxed_invoice_is_stored_with_its_data_and_the_digest_of_it(world: SeatWorld):
    invoice = issue(world)

    document = rendered(invoice)

    xml = open_data(document)
    assert sha256(xml).hexdigest() == document.xml_sha256
    assert texts(xml, "//rsm:ExchangedDocument/ram:ID") == [invoice.number]
    assert totals(xml)["DuePayableAmount"] == f"{invoice.amount_due_minor / 100:.2f}"
    assert "Not subject to VAT" in text_of(open_document(document))


def test_an_invoice_that_breaks_a_rule_is_refused_with_the_rule_and_not_stored(
    world: SeatWorld, storage
):
    invoice = issue(world, category_code="K")  # goods sold within the Union: needs both VAT ids

    outcome = render_invoices(keys=[invoice.pk], at=AT)

    assert (outcome.passed, outcome.refused) == (0, 1)
    refusal = StageRefusal.objects.get()
    assert (refusal.code, refusal.subject_label) == ("e_invoice_invalid", invoice.number)
    assert "BR-IC-02" in refusal.message
    assert not InvoiceDocument.objects.exists()
    assert not storage.exists()


def test_an_invoice_from_before_taxes_is_stored_without_data(world: SeatWorld):
    (invoice,) = world.push(day(1, 15))

    document = rendered(invoice)

    assert document.xml_sha256 == ""
    with pytest.raises(DocumentWithoutData, match="Its PDF is the invoice"):
        open_data(document)


def test_data_whose_digest_differs_is_never_shown(world: SeatWorld):
    document = rendered(issue(world))
    document.xml_sha256 = "0" * 64

    with pytest.raises(DocumentAltered, match="The data in"):
        open_data(document)


def test_a_later_invoice_names_the_one_its_correction_is_for(world: SeatWorld):
    world.push(day(1, 15))
    world.send("grow", day(2, 4), quantity=10)
    (first,) = world.push(day(2, 15))
    correction = {"kind": "correction", "seat_type": "", "corrects": "grow"}
    world.send("later", day(2, 20), new_effective_at=day(2, 6), **correction)
    push_flow(stages=stages_until("tax"), at=day(3, 15))
    decide(first.customer.invoices.get(state="draft"))
    (second,) = world.push(day(3, 16))

    document = rendered(second)

    reference = "//ram:InvoiceReferencedDocument/ram:IssuerAssignedID"
    assert texts(open_data(document), reference) == [first.number]
    assert f"Corrects {first.number}" in text_of(open_document(document))


def test_a_credit_note_names_the_invoice_whose_unused_time_it_gives_back(db):
    world = SeatWorld.make({"credit_application": "balance"})
    (charged,) = world.push(day(1, 15))
    world.send("fewer", day(2, 4), kind="seat_removed", quantity=10)
    push_flow(stages=stages_until("tax"), at=day(2, 4))
    decide(charged.customer.invoices.get(state="draft"))
    (note,) = world.push(day(2, 5))

    document = rendered(note)

    reference = "//ram:InvoiceReferencedDocument/ram:IssuerAssignedID"
    assert note.kind == "credit_note"
    assert texts(open_data(document), reference) == [charged.number]
    assert f"Corrects {charged.number}" in text_of(open_document(document))


def test_unused_time_on_an_invoice_does_not_make_it_a_correction(world: SeatWorld):
    world.push(day(1, 15))
    world.send("fewer", day(2, 4), kind="seat_removed", quantity=10)
    push_flow(stages=stages_until("tax"), at=day(2, 15))
    decide(world.customer.invoices.get(state="draft"))
    (invoice,) = world.push(day(2, 16))

    assert source_of_issued(pk=invoice.pk).corrects == ()


def test_the_logo_of_the_day_of_issue_is_printed_though_the_seller_has_another_now(world):
    world.entity.logo_png = png(40)
    world.entity.save()
    invoice = issue(world)
    world.entity.logo_png = png(80)
    world.entity.save()

    document = rendered(invoice)

    with pikepdf.open(BytesIO(open_document(document))) as pdf:
        (image,) = pdf.pages[0].get_images().values()
        assert int(image.Width) == 40


def png(width: int) -> str:
    image = BytesIO()
    Image.new("RGB", (width, 20), (47, 93, 80)).save(image, "PNG")
    return b64encode(image.getvalue()).decode()


def test_ubl_is_written_from_the_rows_on_demand(world: SeatWorld):
    invoice = issue(world)

    source = source_of_issued(number=invoice.number)

    xml = write_ubl(source).xml
    assert texts(xml, "/*/cbc:ID") == [invoice.number]


def test_a_draft_has_no_source(world: SeatWorld):
    push_flow(stages=STAGES[:4], at=day(1, 15))

    assert source_of_issued(number="") is None


def test_sources_take_a_fixed_number_of_queries(world: SeatWorld):
    for name in ("beta", "gamma", "delta"):
        start(world.plan, make_customer(world.entity, name), name)
    push_flow(stages=stages_until("tax"), at=day(1, 15))
    drafts = [*world.entity.invoices.filter(state="draft")]
    for draft in drafts:
        decide(draft)
    world.push(day(1, 19))

    counts = []
    for found in (drafts[:1], drafts):
        issued = world.entity.invoices.filter(pk__in=[one.pk for one in found])
        with CaptureQueriesContext(connection) as queries:
            assert len(invoice_sources(issued)) == len(found)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 5
