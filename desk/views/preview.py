"""What if: a change nobody has made, and the invoice it would make. Nothing is written."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from billing.enums import EventKind
from billing.models import SeatType, Subscription
from billing.operations.preview_invoice import Preview, preview_invoice
from billing.records.incoming import IncomingEvent
from desk.views.page import desk_page, show
from kernel.refusal import Refusal

CHANGES = [
    (EventKind.SEAT_ADDED, "Add"),
    (EventKind.SEAT_REMOVED, "Remove"),
    (EventKind.QUANTITY_SET, "Set to"),
]


class PreviewForm(forms.Form):
    """A change of seats of one subscription; `on` is a local date of the subscription."""

    subscription = forms.CharField(label="Subscription")
    change = forms.ChoiceField(choices=CHANGES)
    quantity = forms.IntegerField(min_value=0, max_value=1_000_000, initial=1, label="Seats")
    seat_type = forms.CharField(label="Seat type")
    on = forms.DateField(label="On", widget=forms.DateInput(attrs={"type": "date"}))


@require_GET
@desk_page("billing.view_subscription")
def preview(request: HttpRequest) -> HttpResponse:
    """The form; and beside it the upcoming invoice, or the one the change would make."""
    now = timezone.now()
    name = request.GET.get("subscription", "").strip()
    subscription = found_subscription(name)
    context: dict[str, Any] = {
        "name": name,
        "is_unknown": bool(name) and subscription is None,
        "subscription": subscription,
        "changes": CHANGES,
        "asked": request.GET,
        "today": now.date(),
    }
    if subscription:
        context |= {
            "seat_types": seat_types_of(subscription),
            **outcome(request, subscription, now),
        }
    return show(request, "desk/preview.html", title="What if", **context)


def found_subscription(name: str) -> Subscription | None:
    return (
        Subscription.objects.select_related("customer", "plan").filter(external_id=name).first()
        if name
        else None
    )


def seat_types_of(subscription: Subscription) -> list[tuple[str, str]]:
    """Codes and names of the plan it started with, and of plans it changed to."""
    own = SeatType.objects.filter(plan=subscription.plan_id) | SeatType.objects.filter(
        entries__subscription=subscription
    )
    return list(dict(own.order_by("display_order").values_list("code", "name")).items())


def outcome(request: HttpRequest, subscription: Subscription, now: datetime) -> dict[str, Any]:
    """What would be invoiced, or the sentence that refuses the change."""
    form = PreviewForm(request.GET) if "change" in request.GET else None
    if form is not None and not form.is_valid():
        return {"form": form}
    try:
        events = [change_of(form.cleaned_data, subscription, now)] if form else []
        shown: Preview = preview_invoice(subscription_id=subscription.pk, events=events, at=now)
    except Refusal as refusal:
        return {"form": form, "refusal": refusal.message, "code": refusal.code}
    return {"form": form, "preview": shown, "is_change": form is not None}


def change_of(asked: dict[str, Any], subscription: Subscription, now: datetime) -> IncomingEvent:
    """The event a product service would send: today means now, another day its local midnight."""
    zone = ZoneInfo(subscription.time_zone)
    midnight = datetime.combine(asked["on"], time(0), tzinfo=zone)
    is_today = asked["on"] == now.astimezone(zone).date()
    return IncomingEvent(
        source="desk",
        source_event_id="preview",
        kind=asked["change"],
        subscription=subscription.external_id,
        seat_type=asked["seat_type"],
        quantity=asked["quantity"],
        effective_at=now if is_today else midnight.astimezone(UTC),
    )
