"""Bring in a list of people: upload or paste, look at what each row would do, let it be carried out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.admin.base import csv_response
from accounts.operations.ask_worker import ask_worker
from billing.enums import SeatImportState
from billing.models import SeatImport
from kernel.refusal import Refusal
from portal.calc.people_file import COLUMNS, FileRow, read_people_bytes, read_people_text
from portal.operations.import_people import bring_in, start_import
from portal.operations.push_import import BAD
from portal.queries.import_list import seen_lists
from portal.views.page import PortalRequest, portal_page, show, show_part
from portal.views.people import show_people

SHOWN = 300
EARLIER = 10
WAITING = "waiting"
PUSH = "portal.tasks.push_list"
LONG = ("rows", "answers", "costs")
CSV_HEADER = ["line", *COLUMNS, "outcome", "what"]


class ImportForm(forms.Form):
    """One of both."""

    file = forms.FileField(
        required=False, label="A file", help_text="CSV in UTF-8, at most 5,000 people.",
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/csv"}),
    )  # fmt: skip
    text = forms.CharField(
        required=False, label="Or paste the rows", max_length=1_000_000, strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "class": "mono", "spellcheck": "false"}),
    )  # fmt: skip

    def rows(self) -> tuple[FileRow, ...]:
        """:raises FileUnreadable: saying where and what to do"""
        given = self.cleaned_data["file"]
        if given:
            return read_people_bytes(given.read())
        return read_people_text(self.cleaned_data["text"])


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A row with what would become of it, or did."""

    row: FileRow
    outcome: str
    words: str

    @property
    def is_refused(self) -> bool:
        return self.outcome == BAD


@require_http_methods(["GET", "POST"])
@portal_page("people")
def people_import(request: PortalRequest) -> HttpResponse:
    is_given = request.method == "POST"
    form = ImportForm(request.POST if is_given else None, request.FILES if is_given else None)
    if is_given and form.is_valid():
        try:
            made = bring_in(
                customer=request.customer, rights=request.rights, rows=form.rows(),
                by=cast(User, request.user), at=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            ask_worker(PUSH, import_id=str(made.pk))
            return redirect("portal:import", request.customer.pk, made.pk)
    return show_people(
        request, "portal/people/import_new.html", title="Bring in a list",
        form=form, earlier=seen_lists(request.rights).defer(*LONG)[:EARLIER], columns=COLUMNS,
    )  # fmt: skip


@require_GET
@portal_page("people")
def import_page(request: PortalRequest, import_id: UUID) -> HttpResponse:
    """The check, the dry run, the progress or the result of a list."""
    found = seen_list(seen_lists(request.rights), import_id)
    return show(
        request, "portal/people/import.html",
        title=titles()[SeatImportState(found.state)],
        is_yours=found.by_id == request.user.pk, **context_of(found),
    )  # fmt: skip


@require_GET
@portal_page("people")
def import_progress(request: PortalRequest, import_id: UUID) -> HttpResponse:
    """How far it is, for HTMX to ask again and again; the whole page once there is more to see."""
    found = seen_list(seen_lists(request.rights).defer(*LONG), import_id)
    if found.is_under_way and request.headers.get("HX-Request"):
        return show_part(request, "portal/people/import_progress.html", found=found)
    place = reverse("portal:import", args=[request.customer.pk, import_id])
    if not request.headers.get("HX-Request"):
        return redirect(place)
    return HttpResponse(status=204, headers={"HX-Redirect": place})


def titles() -> dict[SeatImportState, str]:
    return {
        SeatImportState.CHECKING: "The list is being checked",
        SeatImportState.CHECKED: "What this list would do",
        SeatImportState.RUNNING: "The list is being carried out",
        SeatImportState.DONE: "The list is done",
    }


def context_of(found: SeatImport) -> dict[str, Any]:
    rows = list(result_rows(found))
    refused = [one for one in rows if one.is_refused]
    others = [one for one in rows if not one.is_refused]
    costs = [
        {**one, "renewal_on": date.fromisoformat(one["renewal_on"]) if one["renewal_on"] else None}
        for one in found.costs
    ]
    return {
        "found": found,
        "costs": costs,
        "rows": [*refused, *others][:SHOWN],
        "hidden": max(0, len(rows) - SHOWN),
        "refused_count": len(refused),
        "good_count": len(others),
    }


def result_rows(found: SeatImport) -> Iterator[ResultRow]:
    """None before the check is over; while it is carried out, rows still to come say so."""
    is_running = found.state == SeatImportState.RUNNING
    for place, (row, answer) in enumerate(zip(found.rows, found.answers, strict=False)):
        if is_running and place >= found.done_count:
            yield ResultRow(FileRow(**row), WAITING, "Not done yet")
        else:
            yield ResultRow(FileRow(**row), answer["outcome"], answer["words"])


@require_POST
@portal_page("people")
def import_go_on(request: PortalRequest, import_id: UUID) -> HttpResponse:
    """Confirm a list, or let one that stopped go on; a worker does the rest."""
    try:
        start_import(
            import_id=import_id, customer_id=request.customer.pk, by=cast(User, request.user)
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return redirect("portal:import_new", request.customer.pk)
    ask_worker(PUSH, import_id=str(import_id))
    return redirect("portal:import", request.customer.pk, import_id)


@require_GET
@portal_page("people")
def import_csv(request: PortalRequest, import_id: UUID) -> StreamingHttpResponse:
    """Every row with what became of it."""
    found = seen_list(seen_lists(request.rights), import_id)
    rows = (
        [
            str(one.row.line), one.row.email, one.row.name, one.row.seat_type, one.row.group,
            one.row.action, one.outcome, one.words,
        ]
        for one in result_rows(found)
    )  # fmt: skip
    return csv_response(name="people-result", header=CSV_HEADER, rows=rows)


def seen_list(lists: QuerySet[SeatImport], import_id: UUID) -> SeatImport:
    found = lists.filter(pk=import_id).first()
    if found is None:
        raise Http404
    return found
