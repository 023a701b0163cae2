"""Figures of recovery: what was brought back, and what is open by age, each with its CSV."""

from collections.abc import Iterator
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.queries.paging import PAGE_SIZE, Page
from accounts.views.filters import any_of, date_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from desk.queries.recovery_board import campaign_codes
from desk.queries.recovery_results import (
    ResultFilter,
    Results,
    a_year_until,
    chart_of,
    label_words,
    results,
)
from desk.queries.recovery_words import DECLINES
from desk.views.page import desk_page, show
from dunning.queries.aging import AgingFilter, AgingRow, aging_rows, aging_totals
from dunning.queries.recovered import RecoveredRow
from tax.models import BillingEntity

RESULT_HEADER = [
    "by", "what", "currency", "cases", "paid_cases", "at_stake", "recovered", "credited",
    "written_off", "still_open", "recovered_percent",
]  # fmt: skip
AGING_HEADER = [
    "customer", "customer_id", "currency", "invoices", "oldest_due", "not_due", "days_1_30",
    "days_31_60", "days_61_90", "days_over_90", "total",
]  # fmt: skip
CHUNK = 500


class ResultFilterForm(forms.Form):
    first = date_of("First failed from (UTC)")
    last = date_of("to")
    campaign = forms.CharField(required=False)
    decline = any_of(DECLINES.items(), "First decline")
    currency = forms.CharField(required=False, max_length=3)

    def asked(self, at: datetime) -> ResultFilter:
        """The last year where nothing else is asked."""
        self.full_clean()
        said = self.cleaned_data
        first, last = a_year_until(at.date())
        return ResultFilter(
            first=said.get("first") or first,
            last=said.get("last") or last,
            campaign=said.get("campaign", ""),
            decline=said.get("decline", ""),
            currency=said.get("currency", "").upper(),
        )


@require_GET
@desk_page("dunning.view_dunningcase")
def recovered(request: HttpRequest) -> HttpResponse:
    form = ResultFilterForm(request.GET)
    asked = form.asked(timezone.now())
    found = results(asked)
    return show(
        request,
        "desk/recovery_results.html",
        title="What recovery brought back",
        here="results",
        form=form,
        asked=asked,
        found=found,
        tables=[(name, code, rows) for name, code, rows in tables_of(found) if rows],
        charts=[chart_of(found.months, currency) for currency in found.currencies],
        campaigns=campaign_codes(),
        query=query_without_page(request),
    )


def tables_of(
    found: Results,
) -> Iterator[tuple[str, str, list[tuple[str, RecoveredRow]]]]:
    """Each table's title, its grouping and its rows with their words."""
    parts = (
        ("By month of the first failure", "month", found.months),
        ("By campaign", "campaign", found.campaigns),
        ("By first decline", "decline_code", found.declines),
        ("By seller", "billing_entity", found.sellers),
    )
    for name, code, rows in parts:
        yield name, code, [(label_words(code, row.label), row) for row in rows]


@require_GET
@desk_page("dunning.view_dunningcase")
def recovered_csv(request: HttpRequest) -> StreamingHttpResponse:
    found = results(ResultFilterForm(request.GET).asked(timezone.now()))
    rows = (
        result_cells(code, words, row)
        for _, code, labeled in tables_of(found)
        for words, row in labeled
    )
    return csv_response(name="recovery-results", header=RESULT_HEADER, rows=rows)


def result_cells(code: str, words: str, row: RecoveredRow) -> list[str]:
    minor = (
        row.stake_minor,
        row.recovered_minor,
        row.credited_minor,
        row.written_off_minor,
        row.open_minor,
    )
    return [
        code,
        words,
        row.currency,
        str(row.cases),
        str(row.paid_cases),
        *(money_decimal(one, row.currency) for one in minor),
        str(row.rate_percent),
    ]


class AgingFilterForm(forms.Form):
    search = forms.CharField(required=False)
    currency = forms.CharField(required=False, max_length=3)
    entity = forms.CharField(required=False)

    def asked(self) -> AgingFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if "currency" in given:
            given["currency"] = given["currency"].upper()
        return AgingFilter(**given)


@require_GET
@desk_page("dunning.view_dunningcase")
def aging(request: HttpRequest) -> HttpResponse:
    asked, now = AgingFilterForm(request.GET).asked(), timezone.now()
    number = max(1, page_number(request))
    rows = aging_rows(at=now, asked=asked, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE + 1)
    return show(
        request,
        "desk/recovery_aging.html",
        title="Open invoices by age",
        here="aging",
        asked=asked,
        totals=aging_totals(at=now, asked=asked),
        page=Page(tuple(rows[:PAGE_SIZE]), number, len(rows) > PAGE_SIZE),
        entities=list(BillingEntity.objects.values_list("code", "legal_name")),
        query=query_without_page(request),
        now=now,
    )


@require_GET
@desk_page("dunning.view_dunningcase")
def aging_csv(request: HttpRequest) -> StreamingHttpResponse:
    asked = AgingFilterForm(request.GET).asked()
    rows = (aging_cells(row) for row in every_row(asked, timezone.now()))
    return csv_response(name="open-invoices-by-age", header=AGING_HEADER, rows=rows)


def every_row(asked: AgingFilter, at: datetime) -> Iterator[AgingRow]:
    offset = 0
    while rows := aging_rows(at=at, asked=asked, offset=offset, limit=CHUNK):
        yield from rows
        offset += CHUNK


def aging_cells(row: AgingRow) -> list[str]:
    minor = (
        row.not_due,
        row.days_1_30,
        row.days_31_60,
        row.days_61_90,
        row.days_over_90,
        row.total,
    )
    return [
        row.customer_name,
        str(row.customer_id or ""),
        row.currency,
        str(row.invoices),
        row.oldest_due.isoformat(),
        *(money_decimal(one, row.currency) for one in minor),
    ]
