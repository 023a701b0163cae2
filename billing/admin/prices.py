"""Admin of price versions: read them, publish the next one."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from billing.admin.versions import VersionedAdmin
from billing.documents.staff_text import money_decimal, staff_money
from billing.enums import IntervalUnit, PriceMode
from billing.models import Price, SeatType
from billing.operations.publish_price import publish_price
from kernel.money import minor_units
from kernel.refusal import Refusal

REST = "rest"


class PriceForm(forms.Form):
    seat_type = forms.ModelChoiceField(
        SeatType.objects.select_related("plan").order_by("plan__name", "display_order"),
        widget=UnfoldAdminSelectWidget,
    )
    currency = forms.RegexField(
        r"^[A-Z]{3}$", widget=UnfoldAdminTextInputWidget, help_text="ISO 4217, such as EUR"
    )
    interval_unit = forms.ChoiceField(
        choices=IntervalUnit.choices, initial=IntervalUnit.MONTH, widget=UnfoldAdminSelectWidget
    )
    interval_count = forms.IntegerField(
        min_value=1,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="12 months are a year",
    )
    mode = forms.ChoiceField(choices=PriceMode.choices, widget=UnfoldAdminSelectWidget)
    tiers = forms.CharField(
        widget=UnfoldAdminTextareaWidget,
        help_text="A tier a line: up to how many seats, a colon, the price, such as “10: 5.00”; the last "
        "line says “rest: 4.00”. A single price alone is one tier.",
    )
    included = forms.IntegerField(
        min_value=0,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Seats free of charge",
    )
    ratio_of = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Code of the seat type that brings free seats",
    )
    ratio_each = forms.IntegerField(
        min_value=0,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="Free seats for each of those",
    )
    billable = forms.BooleanField(required=False, initial=True, widget=UnfoldBooleanWidget)
    effective_from = forms.DateField(widget=UnfoldAdminSingleDateWidget)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "tiers" in cleaned and "currency" in cleaned:
            try:
                cleaned["tiers"] = parse_tiers(cleaned["tiers"], cleaned["currency"])
            except (Refusal, ValueError) as error:
                self.add_error("tiers", str(error))
        return cleaned


def parse_tiers(text: str, currency: str) -> list[dict[str, int | None]]:
    """
    Read tiers written a line each ("10: 5.00", "rest: 4.00") as stored: seats and minor units.

    :raises ValueError: naming the line that cannot be read
    :raises Refusal: if a price has more decimals than its currency
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    tiers: list[dict[str, int | None]] = []
    for line in lines:
        up_to, colon, price = line.partition(":")
        if not colon:
            up_to, price = REST, line
        if up_to.strip() != REST and not up_to.strip().isdigit():
            raise ValueError(f"“{line}” is no tier; write for example “10: 5.00” or “rest: 4.00”.")
        seats = None if up_to.strip() == REST else int(up_to)
        tiers.append({"up_to": seats, "price_minor": minor_units(price.strip(), currency)})
    if not tiers or tiers[-1]["up_to"] is not None:
        raise ValueError("The last line says “rest: …”, so that every seat has a price.")
    return tiers


def tier_lines(price: Price) -> str:
    """The tiers as the form writes them."""
    return "\n".join(
        f"{REST if tier['up_to'] is None else tier['up_to']}: "
        f"{money_decimal(tier['price_minor'], price.currency)}"
        for tier in price.tiers
    )


@admin.register(Price)
class PriceAdmin(VersionedAdmin):
    publish_form = PriceForm
    publish_title = "Publish a price"
    publish_hint = "Prices are versions: this adds the next one from its date on. Periods already rated keep theirs."
    list_display = [
        "seat_type",
        "plan",
        "currency",
        "interval",
        "version",
        "mode",
        "amounts",
        "included",
        "billable",
        "effective_from",
        "published_at",
        "published_by",
        "subscription",
    ]
    list_filter = ["currency", "mode", "billable", "seat_type__plan"]
    list_select_related = ["seat_type__plan", "published_by", "subscription"]
    search_fields = ["seat_type__name", "seat_type__plan__name", "subscription__external_id"]
    date_hierarchy = "effective_from"

    fields = [
        "seat_type", "plan", "subscription", "currency", "interval", "version", "mode", "amounts",
        "included", "ratio_of", "ratio_each", "billable", "effective_from", "published_at",
        "published_by",
    ]  # fmt: skip

    @admin.display(description="Plan", ordering="seat_type__plan__name")
    def plan(self, price: Price) -> str:
        return str(price.seat_type.plan)

    @admin.display(description="Interval")
    def interval(self, price: Price) -> str:
        return f"{price.interval_count} {price.get_interval_unit_display().lower()}"

    @admin.display(description="Price")
    def amounts(self, price: Price) -> str:
        return "; ".join(
            staff_money(tier["price_minor"], price.currency)
            + ("" if tier["up_to"] is None else f" up to {tier['up_to']}")
            for tier in price.tiers
        )

    def initial_after(self, version: Price) -> dict[str, Any]:
        same = (
            "currency",
            "interval_unit",
            "interval_count",
            "mode",
            "included",
            "ratio_of",
            "ratio_each",
            "billable",
        )
        return {
            **{name: getattr(version, name) for name in same},
            "seat_type": version.seat_type_id,
            "tiers": tier_lines(version),
        }

    def publish(self, request: HttpRequest, data: dict[str, Any]) -> Model:
        return publish_price(**data, at=timezone.now(), by=cast(User, request.user))
