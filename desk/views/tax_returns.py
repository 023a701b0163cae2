"""Tax returns: what is due, one return with its proof, its CSV, and filing it."""

from collections.abc import Iterator
from datetime import date
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.admin.base import csv_response
from billing.documents.staff_text import money_decimal
from billing.operations.file_return import file_return
from desk.queries.tax_returns import (
    ReturnPage,
    all_periods,
    open_and_overdue,
    registration_periods,
    return_page,
    treatment_words,
)
from desk.views.page import desk_page, note_in_log, show
from kernel.refusal import Refusal
from tax.models import TaxRegistration

DUE_SHOWN = 100
FILED_SHOWN = 50
RETURN_HEADER = [
    "corrects_period_from", "jurisdiction", "tax", "treatment", "rate_percent", "base", "tax_amount",
    "currency", "invoices",
]  # fmt: skip
LIST_HEADER = [
    "corrects_period_from", "country", "buyer_tax_id", "base", "currency", "invoices",
]  # fmt: skip


class FileForm(forms.Form):
    reference = forms.CharField(max_length=100, required=False)


def registration_of(registration_id: UUID) -> TaxRegistration:
    rows = TaxRegistration.objects.select_related("billing_entity", "owner")
    return get_object_or_404(rows, pk=registration_id)


def page_of_return(registration_id: UUID, kind: str, first: date) -> ReturnPage:
    page = return_page(
        registration_of(registration_id), kind=kind, first=first, today=timezone.now().date()
    )
    if page is None:
        raise Http404("The registration files for no such period.")
    return page


@require_GET
@desk_page("tax.view_taxreturn")
def returns(request: HttpRequest) -> HttpResponse:
    today = timezone.now().date()
    rows = all_periods(today=today, until=today)
    filed = sorted(
        (row for row in rows if row.filed_at), key=lambda row: str(row.filed_at), reverse=True
    )
    due = open_and_overdue(rows)
    return show(
        request,
        "desk/tax_returns.html",
        title="Tax returns",
        due=due[:DUE_SHOWN],
        to_file=len(due),
        overdue=sum(row.state == "overdue" for row in rows),
        filed=filed[:FILED_SHOWN],
    )


@require_GET
@desk_page("tax.view_taxregistration")
def registration(request: HttpRequest, registration_id: UUID) -> HttpResponse:
    found = registration_of(registration_id)
    return show(
        request,
        "desk/tax_registration.html",
        title=f"{found.billing_entity.code} in {found.jurisdiction}",
        registration=found,
        rows=registration_periods(registration_id, today=timezone.now().date()),
    )


@require_GET
@desk_page("tax.view_taxreturn")
def tax_return(request: HttpRequest, registration_id: UUID, kind: str, first: date) -> HttpResponse:
    page = page_of_return(registration_id, kind, first)
    title = f"{page.row.kind_words}: {page.row.entity} in {page.row.jurisdiction}"
    return show(request, "desk/tax_return.html", title=title, page=page)


@require_GET
@desk_page("tax.view_taxreturn")
def tax_return_csv(
    request: HttpRequest, registration_id: UUID, kind: str, first: date
) -> StreamingHttpResponse:
    page = page_of_return(registration_id, kind, first)
    header = LIST_HEADER if page.is_sales_list else RETURN_HEADER
    rows = list_rows(page) if page.is_sales_list else csv_rows(page)
    name = f"{page.row.entity}-{page.row.jurisdiction}-{kind}-{first}".lower()
    return csv_response(name=name, header=header, rows=rows)


def csv_rows(page: ReturnPage) -> Iterator[list[str]]:
    currency = page.figures.currency
    for row in page.figures.rows:
        yield [
            row.corrects.isoformat() if row.corrects else "",
            row.jurisdiction,
            row.name,
            treatment_words(row.treatment),
            f"{row.rate.normalize():f}",
            money_decimal(row.base_minor, currency),
            money_decimal(row.tax_minor, currency),
            currency,
            str(row.invoices),
        ]


def list_rows(page: ReturnPage) -> Iterator[list[str]]:
    currency = page.figures.currency
    for row in page.figures.buyers:
        yield [
            row.corrects.isoformat() if row.corrects else "",
            row.jurisdiction,
            row.buyer_number,
            money_decimal(row.base_minor, currency),
            currency,
            str(row.invoices),
        ]


@require_POST
@desk_page("tax.sign_off_tax")
def file(request: HttpRequest, registration_id: UUID, kind: str, first: date) -> HttpResponse:
    """Lock the figures under the name of who files."""
    page_of_return(registration_id, kind, first)
    form = FileForm(request.POST)
    form.full_clean()
    try:
        filed = file_return(
            registration_id=registration_id,
            kind=kind,
            period_first=first,
            reference=form.cleaned_data.get("reference", ""),
            by=cast(User, request.user),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        note_in_log(request, [filed], action_flag=ADDITION, message="Filed at the desk.")
        messages.success(request, "Filed: its figures are kept as they were and never change.")
    return HttpResponseRedirect(reverse("desk:tax_return", args=[registration_id, kind, first]))
