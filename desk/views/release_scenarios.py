"""Release scenarios: write one, change it, play it before it is kept, and read its earlier versions."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from billing.models import Plan
from billing.pipeline import STAGES
from desk.enums import ScenarioArea
from desk.models import ReleaseScenario
from desk.operations.release_check import outcome_of
from desk.operations.save_scenario import save_scenario
from desk.queries.release_versions import scenario_version, scenario_versions
from desk.views.page import desk_page, note_in_log, show, show_part
from kernel.refusal import Refusal

BLANK = """id: what-it-holds
about: The rule it holds, in one line
currency: EUR
timezone: Europe/Berlin
plan: {interval: month, seat_types: {member: {price: "8.00"}}}
subscription: {start: 2026-04-01, seats: {member: 10}}
events:
  - {id: added, at: 2026-04-16, add: 2, seat_type: member}
until: 2026-05-01
expect:
  invoices:
    - {issued: 2026-04-01, total: "80.00"}
    - {issued: 2026-05-01, total: "104.00"}
"""
LONGEST_TEXT = 20_000


class ScenarioForm(forms.Form):
    text = forms.CharField(
        label="Scenario",
        strip=False,
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(
            attrs={"rows": 24, "spellcheck": "false", "class": "dk-mono dk-code"}
        ),
    )
    area = forms.ChoiceField(choices=ScenarioArea.choices)
    plan = forms.ModelChoiceField(
        Plan.objects.order_by("name"),
        required=False,
        empty_label="Its own, as written",
        label="Policy and prices",
        help_text="Of a plan: its newest policy and prices count, and those about to be published.",
    )
    is_active = forms.BooleanField(required=False, label="Checks play it")
    why = forms.CharField(required=False, max_length=100, label="Why it is changed")

    def clean_text(self) -> str:
        return cast(str, self.cleaned_data["text"]).replace("\r\n", "\n")


@require_http_methods(["GET", "POST"])
@desk_page("desk.view_releasescenario")
def scenario(request: HttpRequest, scenario_id: UUID | None = None) -> HttpResponse:
    """The form of one, or of a new one; `?version=` shows an earlier text in it."""
    kept = get_object_or_404(ReleaseScenario, pk=scenario_id) if scenario_id else None
    may_write = request.user.has_perms(
        ["desk.change_releasescenario" if kept else "desk.add_releasescenario"]
    )
    form = ScenarioForm(request.POST or None, initial=said_by(kept, request.GET.get("version", "")))
    if request.method == "POST" and may_write and form.is_valid():
        saved = save(request, form, kept)
        if saved is not None:
            return HttpResponseRedirect(reverse("desk:release_scenario", args=[saved.pk]))
    return show(
        request,
        "desk/release_scenario.html",
        title=kept.name if kept else "New scenario",
        form=form,
        scenario=kept,
        may_write=may_write,
        versions=scenario_versions(kept.pk) if kept else (),
    )


def said_by(kept: ReleaseScenario | None, version: str) -> dict[str, Any]:
    """What the form says at first."""
    if kept is None:
        return {"text": BLANK, "is_active": True}
    earlier = scenario_version(kept.pk, version)
    return {
        "text": kept.text if earlier is None else earlier,
        "area": kept.area,
        "plan": kept.plan_id,
        "is_active": kept.is_active,
    }


def save(
    request: HttpRequest, form: ScenarioForm, kept: ReleaseScenario | None
) -> ReleaseScenario | None:
    """Kept, or None with the refusal on the form."""
    try:
        saved = save_scenario(
            scenario=kept, **form.cleaned_data, at=timezone.now(), by=cast(User, request.user)
        )
    except Refusal as refusal:
        form.add_error("text", str(refusal))
        return None
    words = form.cleaned_data["why"] or "Written at the desk."
    note_in_log(request, [saved], action_flag=CHANGE if kept else ADDITION, message=words)
    messages.success(request, "Kept. The next check plays it.")
    return saved


@require_POST
@desk_page("desk.add_releasecheckrun")
def play(request: HttpRequest) -> HttpResponse:
    """What comes out of the form as it stands, for HTMX; nothing is kept."""
    form = ScenarioForm(request.POST)
    if not form.is_valid():
        return show_part(request, "desk/parts/release_play.html", errors=form.errors)
    outcome, differences, figures = outcome_of(
        form.cleaned_data["text"], plan=form.cleaned_data["plan"], stages=STAGES
    )
    return show_part(
        request,
        "desk/parts/release_play.html",
        outcome=outcome,
        differences=differences,
        invoices=figures,
    )
