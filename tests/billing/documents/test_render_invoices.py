"""The render stage: each finalized invoice is printed once, stored under its digest and never changed."""

from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Customer
from billing.documents.archive import DocumentAltered, DocumentMissing, open_document
from billing.documents.source import InvoiceSource
from billing.enums import InvoiceKind, InvoiceState, StageName
from billing.models import Invoice, InvoiceDocument, NumberSeries, StageRefusal
from billing.operations.render_invoices import (
    DifferentRenderingError,
    print_invoice,
    record_documents,
    render_invoices,
)
from kernel.stage import StageOutcome
from tax.models import BillingEntity
from tests.billing.documents.reading import text_of
from tests.billing.documents.samples import BUYER, POLICY, SELLER

pytestmark = pytest.mark.django_db

AT = datetime(2026, 2, 1, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def storage(tmp_path, settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def series() -> NumberSeries:
    known = {key: value for key, value in SELLER.items() if hasattr(BillingEntity, key)}
    entity = BillingEntity.objects.create(currency="EUR", **known)
    return NumberSeries.objects.create(
        billing_entity=entity, kind=InvoiceKind.INVOICE, prefix="NWD-"
    )


def finalized(series: NumberSeries, sequence: int = 1, **changes) -> Invoice:
    """An old invoice over nothing, without lines and taxes: what it prints is the sheet's concern."""
    customer, _ = Customer.objects.get_or_create(
        external_id="cus-40817",
        defaults={
            "legal_name": BUYER["legal_name"],
            "address_line1": "18 Shad Thames",
            "country": "GB",
            "currency": "EUR",
        },
    )
    values = {
        "customer": customer,
        "billing_entity": series.billing_entity,
        "kind": InvoiceKind.INVOICE,
        "currency": "EUR",
        "cycle_date": date(2026, 2, 1),
        "drafted_at": AT,
        "finalize_after": AT,
        "series": series,
        "sequence": sequence,
        "number": f"NWD-{sequence:06d}",
        "issued_at": datetime(2025, 12, 31, 23, 30, tzinfo=UTC),
        "due_date": date(2026, 1, 31),
        "tax_minor": 0,
        "total_minor": 0,
        "amount_due_minor": 0,
        "language": "en",
        "time_zone": "Europe/Berlin",
        "paper": "A4",
        "seller": SELLER,
        "buyer": BUYER,
        "policies": [POLICY],
    }
    invoice = Invoice.objects.create(**{**values, **changes})
    Invoice.objects.filter(pk=invoice.pk).update(state=InvoiceState.FINALIZED)
    return invoice


def stored_files(storage: Path) -> list[Path]:
    return sorted(path for path in storage.rglob("*") if path.is_file())


def test_a_finalized_invoice_gets_a_file_named_by_entity_year_number_and_digest(series, storage):
    invoice = finalized(series)

    outcome = render_invoices(keys=[invoice.pk], at=AT)

    assert outcome == StageOutcome(passed=1, refused=0)
    document = InvoiceDocument.objects.get(invoice=invoice)
    pdf = (storage / document.path).read_bytes()
    digest = sha256(pdf).hexdigest()
    assert document.path == f"invoices/NWD/2026/NWD-000001.{digest[:12]}.pdf"
    assert (document.sha256, document.size, document.pages) == (digest, len(pdf), 1)
    assert document.rendered_at == AT
    assert open_document(document) == pdf
    assert "€0.00" in text_of(pdf)


def test_an_invoice_with_a_document_is_not_rendered_again(series, storage):
    invoice = finalized(series)
    render_invoices(keys=[invoice.pk], at=AT)
    before = [(path, path.stat().st_mtime_ns) for path in stored_files(storage)]

    outcome = render_invoices(keys=[invoice.pk], at=datetime(2026, 2, 2, tzinfo=UTC))

    assert outcome == StageOutcome(passed=0, refused=0)
    assert [(path, path.stat().st_mtime_ns) for path in stored_files(storage)] == before
    assert InvoiceDocument.objects.get(invoice=invoice).rendered_at == AT


def test_a_draft_is_not_rendered(series):
    ready = finalized(series)
    draft = Invoice.objects.create(
        customer=ready.customer,
        billing_entity=series.billing_entity,
        kind=InvoiceKind.INVOICE,
        currency="EUR",
        cycle_date=date(2026, 3, 1),
        drafted_at=AT,
        finalize_after=AT,
        language="en",
        time_zone="UTC",
        paper="A4",
    )

    outcome = render_invoices(keys=[ready.pk, draft.pk], at=AT)

    assert outcome == StageOutcome(passed=1, refused=0)
    assert not InvoiceDocument.objects.filter(invoice=draft).exists()


def test_a_crash_between_file_and_row_leaves_a_file_that_the_next_attempt_takes(series, storage):
    invoice = finalized(series)
    left_behind = print_invoice(InvoiceSource(invoice, []), at=AT)

    render_invoices(keys=[invoice.pk], at=AT)

    assert InvoiceDocument.objects.get(invoice=invoice).path == left_behind.path
    assert stored_files(storage) == [storage / left_behind.path]


def test_half_a_file_is_replaced(series, storage):
    invoice = finalized(series)
    half = storage / print_invoice(InvoiceSource(invoice, []), at=AT).path
    half.write_bytes(half.read_bytes()[:1000])

    render_invoices(keys=[invoice.pk], at=AT)

    document = InvoiceDocument.objects.get(invoice=invoice)
    assert stored_files(storage) == [storage / document.path]
    assert sha256(open_document(document)).hexdigest() == document.sha256


def test_an_invoice_that_cannot_be_printed_is_refused_and_the_others_pass(series):
    incomplete = {key: value for key, value in BUYER.items() if key != "legal_name"}
    broken = finalized(series, 1, buyer=incomplete)
    sound = finalized(series, 2)

    outcome = render_invoices(keys=[broken.pk, sound.pk], at=AT)

    assert outcome == StageOutcome(passed=1, refused=1)
    assert InvoiceDocument.objects.get().invoice_id == sound.pk
    refusal = StageRefusal.objects.get()
    assert (refusal.stage, refusal.subject_id, refusal.subject_label, refusal.code) == (
        StageName.RENDER,
        broken.pk,
        "NWD-000001",
        "document_snapshot_incomplete",
    )
    assert "'legal_name' is missing" in refusal.message


def test_a_storage_that_cannot_be_written_is_a_refusal_that_says_what_to_do(series, storage):
    invoice = finalized(series)
    storage.write_text("a file where the folder should be")

    outcome = render_invoices(keys=[invoice.pk], at=AT)

    assert outcome == StageOutcome(passed=0, refused=1)
    refusal = StageRefusal.objects.get()
    assert refusal.code == "document_not_stored"
    assert refusal.message.endswith("Check the file storage, then retry.")


def test_another_rendering_than_the_recorded_one_raises(series):
    invoice = finalized(series)
    render_invoices(keys=[invoice.pk], at=AT)
    other = InvoiceDocument(
        invoice=invoice, path="other.pdf", sha256="0" * 64, size=1, pages=1, rendered_at=AT
    )

    with pytest.raises(DifferentRenderingError, match="NWD-000001"):
        record_documents([other])

    assert InvoiceDocument.objects.get().sha256 != other.sha256


def test_an_altered_file_is_never_shown(series, storage):
    invoice = finalized(series)
    render_invoices(keys=[invoice.pk], at=AT)
    document = InvoiceDocument.objects.get()
    file = storage / document.path
    file.write_bytes(file.read_bytes().replace(b"Northwind", b"Southwind") + b"\n")

    with pytest.raises(DocumentAltered, match="not the one that was issued"):
        open_document(document)


def test_a_lost_file_is_named(series, storage):
    invoice = finalized(series)
    render_invoices(keys=[invoice.pk], at=AT)
    document = InvoiceDocument.objects.get()
    (storage / document.path).unlink()

    with pytest.raises(DocumentMissing, match=document.path):
        open_document(document)


def test_a_chunk_takes_a_fixed_number_of_queries(series):
    one = [finalized(series, 1).pk]
    six = [finalized(series, sequence).pk for sequence in range(2, 8)]

    counts = []
    for keys in (one, six):
        with CaptureQueriesContext(connection) as queries:
            render_invoices(keys=keys, at=AT)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 9
