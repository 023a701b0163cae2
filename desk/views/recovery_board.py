"""The board of recovery: cases by rung, the list as it is filtered, and the list as CSV."""

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.views.filters import any_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from desk.queries.recovery_board import (
    SORTS,
    CaseFilter,
    CaseRow,
    campaign_codes,
    case_list,
    case_row,
    declines_of_cases,
    listed,
    mail_troubles,
    rungs,
)
from desk.queries.recovery_words import RUNGS
from desk.views.page import desk_page, show
from tax.models import BillingEntity

CSV_HEADER = [
    "case_id", "customer", "customer_id", "billing_entity", "currency", "open", "invoices",
    "campaign", "step", "first_failed_at", "decline_code", "next_action", "next_at", "why",
]  # fmt: skip
CHUNK = 2000


class CaseFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False)
    campaign = forms.CharField(required=False)
    currency = forms.CharField(required=False, max_length=3)
    entity = forms.CharField(required=False)
    rung = any_of(RUNGS.items(), "Step")
    decline = forms.CharField(required=False, max_length=60)
    sort = forms.ChoiceField(choices=list(SORTS.items()), required=False)

    def asked(self) -> CaseFilter:
        self.full_clean()
        return CaseFilter(**{name: value for name, value in self.cleaned_data.items() if value})


@require_GET
@desk_page("dunning.view_dunningcase")
def board(request: HttpRequest) -> HttpResponse:
    form = CaseFilterForm(request.GET)
    asked, now = form.asked(), timezone.now()
    return show(
        request,
        "desk/recovery_board.html",
        title="Recovery",
        here="board",
        form=form,
        asked=asked,
        sorts=SORTS,
        rungs=rungs(asked, at=now),
        troubles=mail_troubles(),
        page=case_list(asked, at=now, number=page_number(request)),
        campaigns=campaign_codes(),
        declines=declines_of_cases(at=now),
        entities=list(BillingEntity.objects.values_list("code", "legal_name")),
        query=query_without_page(request),
        now=now,
    )


@require_GET
@desk_page("dunning.view_dunningcase")
def board_csv(request: HttpRequest) -> StreamingHttpResponse:
    asked = CaseFilterForm(request.GET).asked()
    rows = listed(asked, at=timezone.now()).iterator(chunk_size=CHUNK)
    return csv_response(
        name="recovery-cases", header=CSV_HEADER, rows=(csv_row(case_row(row)) for row in rows)
    )


def csv_row(row: CaseRow) -> list[str]:
    return [
        str(row.id),
        row.customer_name,
        str(row.customer_id),
        row.entity,
        row.currency,
        money_decimal(row.open_minor, row.currency),
        str(row.invoices),
        row.campaign,
        row.rung_words,
        row.first_failed_at.isoformat(timespec="seconds"),
        row.decline_code,
        row.next_words,
        row.next_at.isoformat(timespec="seconds") if row.next_at else "",
        row.next_why,
    ]
