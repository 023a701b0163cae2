"""Invoice runs: watching them, starting one after seeing what it would do, retrying what it refused."""

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.enums import RunTrigger
from billing.models import InvoiceRun, StageRefusal
from billing.operations.refuse import retry_refusals
from billing.operations.run_invoices import start_run
from billing.tasks import call_hands
from desk.queries.flow_board import open_refusals
from desk.queries.runs import run_consequences, run_of
from desk.queries.runs import runs as latest_runs
from desk.views.page import desk_page, note_in_log, show, show_part
from kernel.refusal import Refusal

RUNS_SHOWN = 50
REFUSALS_SHOWN = 200


class StartRunForm(forms.Form):
    as_of = forms.DateField(
        label="Bill everything due by the end of",
        help_text="A UTC date; today means by now",
        widget=forms.DateInput(attrs={"type": "date"}),
    )


def end_of_day(day: date, now: datetime) -> datetime:
    """The last instant of a UTC date, or now if it is still going on."""
    last_instant = datetime.combine(day, time.max, tzinfo=UTC)
    return now if day == now.date() else last_instant


@require_GET
@desk_page("billing.view_invoicerun")
def runs(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {"runs": latest_runs(limit=RUNS_SHOWN), "now": timezone.now()}
    if request.headers.get("HX-Target") == "runs":
        return show_part(request, "desk/parts/runs.html", **context)
    return show(request, "desk/runs.html", title="Invoice runs", **context)


@require_GET
@desk_page("billing.view_invoicerun")
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    record = run_of(run_id)
    if record is None:
        raise Http404
    by_stage = open_refusals(per_stage=REFUSALS_SHOWN, run_id=run_id)
    context: dict[str, Any] = {
        "run": record,
        "refusals": [refusal for rows in by_stage.values() for refusal in rows],
        "now": timezone.now(),
    }
    if request.headers.get("HX-Target") == "run":
        return show_part(request, "desk/parts/run.html", **context)
    return show(request, "desk/run.html", title="Invoice run", **context)


@require_http_methods(["GET", "POST"])
@desk_page("billing.add_invoicerun")
def start(request: HttpRequest) -> HttpResponse:
    """Show what a run would take up; start it when confirmed."""
    now = timezone.now()
    assert isinstance(request.user, User), "the page admits signed-in staff only"
    given = request.POST or request.GET or {"as_of": now.date().isoformat()}
    form = StartRunForm(given)
    if not form.is_valid():
        return show(request, "desk/start_run.html", title="Start a run", form=form)
    as_of = end_of_day(form.cleaned_data["as_of"], now)
    if request.method == "POST":
        try:
            begun = start_run(
                as_of=as_of, trigger=RunTrigger.DESK, at=now, requested_by=request.user
            )
        except Refusal as refusal:
            form.add_error("as_of", str(refusal))
        else:
            return begin(request, begun)
    consequences = run_consequences(as_of=as_of)
    if request.headers.get("HX-Target") == "consequences":
        return show_part(request, "desk/parts/consequences.html", consequences=consequences)
    return show(
        request, "desk/start_run.html", title="Start a run", form=form, consequences=consequences
    )


def begin(request: HttpRequest, begun: InvoiceRun) -> HttpResponse:
    note_in_log(request, [begun], action_flag=ADDITION, message="Started at the desk.")
    call_hands(run_id=begun.pk)
    messages.success(request, "The run has begun; this page follows it.")
    return HttpResponseRedirect(reverse("desk:run", args=[begun.pk]))


@require_POST
@desk_page("billing.change_stagerefusal")
def retry_run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Try again just what this run met refusals for."""
    refusals = list(StageRefusal.objects.filter(run=run_id, resolved_at=None))
    retried = retry_refusals(refusal_ids=[one.pk for one in refusals], at=timezone.now())
    note_in_log(
        request, refusals, action_flag=CHANGE, message=f"Let it try again with run {run_id}."
    )
    call_hands(run_id=run_id)
    messages.success(request, f"{retried} refused are being tried again.")
    return HttpResponseRedirect(reverse("desk:run", args=[run_id]))
