"""Documents to keep: an invoice as PDF, as the data inside it, and as UBL. Of the customer alone."""

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from accounts.models import Customer
from billing.documents.archive import open_data, open_document
from billing.documents.e_invoice.write import write_ubl
from billing.enums import InvoiceState
from billing.models import InvoiceDocument
from billing.queries.invoice_sources import source_of_issued
from kernel.refusal import Refusal
from portal.views.page import PortalRequest, portal_page

PDF, XML = "application/pdf", "application/xml"


@require_GET
@portal_page("billing")
def pdf(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    """As issued, byte for byte; never shown if its digest does not fit."""
    document = document_of(request.customer, invoice_id)
    return attachment(
        lambda: open_document(document), name=f"{document.invoice.number}.pdf", content_type=PDF
    )


@require_GET
@portal_page("billing")
def xml(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    """The data inside the PDF as issued (EN 16931, CII)."""
    document = document_of(request.customer, invoice_id)
    return attachment(
        lambda: open_data(document), name=f"{document.invoice.number}.xml", content_type=XML
    )


@require_GET
@portal_page("billing")
def ubl(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    """UBL 2.1 written from the rows of the invoice and checked before it is handed out."""
    source = source_of_issued(pk=invoice_id, customer=request.customer)
    if source is None:
        raise Http404
    return attachment(
        lambda: write_ubl(source).xml, name=f"{source.invoice.number}.ubl.xml", content_type=XML
    )


def document_of(customer: Customer, invoice_id: UUID) -> InvoiceDocument:
    """:raises Http404: for another customer's, for drafts, and while there is none"""
    found = InvoiceDocument.objects.select_related("invoice").filter(
        invoice=invoice_id, invoice__customer=customer, invoice__state=InvoiceState.FINALIZED
    )
    document = found.first()
    if document is None:
        raise Http404
    return document


def attachment(write: Callable[[], bytes], *, name: str, content_type: str) -> HttpResponse:
    """A file under its name, or the sentence that says why there is none."""
    try:
        content = write()
    except Refusal as refusal:
        return HttpResponse(refusal.message, status=409, content_type="text/plain; charset=utf-8")
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
