"""Invoices: the list, one invoice with its evidence, a line's trail, and the PDF."""

from io import BytesIO
from uuid import UUID

from django import forms
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.views.filters import any_of, date_of, page_number, query_without_page
from billing.documents.archive import open_document
from billing.documents.staff_text import money_decimal
from billing.enums import InvoiceKind, InvoiceState
from billing.models import InvoiceDocument
from desk.queries.approval_holds import requests_holding
from desk.queries.credits import invoice_credits
from desk.queries.invoice_deliveries import invoice_deliveries
from desk.queries.invoice_list import (
    PAID,
    InvoiceFilter,
    InvoiceRow,
    found_invoices,
    invoice_list,
    invoice_row,
    invoice_sums,
)
from desk.queries.invoice_page import invoice_page
from desk.queries.line_trail import line_trail
from desk.queries.money_of_invoice import invoice_money
from desk.queries.tax_of_invoice import invoice_taxes
from desk.views.page import desk_page, show, show_part
from kernel.refusal import Refusal
from tax.models import BillingEntity

CSV_HEADER = [
    "number", "kind", "state", "customer", "customer_id", "billing_entity", "currency", "cycle_date",
    "issued_at", "due_date", "subtotal", "total", "amount_due", "open",
]  # fmt: skip


class InvoiceFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False, label="Number or customer")
    state = any_of(InvoiceState.choices, "State")
    kind = any_of(InvoiceKind.choices, "Kind")
    paid = any_of(PAID.items(), "Payment")
    entity = forms.CharField(required=False)
    currency = forms.CharField(required=False)
    first = date_of("Cycle from")
    last = date_of("to")

    def asked(self) -> InvoiceFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return InvoiceFilter(**given, today=timezone.now().date())


@require_GET
@desk_page("billing.view_invoice")
def invoices(request: HttpRequest) -> HttpResponse:
    form = InvoiceFilterForm(request.GET)
    asked = form.asked()
    is_narrow = bool(asked.search or asked.first or asked.paid or asked.state == InvoiceState.DRAFT)
    return show(
        request,
        "desk/invoices.html",
        title="Invoices",
        form=form,
        asked=asked,
        page=invoice_list(asked, number=page_number(request)),
        sums=invoice_sums(asked) if is_narrow else (),
        entities=list(BillingEntity.objects.values_list("code", "legal_name", "currency")),
        query=query_without_page(request),
    )


@require_GET
@desk_page("billing.view_invoice")
def invoices_csv(request: HttpRequest) -> StreamingHttpResponse:
    rows = found_invoices(InvoiceFilterForm(request.GET).asked()).iterator(chunk_size=2000)
    return csv_response(
        name="invoices", header=CSV_HEADER, rows=(csv_row(invoice_row(row)) for row in rows)
    )


def csv_row(row: InvoiceRow) -> list[str]:
    def amount(minor: int | None) -> str:
        return "" if minor is None else money_decimal(minor, row.currency)

    return [
        "" if row.is_draft else row.label,
        row.kind,
        "draft" if row.is_draft else "finalized",
        row.customer_name,
        str(row.customer_id),
        row.entity,
        row.currency,
        row.cycle_date.isoformat(),
        row.issued_at.isoformat(timespec="seconds") if row.issued_at else "",
        row.due_date.isoformat() if row.due_date else "",
        amount(row.subtotal_minor),
        amount(row.total_minor),
        amount(row.amount_due_minor),
        amount(row.open_minor),
    ]


@require_GET
@desk_page("billing.view_invoice")
def invoice(request: HttpRequest, key: str) -> HttpResponse:
    record = invoice_page(key)
    if record is None:
        raise Http404("No invoice has this number.")
    now = timezone.now()
    return show(
        request,
        "desk/invoice.html",
        title=f"{record.kind} {record.label}",
        invoice=record,
        taxes=invoice_taxes(record.id, is_draft=record.is_draft),
        credits=invoice_credits(record.id),
        deliveries=invoice_deliveries(record.id),
        money=None if record.is_draft else invoice_money(record.id, at=now),
        held_by=requests_holding(customer_id=record.customer_id) if record.is_draft else (),
        now=now,
    )


@require_GET
@desk_page("billing.view_invoice")
def line(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """What an unfolded line shows: its spans, ledger entries and events."""
    trail = line_trail(line_id)
    if trail is None:
        raise Http404
    return show_part(request, "desk/parts/line_trail.html", trail=trail)


@require_GET
@xframe_options_sameorigin
@desk_page("billing.view_invoice")
def document(request: HttpRequest, invoice_id: UUID) -> HttpResponseBase:
    """The PDF as issued; never rendered here, and never shown if its digest does not fit."""
    found = InvoiceDocument.objects.select_related("invoice").filter(invoice=invoice_id).first()
    if found is None:
        raise Http404("This invoice has no PDF yet.")
    try:
        pdf = open_document(found)
    except Refusal as refusal:
        return HttpResponse(refusal.message, status=409, content_type="text/plain; charset=utf-8")
    return FileResponse(
        BytesIO(pdf),
        content_type="application/pdf",
        filename=f"{found.invoice.number}.pdf",
        as_attachment="download" in request.GET,
    )
