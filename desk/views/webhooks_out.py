"""Webhooks we send: the lists of endpoints and messages, one of each, and the list as CSV."""

from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.views.filters import any_of, date_of, page_number, query_without_page
from billing.enums import WebhookState
from desk.queries.webhooks_out import (
    HEALTH,
    DeliveryFilter,
    DeliveryRow,
    EndpointFilter,
    delivery_list,
    delivery_page,
    delivery_row,
    endpoint_list,
    endpoint_page,
    found_deliveries,
)
from desk.views.page import desk_page, show

CSV_HEADER = [
    "webhook_id", "endpoint", "customer", "changes", "state", "tries", "written_at", "due_at",
    "delivered_at",
]  # fmt: skip
CHUNK = 2000
LATEST = 10


class EndpointFilterForm(forms.Form):
    search = forms.CharField(required=False)
    health = any_of(HEALTH.items(), "State")

    def asked(self) -> EndpointFilter:
        self.full_clean()
        return EndpointFilter(**{name: one for name, one in self.cleaned_data.items() if one})


class DeliveryFilterForm(forms.Form):
    search = forms.CharField(required=False)
    state = any_of(WebhookState.choices, "State")
    endpoint = forms.UUIDField(required=False, widget=forms.HiddenInput)
    first = date_of("Written from (UTC)")
    last = date_of("to")

    def asked(self) -> DeliveryFilter:
        self.full_clean()
        return DeliveryFilter(**{name: one for name, one in self.cleaned_data.items() if one})


@require_GET
@desk_page("billing.view_webhookendpoint")
def endpoints(request: HttpRequest) -> HttpResponse:
    form = EndpointFilterForm(request.GET)
    asked = form.asked()
    return show(
        request,
        "desk/webhook_endpoints.html",
        title="Webhooks to products",
        form=form,
        asked=asked,
        page=endpoint_list(asked, number=page_number(request)),
        query=query_without_page(request),
        now=timezone.now(),
    )


@require_GET
@desk_page("billing.view_webhookendpoint")
def endpoint(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    row = endpoint_page(endpoint_id)
    if row is None:
        raise Http404("No endpoint has this key.")
    latest = delivery_list(DeliveryFilter(endpoint=endpoint_id), number=1).rows[:LATEST]
    return show(
        request,
        "desk/webhook_endpoint.html",
        title="Webhook endpoint",
        row=row,
        latest=latest,
        now=timezone.now(),
    )


@require_GET
@desk_page("billing.view_webhookdelivery")
def deliveries(request: HttpRequest) -> HttpResponse:
    form = DeliveryFilterForm(request.GET)
    asked = form.asked()
    return show(
        request,
        "desk/webhook_deliveries.html",
        title="Messages to products",
        form=form,
        asked=asked,
        page=delivery_list(asked, number=page_number(request)),
        query=query_without_page(request),
        now=timezone.now(),
    )


@require_GET
@desk_page("billing.view_webhookdelivery")
def deliveries_csv(request: HttpRequest) -> StreamingHttpResponse:
    rows = found_deliveries(DeliveryFilterForm(request.GET).asked()).iterator(chunk_size=CHUNK)
    return csv_response(
        name="webhook-deliveries",
        header=CSV_HEADER,
        rows=(csv_row(delivery_row(row)) for row in rows),
    )


def csv_row(row: DeliveryRow) -> list[str]:
    return [
        row.message_id,
        row.url,
        row.customer_name,
        str(row.change_count),
        row.state,
        str(row.try_count),
        row.created_at.isoformat(timespec="seconds"),
        row.due_at.isoformat(timespec="seconds"),
        row.delivered_at.isoformat(timespec="seconds") if row.delivered_at else "",
    ]


@require_GET
@desk_page("billing.view_webhookdelivery")
def delivery(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    page = delivery_page(delivery_id)
    if page is None:
        raise Http404("No message has this key.")
    return show(
        request,
        "desk/webhook_delivery.html",
        title="Message to a product",
        page=page,
        row=page.row,
        now=timezone.now(),
    )
