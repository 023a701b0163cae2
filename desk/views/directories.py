"""Directories of customers: the list, the list as CSV, and one of them with its last requests."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.admin.base import csv_response
from accounts.views.filters import any_of, page_number, query_without_page
from desk.queries.directories import (
    STATES,
    DirectoryFilter,
    DirectoryRow,
    directory_list,
    directory_page,
    directory_rows,
    found_directories,
)
from desk.views.page import desk_page, show

LOOK = "accounts.view_directoryrequest"
CHUNK = 500
CSV_HEADER = [
    "customer", "external_id", "state", "tokens", "last_request", "people", "groups",
    "refused_7_days", "last_refusal", "last_refusal_at",
]  # fmt: skip


class DirectoryFilterForm(forms.Form):
    search = forms.CharField(required=False)
    state = any_of(STATES.items(), "State")
    sort = forms.ChoiceField(
        choices=[
            ("name", "Name"),
            ("-last_used", "Last request"),
            ("-refused", "Refusals"),
            ("-people", "People"),
        ],
        required=False,
    )

    def asked(self) -> DirectoryFilter:
        self.full_clean()
        return DirectoryFilter(**{name: one for name, one in self.cleaned_data.items() if one})


@require_GET
@desk_page(LOOK)
def directories(request: HttpRequest) -> HttpResponse:
    form = DirectoryFilterForm(request.GET)
    asked = form.asked()
    now = timezone.now()
    return show(
        request,
        "desk/directories.html",
        title="Directories of customers",
        form=form,
        asked=asked,
        page=directory_list(asked, number=page_number(request), at=now),
        query=query_without_page(request),
        now=now,
    )


@require_GET
@desk_page(LOOK)
def directories_csv(request: HttpRequest) -> StreamingHttpResponse:
    asked = DirectoryFilterForm(request.GET).asked()
    rows = csv_rows(asked, at=timezone.now())
    return csv_response(name="directories", header=CSV_HEADER, rows=rows)


def csv_rows(asked: DirectoryFilter, *, at: datetime) -> Iterator[list[str]]:
    found = found_directories(asked, at=at).iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        yield from (csv_row(one) for one in directory_rows(chunk, at=at))


def csv_row(row: DirectoryRow) -> list[str]:
    return [
        row.customer,
        row.external_id,
        row.state,
        ", ".join(row.tokens),
        row.last_used.isoformat(timespec="seconds") if row.last_used else "",
        str(row.people),
        str(row.groups),
        str(row.refused),
        row.last_error,
        row.last_error_at.isoformat(timespec="seconds") if row.last_error_at else "",
    ]


@require_GET
@desk_page(LOOK)
def directory(request: HttpRequest, customer_id: UUID) -> HttpResponse:
    only_refused = request.GET.get("only") == "refused"
    now = timezone.now()
    page = directory_page(
        customer_id, only_refused=only_refused, number=page_number(request), at=now
    )
    if page is None:
        raise Http404("This customer has no directory.")
    return show(
        request,
        "desk/directory.html",
        title=f"Directory of {page.row.customer}",
        row=page.row,
        tokens=page.tokens,
        page=page.requests,
        only_refused=only_refused,
        query=query_without_page(request),
        now=now,
    )
