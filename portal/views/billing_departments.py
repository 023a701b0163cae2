"""An invoice by department: sums, lines, and both as CSV."""

from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from billing.documents.staff_text import money_decimal
from portal.queries.billing_departments import Departments, departments_of, each_share
from portal.views.page import PortalRequest, portal_page, show

CSV_HEADER = ["invoice", "line", "description", "group", "cost_center", "currency", "amount"]


def found_departments(request: PortalRequest, invoice_id: UUID) -> Departments:
    found = departments_of(request.customer, invoice_id)
    if found is None:
        raise Http404
    return found


@require_GET
@portal_page("billing")
def departments(request: PortalRequest, invoice_id: UUID) -> HttpResponse:
    found = found_departments(request, invoice_id)
    return show(
        request,
        "portal/billing/departments.html",
        title=f"{found.number} by department",
        departments=found,
        invoice_id=invoice_id,
    )


@require_GET
@portal_page("billing")
def departments_csv(request: PortalRequest, invoice_id: UUID) -> StreamingHttpResponse:
    found = found_departments(request, invoice_id)
    return csv_response(
        name=f"{found.number}-departments",
        header=CSV_HEADER,
        rows=(
            [
                found.number,
                str(line.position),
                line.description,
                share.group,
                share.cost_center,
                found.currency,
                money_decimal(share.amount_minor, found.currency),
            ]
            for line, share in each_share(found)
        ),
    )
