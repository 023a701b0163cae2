"""Invoices and credit notes of the customer: the list, one of them, and why a line has its amount."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.models import Customer
from accounts.views.filters import any_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from billing.queries.statement import local_day
from portal.queries.billing_departments import departments_of, has_departments
from portal.queries.billing_invoice import paper_of
from portal.queries.billing_invoices import (
    KINDS,
    STATES,
    PaperFilter,
    PaperRow,
    found_papers,
    paper_list,
    paper_row,
    years_of,
)
from portal.queries.billing_line import line_reason
from portal.views.page import PortalRequest, portal_page, show

CSV_HEADER = ["number", "kind", "issued_at", "due_date", "currency", "total", "open", "state"]
CHUNK = 500


class PaperFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    number = forms.CharField(required=False, max_length=40, label="Number")
    year = forms.IntegerField(required=False, min_value=2000, max_value=9998)
    state = any_of(STATES.items(), "State")
    kind = any_of(KINDS.items(), "Kind")

    def asked(self, customer: Customer) -> PaperFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return PaperFilter(**given, today=local_day(customer, timezone.now()))


@require_GET
@portal_page("billing")
def invoices(request: PortalRequest) -> HttpResponse:
    form = PaperFilterForm(request.GET)
    asked = form.asked(request.customer)
    today = local_day(request.customer, timezone.now())
    return show(
        request,
        "portal/billing/invoices.html",
        title="Invoices",
        asked=asked,
        states=STATES,
        kinds=KINDS,
        years=years_of(request.customer),
        page=paper_list(request.customer, asked, number=page_number(request), today=today),
        query=query_without_page(request),
    )


@require_GET
@portal_page("billing")
def invoices_csv(request: PortalRequest) -> StreamingHttpResponse:
    customer = request.customer
    asked = PaperFilterForm(request.GET).asked(customer)
    today = local_day(customer, timezone.now())
    rows = found_papers(customer, asked).iterator(chunk_size=CHUNK)
    return csv_response(
        name=f"invoices-{customer.external_id}",
        header=CSV_HEADER,
        rows=(csv_row(paper_row(row, today=today)) for row in rows),
    )


def csv_row(row: PaperRow) -> list[str]:
    return [
        row.number,
        row.kind,
        row.issued_at.isoformat(timespec="seconds"),
        row.due_date.isoformat(),
        row.currency,
        money_decimal(row.total_minor, row.currency),
        money_decimal(row.open_minor, row.currency),
        row.state,
    ]


@require_GET
@portal_page("billing")
def invoice(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    now = timezone.now()
    paper = paper_of(request.customer, invoice_id, today=local_day(request.customer, now))
    if paper is None:
        raise Http404
    return show(
        request,
        "portal/billing/invoice.html",
        title=f"{paper.head.kind} {paper.head.number}",
        paper=paper,
        has_departments=has_departments(request.customer),
    )


@require_GET
@portal_page("billing")
def line(request: PortalRequest, invoice_id: UUID, position: int) -> HttpResponse:
    """As a page, or as the part an unfolded line asks for."""
    reason = line_reason(
        request.customer, invoice_id, position=position, shows_people=request.rights.is_owner
    )
    if reason is None:
        raise Http404
    part = "HX-Request" in request.headers
    found = (
        departments_of(request.customer, invoice_id) if has_departments(request.customer) else None
    )
    return show(
        request,
        "portal/billing/parts/reason.html" if part else "portal/billing/line.html",
        title=f"{reason.trace.line.invoice_number}, line {position}",
        reason=reason,
        shares=found.shares_of(position) if found else (),
        invoice_id=invoice_id,
    )
