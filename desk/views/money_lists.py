"""Attempts, refunds, disputes and payouts: lists to look things up in."""

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.queries.paging import Page
from accounts.views.filters import any_of, date_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from billing.enums import AttemptState, AttemptTrigger, DisputeState, RefundState
from desk.queries.money_attempts import (
    AttemptFilter,
    AttemptRow,
    ListFilter,
    attempt_counts,
    attempt_list,
    attempt_row,
    dispute_list,
    found_attempts,
    payout_list,
    refund_list,
)
from desk.views.page import desk_page, show

ATTEMPT_HEADER = [
    "attempt_id", "invoice", "number", "customer", "customer_id", "currency", "amount", "state",
    "trigger", "payment_method", "started_at", "answered_at", "gateway_id", "decline_code", "problem",
]  # fmt: skip
CHUNK = 2000


class AttemptFilterForm(forms.Form):
    search = forms.CharField(required=False)
    state = any_of(AttemptState.choices, "State")
    trigger = any_of(AttemptTrigger.choices, "Asked by")
    decline = forms.CharField(required=False)
    first = date_of("Started from (UTC)")
    last = date_of("to")

    def asked(self) -> AttemptFilter:
        self.full_clean()
        return AttemptFilter(**{name: value for name, value in self.cleaned_data.items() if value})


def list_filter(request: HttpRequest, states: Iterable[Any]) -> tuple[forms.Form, ListFilter]:
    class Form(forms.Form):
        search = forms.CharField(required=False)
        state = any_of(states, "State")

    form = Form(request.GET)
    form.full_clean()
    given = {name: value for name, value in form.cleaned_data.items() if value}
    return form, ListFilter(**given)


@require_GET
@desk_page("billing.view_paymentattempt")
def attempts(request: HttpRequest) -> HttpResponse:
    form = AttemptFilterForm(request.GET)
    asked = form.asked()
    is_narrow = asked != AttemptFilter()
    return show(
        request,
        "desk/money_attempts.html",
        title="Attempts to charge",
        form=form,
        asked=asked,
        counts=attempt_counts(asked) if is_narrow else (),
        page=attempt_list(asked, number=page_number(request)),
        query=query_without_page(request),
        now=timezone.now(),
    )


@require_GET
@desk_page("billing.view_paymentattempt")
def attempts_csv(request: HttpRequest) -> StreamingHttpResponse:
    rows = found_attempts(AttemptFilterForm(request.GET).asked()).iterator(chunk_size=CHUNK)
    return csv_response(
        name="attempts", header=ATTEMPT_HEADER, rows=(csv_row(attempt_row(row)) for row in rows)
    )


def csv_row(row: AttemptRow) -> list[str]:
    return [
        str(row.id),
        row.invoice_number,
        str(row.number),
        row.customer_name,
        str(row.customer_id),
        row.currency,
        money_decimal(row.amount_minor, row.currency),
        row.state,
        row.trigger,
        row.payment_method,
        row.started_at.isoformat(timespec="seconds"),
        row.answered_at.isoformat(timespec="seconds") if row.answered_at else "",
        row.gateway_id,
        row.decline_code,
        row.problem,
    ]


@require_GET
@desk_page("billing.view_refund")
def refunds(request: HttpRequest) -> HttpResponse:
    return show_list(request, "refunds", RefundState.choices, refund_list)


@require_GET
@desk_page("billing.view_dispute")
def disputes(request: HttpRequest) -> HttpResponse:
    return show_list(request, "disputes", DisputeState.choices, dispute_list)


@require_GET
@desk_page("billing.view_payout")
def payouts(request: HttpRequest) -> HttpResponse:
    states = [(state, state.replace("_", " ").capitalize()) for state in PAYOUT_STATES]
    return show_list(request, "payouts", states, payout_list)


PAYOUT_STATES = ("pending", "in_transit", "paid", "failed", "canceled")


def show_list(
    request: HttpRequest, what: str, states: Iterable[Any], found: Callable[..., Page[Any]]
) -> HttpResponse:
    form, asked = list_filter(request, states)
    return show(
        request,
        f"desk/money_{what}.html",
        title=what.capitalize(),
        form=form,
        asked=asked,
        page=found(asked, number=page_number(request)),
        query=query_without_page(request),
        now=timezone.now(),
    )
