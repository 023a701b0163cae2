"""Incidents: the list, opening one, its page, and both lists as CSV."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from accounts.admin.base import csv_response
from accounts.models import Customer
from accounts.views.filters import any_of, page_number, query_without_page
from billing.documents.staff_text import money_decimal
from desk.calc.playbooks import PLAYBOOKS
from desk.enums import AffectedState, PlaybookCode, Severity
from desk.models import Incident
from desk.operations.open_incident import open_incident
from desk.queries.incident_list import (
    OWNERS,
    STATES,
    IncidentFilter,
    IncidentRow,
    found_incidents,
    incident_list,
    incident_row,
)
from desk.queries.incident_page import (
    AffectedRow,
    affected_row,
    found_affected,
    incident_page,
)
from desk.views.page import desk_page, note_in_log, show
from kernel.refusal import Refusal

CHUNK = 2000
DAYS_OFFERED = (7, 30, 90, 400)
LIST_HEADER = [
    "incident_id", "title", "playbook", "severity", "state", "owner", "opened_at", "detector",
    "customers", "next_target", "next_target_by", "late",
]  # fmt: skip
AFFECTED_HEADER = [
    "customer", "customer_id", "subscription", "invoice", "found", "seat_type", "seats",
    "currency", "amount", "state", "state_reason", "found_at",
]  # fmt: skip


class IncidentFilterForm(forms.Form):
    """Only what the query knows; anything else in the address is ignored."""

    search = forms.CharField(required=False)
    playbook = any_of(PlaybookCode.choices, "Playbook")
    state = any_of(STATES.items(), "State")
    severity = any_of(Severity.choices, "Severity")
    owner = any_of(OWNERS.items(), "Owner")
    late = any_of([("yes", "Past a target")], "Targets")

    def asked(self, user: User) -> IncidentFilter:
        self.full_clean()
        given = {name: value for name, value in self.cleaned_data.items() if value}
        return IncidentFilter(**given, user_id=user.pk)


class OpenForm(forms.Form):
    """What somebody noticed; customers by their external ids, one a line."""

    playbook = forms.ChoiceField(choices=PlaybookCode.choices)
    title = forms.CharField(max_length=200)
    found = forms.CharField(max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))
    customers = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean_customers(self) -> list[UUID]:
        names = [line.strip() for line in self.cleaned_data["customers"].splitlines()]
        wanted = [name for name in names if name]
        known = dict(
            Customer.objects.filter(external_id__in=wanted).values_list("external_id", "pk")
        )
        missing = [name for name in wanted if name not in known]
        if missing:
            raise forms.ValidationError(f"No customer is called {', '.join(missing[:5])}.")
        return [known[name] for name in wanted]


@require_GET
@desk_page("desk.view_incident")
def incidents(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    form = IncidentFilterForm(request.GET)
    asked = form.asked(cast(User, request.user))
    return show(
        request,
        "desk/incidents.html",
        title="Incidents",
        form=form,
        asked=asked,
        page=incident_list(asked, number=page_number(request), now=now),
        query=query_without_page(request),
        now=now,
    )


@require_GET
@desk_page("desk.view_incident")
def incidents_csv(request: HttpRequest) -> StreamingHttpResponse:
    now = timezone.now()
    asked = IncidentFilterForm(request.GET).asked(cast(User, request.user))
    rows = found_incidents(asked, now=now).iterator(chunk_size=CHUNK)
    return csv_response(
        name="incidents",
        header=LIST_HEADER,
        rows=(list_cells(incident_row(row, now)) for row in rows),
    )


def list_cells(row: IncidentRow) -> list[str]:
    return [
        str(row.id), row.title, row.playbook, row.severity, row.state, row.owner,
        at_text(row.opened_at), row.detector, str(row.affected),
        row.target.words if row.target else "", at_text(row.target.by if row.target else None),
        "yes" if row.is_late else "no",
    ]  # fmt: skip


def at_text(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


@require_http_methods(["GET", "POST"])
@desk_page("desk.add_incident")
def new(request: HttpRequest) -> HttpResponse:
    """The form to open an incident by hand, and what became of it."""
    form = OpenForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            incident = open_incident(
                playbook=said["playbook"], title=said["title"], found=said["found"],
                customer_ids=said["customers"], at=timezone.now(), by=cast(User, request.user),
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.message)
        else:
            note_in_log(request, [incident], action_flag=ADDITION, message="Incident opened.")
            messages.success(request, "Opened. Take it, or leave it for its owner.")
            return HttpResponseRedirect(reverse("desk:incident", args=[incident.pk]))
    return show(
        request,
        "desk/incident_new.html",
        title="Open an incident",
        form=form,
        playbooks=PLAYBOOKS.values(),
    )


@require_GET
@desk_page("desk.view_incident")
def incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """What happened, what to do next, and whom it touched."""
    state, search = request.GET.get("state", ""), request.GET.get("search", "").strip()
    page = incident_page(incident_id, number=page_number(request), state=state, search=search)
    if page is None:
        raise Http404("No incident has this key.")
    return show(
        request,
        "desk/incident.html",
        title=page.incident.title,
        page=page,
        incident=page.incident,
        state=state,
        search=search,
        states=AffectedState.choices,
        query=query_without_page(request),
        days_offered=DAYS_OFFERED,
        staff=staff(),
        now=timezone.now(),
    )


def staff() -> list[str]:
    rows = User.objects.filter(is_staff=True, is_active=True).order_by("username")
    return list(rows.values_list("username", flat=True))


@require_GET
@desk_page("desk.view_incident")
def affected_csv(request: HttpRequest, incident_id: UUID) -> StreamingHttpResponse:
    found = get_object_or_404(Incident, pk=incident_id)
    asked: dict[str, Any] = {
        "state": request.GET.get("state", ""),
        "search": request.GET.get("search", "").strip(),
    }
    rows = found_affected(found.pk, **asked).iterator(chunk_size=CHUNK)
    return csv_response(
        name=f"incident-{found.pk}",
        header=AFFECTED_HEADER,
        rows=(affected_cells(affected_row(row)) for row in rows),
    )


def affected_cells(row: AffectedRow) -> list[str]:
    amount = "" if row.amount_minor is None else money_decimal(row.amount_minor, row.currency)
    return [
        row.customer, str(row.customer_id), row.subscription, row.invoice, row.found,
        row.seat_type, "" if row.seats is None else str(row.seats), row.currency, amount,
        row.state, row.state_reason, at_text(row.found_at),
    ]  # fmt: skip
