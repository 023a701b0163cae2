"""The drift report: billed seats beside the members the product counts."""

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.views.filters import any_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from desk.queries.drift_list import (
    DIRECTIONS,
    DriftFilter,
    DriftRow,
    drift_list,
    drift_row,
    drift_sums,
    found_drift,
)
from desk.views.page import desk_page, show

CHUNK = 2000
HEADER = [
    "customer", "customer_id", "subscription", "seat_type", "billed", "active", "drift",
    "currency", "worth_per_interval", "reported_at",
]  # fmt: skip


class DriftFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False)
    direction = any_of(DIRECTIONS.items(), "Difference")
    at_least = forms.IntegerField(required=False, min_value=1, max_value=1_000_000)

    def asked(self) -> DriftFilter:
        self.full_clean()
        return DriftFilter(**{name: value for name, value in self.cleaned_data.items() if value})


@require_GET
@desk_page("desk.view_seatdrift")
def drift(request: HttpRequest) -> HttpResponse:
    form = DriftFilterForm(request.GET)
    asked = form.asked()
    return show(
        request,
        "desk/incident_drift.html",
        title="Drift report",
        form=form,
        asked=asked,
        sums=drift_sums(),
        page=drift_list(asked, number=page_number(request)),
        query=query_without_page(request),
        now=timezone.now(),
    )


@require_GET
@desk_page("desk.view_seatdrift")
def drift_csv(request: HttpRequest) -> StreamingHttpResponse:
    asked = DriftFilterForm(request.GET).asked()
    rows = found_drift(asked).iterator(chunk_size=CHUNK)
    return csv_response(name="drift", header=HEADER, rows=(cells(drift_row(row)) for row in rows))


def cells(row: DriftRow) -> list[str]:
    worth = "" if row.worth_minor is None else money_decimal(row.worth_minor, row.currency)
    return [
        row.customer, str(row.customer_id), row.subscription, row.seat_type, str(row.billed),
        str(row.active), str(row.drift), row.currency, worth,
        row.reported_at.isoformat(timespec="seconds"),
    ]  # fmt: skip
