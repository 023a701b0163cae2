"""Render: print finalized invoices and record what was printed. A recorded document is only read."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from billing.documents.archive import store_file
from billing.documents.build_sheet import build_sheet
from billing.documents.dates import issued_on
from billing.documents.e_invoice.write import write_cii
from billing.documents.factur_x import AttachedInvoice
from billing.documents.source import InvoiceSource
from billing.documents.weasy import print_sheet
from billing.enums import InvoiceState, StageName
from billing.models import Invoice, InvoiceDocument
from billing.operations.refuse import Refused, record_refusals
from billing.queries.invoice_sources import invoice_sources
from kernel.refusal import Refusal
from kernel.stage import StageOutcome


class DifferentRenderingError(Exception):
    """Two renderings of one invoice differ: a bug, because a sheet gives the same bytes each time."""


def render_invoices(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """
    Print these invoices with their data inside, store the files and record path, digests, size
    and pages.

    An invoice that has its document already is left as it is. One that cannot be printed or
    stored, or whose data breaks a rule of EN 16931, is refused with its reason; the others pass.

    :raises DifferentRenderingError: if somebody else recorded another rendering meanwhile
    """
    waiting = Invoice.objects.filter(pk__in=keys, state=InvoiceState.FINALIZED, document=None)
    sources = invoice_sources(waiting)
    documents, refused = print_all(sources, at=at)
    with transaction.atomic():
        record_documents(documents)
        record_refusals(stage=StageName.RENDER, refused=refused, at=at)
    return StageOutcome(passed=len(documents), refused=len(refused))


def print_all(
    sources: Iterable[InvoiceSource], *, at: datetime
) -> tuple[list[InvoiceDocument], list[Refused]]:
    """Documents to record for what could be printed, refusals for what could not."""
    documents, refused = [], []
    for source in sources:
        invoice = source.invoice
        try:
            documents.append(print_invoice(source, at=at))
        except Refusal as refusal:
            refused.append(Refused(invoice.pk, invoice.number, refusal.code, refusal.message))
    return documents, refused


def print_invoice(source: InvoiceSource, *, at: datetime) -> InvoiceDocument:
    """
    Print and store one finalized invoice; the row is not saved yet.

    An invoice from before taxes were decided has no data and prints as it always did.
    """
    invoice = source.invoice
    assert invoice.issued_at is not None
    data = write_cii(source) if source.taxes else None
    attached = (
        AttachedInvoice(data.xml, invoice.issued_at.astimezone(UTC), data.is_exact)
        if data
        else None
    )
    printed = print_sheet(build_sheet(source), attached)
    stored = store_file(
        printed.pdf,
        entity_code=invoice.billing_entity.code,
        year=issued_on(invoice).year,
        number=invoice.number,
    )
    return InvoiceDocument(
        invoice=invoice,
        path=stored.path,
        sha256=stored.sha256,
        xml_sha256=data.sha256 if data else "",
        size=stored.size,
        pages=printed.pages,
        rendered_at=at,
    )


def record_documents(documents: Sequence[InvoiceDocument]) -> None:
    """One row an invoice; a row somebody else wrote meanwhile stays and must say the same."""
    InvoiceDocument.objects.bulk_create(documents, ignore_conflicts=True)
    recorded = dict(
        InvoiceDocument.objects.filter(
            invoice__in=[document.invoice_id for document in documents]
        ).values_list("invoice_id", "sha256")
    )
    for document in documents:
        if recorded[document.invoice_id] != document.sha256:
            raise DifferentRenderingError(
                f"{document.invoice.number} was recorded as {recorded[document.invoice_id]} and "
                f"rendered again as {document.sha256}"
            )
