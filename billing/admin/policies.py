"""Admin of seat policies: settings beside the words customers read, and publishing the next version."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from billing.admin.versions import VersionedAdmin
from billing.enums import IntervalUnit
from billing.models import Plan, SeatPolicy
from billing.operations.publish_policy import publish_policy


class PolicyForm(forms.Form):
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
    settings = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget,
        help_text="A setting a line, such as “decrease_credit: none”. What is left out takes its default; "
        "docs/terms.md explains each.",
    )
    effective_from = forms.DateField(widget=UnfoldAdminSingleDateWidget)
    note = forms.CharField(
        required=False, widget=UnfoldAdminTextInputWidget, help_text="Why this version exists"
    )

    def clean_settings(self) -> dict[str, Any]:
        try:
            return parse_settings(self.cleaned_data["settings"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error


def parse_settings(text: str) -> dict[str, Any]:
    """
    Read settings written "key: value", a line each. Numbers become numbers, true and false become so.

    :raises ValueError: naming the line that is no setting
    """
    settings: dict[str, Any] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or not value:
            raise ValueError(f"“{line}” is no setting; write for example “decrease_credit: none”.")
        settings[key] = {"true": True, "false": False}.get(
            value, int(value) if value.isdigit() else value
        )
    return settings


def settings_lines(settings: dict[str, Any]) -> str:
    """Settings as the form writes them."""
    return "\n".join(
        f"{key}: {str(value).lower() if isinstance(value, bool) else value}"
        for key, value in sorted(settings.items())
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

    @admin.display(description="Interval")
    def interval(self, policy: SeatPolicy) -> str:
        return f"{policy.interval_count} {policy.get_interval_unit_display().lower()}"

    @admin.display(description="Settings other than the default")
    def setting_lines(self, policy: SeatPolicy) -> str:
        return settings_lines(policy.settings).replace("\n", ", ") or "all defaults"

    def initial_after(self, version: SeatPolicy) -> dict[str, Any]:
        return {
            "plan": version.plan_id,
            "interval_unit": version.interval_unit,
            "interval_count": version.interval_count,
            "settings": settings_lines(version.settings),
        }

    def publish(self, request: HttpRequest, data: dict[str, Any]) -> SeatPolicy:
        return publish_policy(**data, at=timezone.now(), by=request.user)
