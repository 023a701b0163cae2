"""Campaigns: the list, one with its ladder, moving running cases, and what messages say."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from desk.queries.recovery_board import campaign_codes
from desk.queries.recovery_campaigns import (
    MOST_MOVED,
    campaign_page,
    current_campaigns,
    move_rows,
)
from desk.queries.recovery_words import LANGUAGES, TEMPLATES, template_words
from desk.views.mail_frame import allow_styles_of
from desk.views.page import desk_page, note_in_log, show
from dunning.documents.write_message import ALL_TEMPLATES
from dunning.models import Campaign
from dunning.operations.move_cases_to_campaign import move_cases_to_campaign
from dunning.records.message_previews import preview_template
from kernel.refusal import Refusal


class MoveForm(forms.Form):
    """The cases that were ticked, and why they move."""

    cases = forms.TypedMultipleChoiceField(coerce=UUID, required=False)
    reason = forms.CharField(required=False, max_length=300)


@require_GET
@desk_page("dunning.view_campaign")
def campaigns(request: HttpRequest) -> HttpResponse:
    return show(
        request,
        "desk/recovery_campaigns.html",
        title="Recovery campaigns",
        here="campaigns",
        rows=current_campaigns(),
        templates=TEMPLATES,
        languages=LANGUAGES,
    )


@require_GET
@desk_page("dunning.view_campaign")
def campaign(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    page = campaign_page(campaign_id)
    if page is None:
        raise Http404("No campaign has this key.")
    return show(
        request,
        "desk/recovery_campaign.html",
        title=f"{page.row.name}, version {page.row.version}",
        here="campaigns",
        page=page,
        row=page.row,
        ladder=page.ladder,
    )


@desk_page("dunning.add_casecampaign")
def move(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Who would move and what changes for each; moved are those that are ticked."""
    joined = get_object_or_404(Campaign, pk=campaign_id)
    source = request.GET.get("from") or joined.code
    now = timezone.now()
    rows = move_rows(joined, source=source, at=now)
    if request.method == "POST":
        form = MoveForm(request.POST)
        form.fields["cases"].choices = [(str(row.case_id), "") for row in rows]  # type: ignore[attr-defined]
        if form.is_valid():
            return moved(request, joined, form)
        messages.error(request, "The list changed since you looked. Look again, then decide.")
    return show(
        request,
        "desk/recovery_move.html",
        title=f"Move cases to {joined}",
        here="campaigns",
        joined=joined,
        rows=rows,
        is_more=len(rows) == MOST_MOVED,
        source=source,
        campaigns=campaign_codes(),
    )


def moved(request: HttpRequest, joined: Campaign, form: MoveForm) -> HttpResponse:
    here = HttpResponseRedirect(request.get_full_path())
    if not form.cleaned_data["cases"]:
        messages.error(request, "Tick the cases that move.")
        return here
    try:
        count = move_cases_to_campaign(
            case_ids=form.cleaned_data["cases"],
            campaign_id=joined.pk,
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
            by=cast(User, request.user),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
        return here
    words = f"{count} case{'s' if count != 1 else ''} moved to {joined}."
    note_in_log(request, [joined], action_flag=CHANGE, message=words)
    messages.success(request, words)
    return HttpResponseRedirect(reverse("desk:recovery_campaign", args=[joined.pk]))


@require_GET
@desk_page("dunning.view_campaign")
def message(request: HttpRequest, template: str) -> HttpResponse:
    """A message with made-up names and amounts, in a language, after a charge or a due date."""
    if template not in ALL_TEMPLATES:
        raise Http404("There is no such message.")
    language = request.GET.get("language", "en")
    language = language if language in LANGUAGES else "en"
    is_overdue = request.GET.get("after") == "due_date"
    written = preview_template(template=template, language=language, is_overdue=is_overdue)
    answered = show(
        request,
        "desk/recovery_template.html",
        title=f"Message: {template_words(template).lower()}",
        here="campaigns",
        code=template,
        written=written,
        language=language,
        is_overdue=is_overdue,
        templates=TEMPLATES,
        languages=LANGUAGES,
    )
    return allow_styles_of([written.html], answered)
