"""Admin of seat policies: settings beside the words customers read, and publishing the next version."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from billing.admin.versions import VersionedAdmin
from billing.calc.interval import interval_words
from billing.calc.policy import CHOICES, DEFAULTS, READERS, PolicyInvalid, canonical_settings
from billing.enums import IntervalUnit
from billing.models import Plan, SeatPolicy
from billing.operations.publish_policy import publish_policy
from billing.records.policy_words import PolicyWords, policy_words

ABOUT = {
    "inactivity_days": "none, or after how many days without use a seat stops to count",
    "batch_window": "with increase_invoicing batched: hour, day, week, month, or a number of hours",
    "true_up_cadence": "with increase_invoicing true_up: month, quarter, year",
    "threshold_amount": "with increase_invoicing threshold: an amount such as 50.00",
    "daily_price_days": "with day_count fixed_daily_price: days the interval price is divided by",
}

DEFAULT_WORDS = {
    **{name: str(getattr(DEFAULTS, name, "none")).lower() for name in READERS},
    "batch_window": "24",
    "true_up_cadence": str(interval_words(DEFAULTS.true_up_cadence)),
}


class PolicyForm(forms.Form):
    """The fields of a version; `settings` has a field a setting of docs/terms.md, empty for its default."""

    plan = forms.ModelChoiceField(Plan.objects.order_by("name"), widget=UnfoldAdminSelectWidget)
    interval_unit = forms.ChoiceField(
        choices=IntervalUnit.choices, initial=IntervalUnit.MONTH, widget=UnfoldAdminSelectWidget
    )
    interval_count = forms.IntegerField(
        min_value=1,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="12 months are a year",
    )
    effective_from = forms.DateField(widget=UnfoldAdminSingleDateWidget)
    note = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="Why this version exists"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in READERS:
            self.fields[name] = setting_field(name)

    def clean(self) -> dict[str, Any]:
        """Gather the settings that differ from their default, as publish_policy takes them."""
        cleaned = super().clean() or {}
        given = {name: cleaned.pop(name, "") for name in READERS}
        chosen = {name: as_setting(name, value) for name, value in given.items() if value}
        for name, value in chosen.items():
            try:
                canonical_settings({name: value})
            except PolicyInvalid as refusal:
                self.add_error(name, str(refusal))
        return {**cleaned, "settings": chosen}


def setting_field(name: str) -> forms.Field:
    """A select for a vocabulary, a text for a number or an interval; empty means the default."""
    shown = DEFAULT_WORDS[name]
    if name in CHOICES or name == "suspended_counts":
        others = CHOICES.get(name, ("true", "false"))
        choices = [("", f"{shown} (default)"), *((one, one) for one in others if one != shown)]
        return forms.ChoiceField(
            choices=choices, required=False, label=name, widget=UnfoldAdminSelectWidget
        )
    about = ABOUT.get(name, f"a whole number; {shown} if empty")
    return forms.CharField(
        required=False, label=name, help_text=about, widget=UnfoldAdminTextInputWidget
    )


def as_setting(name: str, value: str) -> Any:
    """What the reader of a setting takes for what was typed: numbers as numbers, the rest as words."""
    takes_text = name in ("threshold_amount", "daily_price_days")
    return int(value) if value.isdigit() and not takes_text else value


def typed(value: Any) -> str:
    """A stored setting as the form writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value["hours"]) if isinstance(value, dict) and "hours" in value else str(value)


def words_of(plan_id: UUID, data: dict[str, Any]) -> tuple[PolicyWords, ...]:
    return policy_words(
        plan_id=plan_id,
        interval_unit=data["interval_unit"],
        interval_count=data["interval_count"],
        settings=data["settings"],
    )


def value_words(policy: SeatPolicy, name: str) -> str:
    """The value of a setting, or its default; an amount or a window nobody set is none."""
    if name in policy.settings:
        return typed(policy.settings[name])
    return DEFAULT_WORDS[name]


def settings_words(settings: dict[str, Any]) -> str:
    return (
        ", ".join(f"{name}: {typed(value)}" for name, value in settings.items()) or "all defaults"
    )


@admin.register(SeatPolicy)
class SeatPolicyAdmin(VersionedAdmin):
    publish_form = PolicyForm
    publish_title = "Publish a seat policy"
    publish_hint = "Policies are versions: this adds the next one from its date on. Periods already rated keep theirs."
    list_display = [
        "plan",
        "interval",
        "version",
        "setting_lines",
        "effective_from",
        "published_at",
        "published_by",
        "note",
    ]
    list_filter = ["plan", "interval_unit"]
    list_select_related = ["plan", "published_by"]
    search_fields = ["plan__name", "plan__code", "note"]
    date_hierarchy = "effective_from"

    fields = [
        "plan", "interval", "version", "effective_from", "published_at", "published_by", "note",
        "settings_and_words",
    ]  # fmt: skip
    publish_template = "admin/publish_policy.html"

    def get_urls(self) -> list[URLPattern]:
        read = path(
            "customers-read/",
            self.admin_site.admin_view(self.read_view),
            name="billing_seatpolicy_read",
        )
        return [read, *super().get_urls()]

    def read_view(self, request: HttpRequest) -> HttpResponse:
        """What customers would read of the form as it stands, for HTMX; nothing is published."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = PolicyForm(request.POST or None)
        words: tuple[PolicyWords, ...] = ()
        if form.is_valid():
            words = words_of(form.cleaned_data["plan"].pk, form.cleaned_data)
        return TemplateResponse(
            request, "admin/policy_words.html", {"words": words, "errors": form.errors}
        )

    @admin.display(description="Settings, and what customers read")
    def settings_and_words(self, policy: SeatPolicy) -> str:
        """Every setting with its value, those other than the default standing out, beside the text."""
        data = {
            "interval_unit": policy.interval_unit,
            "interval_count": policy.interval_count,
            "settings": policy.settings,
        }
        settings = [
            {"name": name, "value": value_words(policy, name), "is_set": name in policy.settings}
            for name in READERS
        ]
        return render_to_string(
            "admin/policy_beside.html",
            {"settings": settings, "words": words_of(policy.plan_id, data)},
        )

    @admin.display(description="Interval")
    def interval(self, policy: SeatPolicy) -> str:
        return f"{policy.interval_count} {policy.get_interval_unit_display().lower()}"

    @admin.display(description="Settings other than the default")
    def setting_lines(self, policy: SeatPolicy) -> str:
        return settings_words(policy.settings)

    def initial_after(self, version: SeatPolicy) -> dict[str, Any]:
        return {
            "plan": version.plan_id,
            "interval_unit": version.interval_unit,
            "interval_count": version.interval_count,
            **{name: typed(value) for name, value in version.settings.items()},
        }

    def publish(self, request: HttpRequest, data: dict[str, Any]) -> Model:
        return publish_policy(**data, at=timezone.now(), by=cast(User, request.user))
