"""Publish a campaign or a new version of one: checked, drawn, and only then published."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from desk.queries.recovery_ladder import drawn
from desk.views.page import desk_page, note_in_log, show
from desk.views.recovery_ladder import LadderForm, ladder_of
from dunning.enums import Segment
from dunning.models import Campaign
from dunning.operations.publish_campaign import publish_campaign
from kernel.refusal import Refusal
from tax.models import BillingEntity

ABOUT = ("name", "segment", "country", "billing_entity", "currency", "priority", "is_active")


class CampaignTaken(Refusal):
    code = "campaign_taken"


class PublishForm(LadderForm):
    """Who follows it, besides what it does."""

    name = forms.CharField(label="Name", max_length=100)
    segment = forms.ChoiceField(label="For", choices=Segment.choices)
    country = forms.CharField(label="Country (two capitals)", max_length=2, required=False)
    billing_entity = forms.ModelChoiceField(
        BillingEntity.objects.order_by("code"), label="Billing entity", required=False
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label="Currency (empty: every)", max_length=3, required=False
    )
    priority = forms.IntegerField(
        label="Priority (lowest wins)", min_value=0, max_value=30000, initial=100
    )
    is_active = forms.BooleanField(label="New cases follow it", required=False, initial=True)
    reason = forms.CharField(label="Why it is published", max_length=300)


class NewCampaignForm(PublishForm):
    code = forms.SlugField(label="Code, for good", max_length=50)


@desk_page("dunning.add_campaign")
def new_campaign(request: HttpRequest) -> HttpResponse:
    form = NewCampaignForm(request.POST or None)
    return publish(request, form, latest=None)


@desk_page("dunning.add_campaign")
def new_version(request: HttpRequest, campaign_id: UUID) -> HttpResponse:
    """Starts from the version it is asked from, whichever that is."""
    latest = get_object_or_404(Campaign, pk=campaign_id)
    about = {name: getattr(latest, name) for name in ABOUT}
    form = PublishForm(request.POST or None, initial={**ladder_of(latest), **about})
    return publish(request, form, latest=latest)


def publish(request: HttpRequest, form: PublishForm, *, latest: Campaign | None) -> HttpResponse:
    is_ready = request.method == "POST" and form.is_valid()
    if is_ready and "publish" in request.POST:
        try:
            return published(request, form, latest)
        except Refusal as refusal:
            messages.error(request, refusal.message)
    return show(
        request,
        "desk/recovery_publish.html",
        title=f"New version of {latest.name}" if latest else "New campaign",
        here="campaigns",
        form=form,
        latest=latest,
        ladder=drawn(form.terms()) if is_ready else None,
    )


def published(
    request: HttpRequest, form: PublishForm, latest: Campaign | None
) -> HttpResponseRedirect:
    """:raises CampaignTaken: if a new campaign would become a version of another"""
    said: dict[str, Any] = form.cleaned_data
    code = latest.code if latest else said["code"]
    if latest is None and Campaign.objects.filter(code=code).exists():
        raise CampaignTaken("A campaign has this code. Publish a new version of it instead.")
    campaign = publish_campaign(
        code=code,
        name=said["name"],
        terms=form.terms(),
        reason=said["reason"],
        at=timezone.now(),
        segment=Segment(said["segment"]),
        country=said["country"],
        billing_entity_id=said["billing_entity"].pk if said["billing_entity"] else None,
        currency=said["currency"],
        priority=said["priority"],
        is_active=said["is_active"],
        by=cast(User, request.user),
    )
    words = f"Published {campaign}. Running cases keep the version they follow until you move them."
    note_in_log(request, [campaign], action_flag=ADDITION, message=words)
    messages.success(request, words)
    return HttpResponseRedirect(reverse("desk:recovery_campaign", args=[campaign.pk]))
