"""What people do about an incident: each button makes one call and comes back to the page."""

from collections.abc import Callable
from datetime import datetime
from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.documents.staff_text import staff_money
from billing.queries.find_subject import as_uuid
from desk.enums import AffectedState, IncidentState
from desk.models import Incident
from desk.operations.close_incident import close_incident
from desk.operations.decide_affected import decide_affected, set_amount
from desk.operations.find_affected import DAYS_AT_MOST, find_affected
from desk.operations.note_incident import note_incident
from desk.operations.prepare_credits import plan_credits, prepare_credits, totals_of
from desk.operations.record_step import record_step
from desk.operations.take_incident import take_incident
from desk.operations.tell_customers import AT_ONCE, tell_customers
from desk.queries.incident_letters import customers_to_tell, letters
from desk.views.money_moves import decide
from desk.views.page import desk_page, show
from kernel.refusal import Refusal

LETTERS_SHOWN = 3
Act = Callable[[Incident, User, datetime], tuple[Model, str]]


class OwnerUnknown(Refusal):
    code = "incident_owner_unknown"


class ActionForm(forms.Form):
    """What any of the buttons asks."""

    words = forms.CharField(required=False, max_length=5000)
    step = forms.CharField(required=False, max_length=40)
    owner = forms.CharField(required=False, max_length=150)
    amount = forms.CharField(required=False, max_length=30)
    state = forms.ChoiceField(choices=AffectedState.choices, required=False)
    days = forms.IntegerField(required=False, min_value=1, max_value=DAYS_AT_MOST)


def said(request: HttpRequest, name: str) -> str:
    form = ActionForm(request.POST)
    form.full_clean()
    return str(form.cleaned_data.get(name) or "")


def chosen(request: HttpRequest) -> list[UUID]:
    keys = (as_uuid(text) for text in request.POST.getlist("rows"))
    return [key for key in keys if key]


def act_on(request: HttpRequest, incident_id: UUID, act: Act) -> HttpResponse:
    """Do it, say so or why not, and go back to the incident."""
    found = get_object_or_404(Incident, pk=incident_id)
    return decide(
        request,
        back=reverse("desk:incident", args=[incident_id]),
        act=lambda: act(found, cast(User, request.user), timezone.now()),
    )


@require_POST
@desk_page("desk.change_incident")
def take(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """To the one who presses, or to a named colleague."""

    def act(found: Incident, by: User, at: datetime) -> tuple[Model, str]:
        name = said(request, "owner")
        owner = User.objects.filter(username=name, is_staff=True, is_active=True).first()
        if name and owner is None:
            raise OwnerUnknown("Nobody with this name works here; choose one of the list.")
        row = take_incident(incident_id=found.pk, owner=owner or by, at=at)
        return row, f"{(owner or by).get_username()} owns it now."

    return act_on(request, incident_id, act)


@require_POST
@desk_page("desk.change_incident")
def step(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    def act(found: Incident, by: User, at: datetime) -> tuple[Model, str]:
        key, words = said(request, "step"), said(request, "words")
        row = record_step(incident_id=found.pk, key=key, result=words, at=at, by=by)
        return row, "Recorded in the timeline."

    return act_on(request, incident_id, act)


@require_POST
@desk_page("desk.change_incident")
def find(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    def act(found: Incident, by: User, at: datetime) -> tuple[Model, str]:
        days = int(said(request, "days") or 0)
        row = find_affected(incident_id=found.pk, days=days, at=at, by=by)
        return row, row.result

    return act_on(request, incident_id, act)


@require_POST
@desk_page("desk.add_incidentnote")
def note(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    def act(found: Incident, by: User, at: datetime) -> tuple[Model, str]:
        row = note_incident(incident_id=found.pk, words=said(request, "words"), at=at, by=by)
        return row, "Noted."

    return act_on(request, incident_id, act)


@require_POST
@desk_page("desk.change_incident")
def rows(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Decide the chosen rows, or with `all` every row that is merely found."""

    def act(found: Incident, by: User, at: datetime) -> tuple[Model, str]:
        picked = None if "all" in request.POST else chosen(request)
        count = decide_affected(
            incident_id=found.pk,
            rows=picked,
            state=AffectedState(said(request, "state") or AffectedState.PREPARED),
            reason=said(request, "words"),
            at=at,
            by=by,
        )
        return found, f"{count} rows decided."

    return act_on(request, incident_id, act)


@require_POST
@desk_page("desk.change_incident")
def amount(request: HttpRequest, incident_id: UUID, row_id: UUID) -> HttpResponse:
    def act(found: Incident, by: User, at: datetime) -> tuple[Model, str]:
        row = set_amount(
            incident_id=found.pk, row_id=row_id, amount=said(request, "amount"), at=at, by=by
        )
        assert row.amount_minor is not None
        return row, f"{staff_money(row.amount_minor, row.currency)} to give back."

    return act_on(request, incident_id, act)


@require_POST
@desk_page("desk.change_incident")
def close(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    def act(found: Incident, by: User, at: datetime) -> tuple[Model, str]:
        row = close_incident(incident_id=found.pk, learned=said(request, "words"), at=at, by=by)
        return row, "Closed. What was learned stays with it."

    return act_on(request, incident_id, act)


@require_http_methods(["GET", "POST"])
@desk_page("desk.change_incident")
def credit(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """What would be asked for, row by row; then ask for it."""
    found = get_object_or_404(Incident, pk=incident_id)
    if request.method == "POST":
        return answer_credit(request, found)
    plans = plan_credits(incident_id=found.pk)
    return show(
        request,
        "desk/incident_credit.html",
        title="Prepare credit notes",
        incident=found,
        plans=plans,
        totals=totals_of([one for one in plans if not one.problem]),
    )


def answer_credit(request: HttpRequest, found: Incident) -> HttpResponse:
    back = HttpResponseRedirect(reverse("desk:incident", args=[found.pk]))
    try:
        prepared = prepare_credits(
            incident_id=found.pk,
            rows=chosen(request),
            customer_text=said(request, "words"),
            at=timezone.now(),
            by=cast(User, request.user),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return back
    if prepared.requests:
        sums = ", ".join(staff_money(minor, currency) for currency, minor in prepared.totals)
        words = f"{prepared.requests} credits over {sums} wait for a second person."
        messages.success(request, words)
    for problem in prepared.problems:
        messages.warning(request, problem)
    return back


@require_http_methods(["GET", "POST"])
@desk_page("desk.add_incidentmessage")
def tell(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """The messages as they would read; then queue them."""
    found = get_object_or_404(Incident, pk=incident_id)
    if request.method == "POST":
        return answer_tell(request, found)
    waiting = list(customers_to_tell(found))
    shown = letters(found, waiting[:AT_ONCE])
    return show(
        request,
        "desk/incident_tell.html",
        title="Tell the customers",
        incident=found,
        is_closed=found.state == IncidentState.CLOSED,
        shown=[one for one in shown if one.to][:LETTERS_SHOWN],
        reachable=sum(1 for one in shown if one.to),
        unreachable=[one for one in shown if not one.to],
        left=len(waiting) - len(shown),
    )


def answer_tell(request: HttpRequest, found: Incident) -> HttpResponse:
    try:
        told = tell_customers(incident_id=found.pk, at=timezone.now(), by=cast(User, request.user))
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{told.queued} messages go out within a minute.")
        if told.unreachable:
            names = ", ".join(told.unreachable[:5])
            messages.warning(request, f"Without an address, so not told: {names}.")
    return HttpResponseRedirect(reverse("desk:incident", args=[found.pk]))
