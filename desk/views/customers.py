"""Customers: the list and one customer's page."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.enums import CustomerStatus
from accounts.views.filters import any_of, date_of, page_number, query_without_page
from billing.documents.staff_text import moment, money_decimal
from billing.models import Plan
from billing.operations.preview_invoice import preview_invoice
from desk.queries.customer_list import (
    SORTS,
    CustomerFilter,
    CustomerRow,
    customer_list,
    customer_rows,
    found_customers,
)
from desk.queries.customer_page import (
    LEDGER_PAGE,
    SubscriptionRow,
    customer_facts,
    customer_invoices,
    ledger_rows,
    subscription_rows,
)
from desk.queries.money_of_customer import customer_money
from desk.queries.recovery_case import open_cases_of
from desk.queries.seat_history import SeatHistory, SeatMark, seat_history
from desk.queries.tax_of_customer import customer_tax
from desk.views.page import desk_page, show, show_part
from desk.views.tax_evidence import AnswerForm, EvidenceForm
from kernel.refusal import Refusal

CHUNK = 500
UPCOMING_SHOWN = 3
CSV_HEADER = [
    "customer", "external_id", "country", "currency", "status", "plans", "seats", "last_invoice",
    "last_invoice_cycle", "last_invoice_total",
]  # fmt: skip


class CustomerFilterForm(forms.Form):
    search = forms.CharField(required=False)
    country = forms.CharField(required=False, max_length=2)
    plan = forms.CharField(required=False)
    status = any_of(CustomerStatus.choices, "Status")
    sort = forms.ChoiceField(
        choices=[
            ("name", "Name"),
            ("-name", "Name, last first"),
            ("country", "Country"),
            ("-created", "Newest"),
        ],
        required=False,
    )

    def asked(self) -> CustomerFilter:
        self.full_clean()
        return CustomerFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class KnownForm(forms.Form):
    known = date_of("As known at the end of")


@require_GET
@desk_page("accounts.view_customer")
def customers(request: HttpRequest) -> HttpResponse:
    form = CustomerFilterForm(request.GET)
    asked = form.asked()
    return show(
        request,
        "desk/customers.html",
        title="Customers",
        form=form,
        asked=asked,
        sorts=SORTS,
        plans=list(Plan.objects.values_list("code", "name")),
        page=customer_list(asked, number=page_number(request), at=timezone.now()),
        query=query_without_page(request),
    )


@require_GET
@desk_page("accounts.view_customer")
def customers_csv(request: HttpRequest) -> StreamingHttpResponse:
    found = found_customers(CustomerFilterForm(request.GET).asked())
    return csv_response(
        name="customers", header=CSV_HEADER, rows=csv_rows(found, at=timezone.now())
    )


def csv_rows(found: Any, *, at: datetime) -> Iterator[list[str]]:
    customers = found.iterator(chunk_size=CHUNK)
    while chunk := list(islice(customers, CHUNK)):
        for row in customer_rows(chunk, at=at):
            yield csv_row(row)


def csv_row(row: CustomerRow) -> list[str]:
    last = row.last_invoice
    return [
        row.legal_name,
        row.external_id,
        row.country,
        row.currency,
        row.status,
        row.plans,
        str(row.seats),
        last.number if last else "",
        last.cycle_date.isoformat() if last else "",
        money_decimal(last.total_minor, last.currency) if last else "",
    ]


@require_GET
@desk_page("accounts.view_customer")
def customer(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    facts = customer_facts(customer_id)
    if facts is None:
        raise Http404("No customer has this key.")
    now = timezone.now()
    history = seat_history(customer_id=customer_id, known_at=known_at(request, now))
    ledger = ledger_rows(customer_id=customer_id)
    subscriptions = subscription_rows(customer_id=customer_id, history=history)
    return show(
        request,
        "desk/customer.html",
        title=facts.legal_name,
        customer=facts,
        history=history,
        is_past=history.known_at < now,
        chart=chart_data(history, now=now, time_zone=facts.time_zone),
        subscriptions=subscriptions,
        upcoming=upcoming_invoices(subscriptions, now=now),
        invoices=customer_invoices(customer_id),
        tax=customer_tax(customer_id, on=now.date()),
        recovery=open_cases_of(customer_id, at=now),
        money=customer_money(customer_id, on=now.astimezone(ZoneInfo(facts.time_zone)).date()),
        answer_form=AnswerForm(initial={"number": facts.tax_number}, auto_id="answer_%s"),
        evidence_form=EvidenceForm(auto_id="piece_%s"),
        ledger=ledger,
        more_before=next_before(ledger),
        now=now,
    )


def upcoming_invoices(
    subscriptions: Sequence[SubscriptionRow], *, now: datetime
) -> list[dict[str, Any]]:
    """What each running subscription is invoiced next, or why that cannot be said."""
    upcoming: list[dict[str, Any]] = []
    for one in [row for row in subscriptions if row.next_billing][:UPCOMING_SHOWN]:
        try:
            shown = preview_invoice(subscription_id=one.id, at=now)
        except Refusal as refusal:
            upcoming.append({"subscription": one.external_id, "refusal": refusal.message})
        else:
            upcoming.append({"subscription": one.external_id, "preview": shown})
    return upcoming


def known_at(request: HttpRequest, now: datetime) -> datetime:
    """The end of the asked UTC date, or now."""
    form = KnownForm(request.GET)
    day = form.cleaned_data.get("known") if form.is_valid() else None
    return min(now, datetime.combine(day, time.max, tzinfo=UTC)) if day else now


def next_before(ledger: tuple[Any, ...]) -> int | None:
    """The position to go on from, if there may be more."""
    if len(ledger) < LEDGER_PAGE or ledger[-1].entry.position == 1:
        return None
    return ledger[-1].entry.position  # type: ignore[no-any-return]


@require_GET
@desk_page("accounts.view_customer")
def ledger(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    """More of the ledger, for HTMX."""
    before = request.GET.get("before", "")
    rows = ledger_rows(customer_id=customer_id, before=int(before) if before.isdigit() else None)
    facts = customer_facts(customer_id)
    if facts is None:
        raise Http404
    return show_part(
        request,
        "desk/parts/ledger_rows.html",
        ledger=rows,
        customer=facts,
        more_before=next_before(rows),
    )


def chart_data(history: SeatHistory, *, now: datetime, time_zone: str) -> dict[str, Any]:
    """What desk.js draws; instants in milliseconds since 1970."""
    starts = [series.steps[0].at for series in history.series if series.steps]
    first = min(starts, default=history.known_at)
    names_subscription = len({series.subscription_id for series in history.series}) > 1
    return {
        "first": milliseconds(first),
        "last": milliseconds(max(now, first)),
        "series": [
            {
                "name": f"{series.seat_type} ({series.subscription})"
                if names_subscription
                else series.seat_type,
                "points": [
                    *({"at": milliseconds(step.at), "seats": step.seats} for step in series.steps),
                    {"at": milliseconds(max(now, first)), "seats": series.seats},
                ],
            }
            for series in history.series
        ],
        "events": [mark_data(mark, time_zone) for mark in history.marks],
    }


def mark_data(mark: SeatMark, time_zone: str) -> dict[str, Any]:
    by = f" by {mark.actor}" if mark.actor else ""
    return {
        "at": milliseconds(mark.at),
        "seats": mark.seats,
        "text": f"{moment(mark.at, time_zone)}: {mark.kind}{by}, {mark.seat_type} {mark.change:+d} → {mark.seats}",
        "href": reverse("desk:event", args=[mark.event_id]),
    }


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
