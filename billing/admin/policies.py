"""Admin of seat policies: settings beside the words customers read, and publishing the next version."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
)

from billing.admin.versions import VersionedAdmin
from billing.calc.policy import CHOICES, DEFAULTS, READERS, PolicyInvalid, canonical_settings
from billing.enums import IntervalUnit
from billing.models import Plan, SeatPolicy
from billing.operations.publish_policy import publish_policy

ABOUT = {
    "inactivity_days": "none, or after how many days without use a seat stops to count",
    "batch_window": "with increase_invoicing batched: hour, day, week, month, or a number of hours",
    "true_up_cadence": "with increase_invoicing true_up: month, quarter, year",
    "threshold_amount": "with increase_invoicing threshold: an amount such as 50.00",
    "daily_price_days": "with day_count fixed_daily_price: days the interval price is divided by",
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
    default = getattr(DEFAULTS, name, None)
    if name in CHOICES or name == "suspended_counts":
        others = CHOICES.get(name, ("true", "false"))
        shown = str(default).lower() if isinstance(default, bool) else default
        choices = [("", f"{shown} (default)"), *((one, one) for one in others if one != shown)]
        return forms.ChoiceField(
            choices=choices, required=False, label=name, widget=UnfoldAdminSelectWidget
        )
    about = ABOUT.get(name, f"a whole number; {default} if empty")
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

    def publish(self, request: HttpRequest, data: dict[str, Any]) -> SeatPolicy:
        return publish_policy(**data, at=timezone.now(), by=cast(User, request.user))
