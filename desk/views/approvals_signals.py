"""What the exceptions together say: spikes, packages sold below list, leakage by segment."""

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from billing.documents.staff_text import money_decimal
from desk.queries.approvals_signals import (
    SEGMENTS,
    Leakage,
    leakage_by,
    packages_discounted,
    spikes_by,
)
from desk.views.page import desk_page, show

CSV_HEADER = [
    "segment", "name", "currency", "requests", "customers", "list_per_interval",
    "realized_per_interval", "percent_off", "leakage_over_terms",
]  # fmt: skip


class SegmentForm(forms.Form):
    by = forms.ChoiceField(
        choices=[(key, words) for key, (words, _) in SEGMENTS.items()], required=False
    )

    def segment(self) -> str:
        self.full_clean()
        return self.cleaned_data.get("by") or "seller"


@require_GET
@desk_page("accounts.view_exceptionrequest")
def signals(request: HttpRequest) -> HttpResponse:
    now, segment = timezone.now(), SegmentForm(request.GET).segment()
    return show(
        request,
        "desk/approvals_signals.html",
        title="Signals from exceptions",
        here="signals",
        spikes=[
            ("Team", "team", spikes_by("team", at=now)),
            ("Package", "package", spikes_by("package", at=now)),
        ],
        packages=packages_discounted(at=now),
        segments=[(key, words) for key, (words, _) in SEGMENTS.items()],
        segment=segment,
        segment_words=SEGMENTS[segment][0],
        leakage=leakage_by(segment, at=now),
    )


@require_GET
@desk_page("accounts.view_exceptionrequest")
def leakage_csv(request: HttpRequest) -> StreamingHttpResponse:
    segment = SegmentForm(request.GET).segment()
    rows = leakage_by(segment, at=timezone.now())
    return csv_response(
        name=f"leakage-by-{segment}",
        header=CSV_HEADER,
        rows=(csv_row(segment, row) for row in rows),
    )


def csv_row(segment: str, row: Leakage) -> list[str]:
    amounts = (row.list_minor, row.realized_minor)
    return [
        segment,
        row.name,
        row.currency,
        str(row.requests),
        str(row.customers),
        *(money_decimal(minor, row.currency) for minor in amounts),
        row.percent_off,
        money_decimal(row.leakage_minor, row.currency),
    ]
