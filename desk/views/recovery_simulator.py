"""The simulator: last year's failures under another ladder. Nothing is written."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.views.filters import page_number, query_without_page
from desk.queries.recovery_ladder import drawn
from desk.queries.recovery_words import LEVELS
from desk.views.page import desk_page, show
from desk.views.recovery_ladder import LadderForm, ladder_of
from dunning.calc.simulate import Course, Replay
from dunning.models import Campaign
from dunning.operations.simulate_campaign import Simulation, simulate_campaign

SHOWN = 50


class ChoiceForm(forms.Form):
    """The version to start from, and whether the ladder below was changed."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.order_by("code", "-version"), required=False, empty_label=None
    )
    changed = forms.BooleanField(required=False)


@require_GET
@desk_page("dunning.view_campaign")
def simulator(request: HttpRequest) -> HttpResponse:
    """A version as it is, or the ladder as it was changed in the form."""
    choice = ChoiceForm(request.GET)
    choice.full_clean()
    base = choice.cleaned_data.get("campaign") or Campaign.objects.filter(is_current=True).first()
    first = ladder_of(base) if base else {}
    is_changed = bool(choice.cleaned_data.get("changed"))
    form = LadderForm(request.GET if is_changed else filled(first))
    is_asked = base is not None and ("campaign" in request.GET or is_changed)
    done = None
    if is_asked and form.is_valid():
        done = simulate_campaign(terms=form.terms(), at=timezone.now())
    return show(
        request,
        "desk/recovery_simulator.html",
        title="Simulator",
        here="simulator",
        choice=choice,
        versions=list(Campaign.objects.order_by("code", "-version")),
        base=base,
        form=form,
        ladder=drawn(form.terms()) if form.is_valid() else None,
        done=done,
        changes=changes_of(done, page_number(request)) if done else None,
        query=query_without_page(request),
    )


def filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def changes_of(done: Simulation, number: int) -> Any:
    """A page of the cases that would have gone another way."""
    changed = [
        {
            "past": one.past,
            "was": course_words(one.was, one),
            "then": course_words(one.would_be, one),
        }
        for one in done.replays
        if one.changes
    ]
    return Paginator(changed, SHOWN).get_page(number)


def course_words(course: Course, one: Replay) -> dict[str, Any]:
    """A course as the table shows it."""
    days = None
    if course.paid_at:
        days = (course.paid_at - one.past.facts.first_failed_at).days
    return {
        "days": days,
        "messages": course.messages,
        "retries": course.retries,
        "level": LEVELS[course.level],
        "has_ended": course.has_ended,
    }
