"""An invoice as data: the XML as issued inside its PDF, and UBL on demand."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from billing.documents.archive import open_data
from billing.documents.e_invoice.write import write_ubl
from billing.models import InvoiceDocument
from billing.queries.invoice_sources import source_of_issued
from desk.views.page import desk_page
from kernel.refusal import Refusal


@require_GET
@desk_page("billing.view_invoice")
def xml(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The XML as issued; never shown if its digest does not fit."""
    found = InvoiceDocument.objects.select_related("invoice").filter(invoice=invoice_id).first()
    if found is None:
        raise Http404("This invoice has no document yet.")
    try:
        return attachment(open_data(found), f"{found.invoice.number}.xml")
    except Refusal as refusal:
        return sentence(refusal)


@require_GET
@desk_page("billing.view_invoice")
def ubl(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """UBL 2.1 written from the invoice's rows and checked before it is handed out."""
    source = source_of_issued(pk=invoice_id)
    if source is None:
        raise Http404("Only a finalized invoice exists as data.")
    try:
        return attachment(write_ubl(source).xml, f"{source.invoice.number}.ubl.xml")
    except Refusal as refusal:
        return sentence(refusal)


def attachment(content: bytes, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type="application/xml", headers=headers)


def sentence(refusal: Refusal) -> HttpResponse:
    return HttpResponse(refusal.message, status=409, content_type="text/plain; charset=utf-8")
