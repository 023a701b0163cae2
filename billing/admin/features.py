"""Admin of features and what seat types entitle to; usage and its totals can be looked at."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import TabularInline

from accounts.admin.base import LookOnlyAdmin, PeopleAdmin
from accounts.enums import ChangeKind
from accounts.operations.note_changes import Change, note_changes
from billing.models import (
    Feature,
    QuotaAllocation,
    SeatTypeFeature,
    Subscription,
    UsageRecord,
    UsageTotal,
)


class SeatTypeFeatureInline(TabularInline):
    model = SeatTypeFeature
    fields = ["seat_type", "limit", "limit_of"]
    autocomplete_fields = ["seat_type"]
    extra = 0


@admin.register(Feature)
class FeatureAdmin(PeopleAdmin):
    """What is changed here is in the next answer to a product; it changes no price."""

    list_display = ["name", "code", "product", "kind", "unit"]
    list_filter = ["product", "kind"]
    list_select_related = ["product"]
    search_fields = ["name", "code", "product__name"]
    autocomplete_fields = ["product"]
    inlines = [SeatTypeFeatureInline]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Followers of the feed hear that answers of the plans' subscriptions may differ."""
        super().save_related(request, form, formsets, change)
        now = timezone.now()
        bought = Subscription.objects.filter(plan__seat_types__features__feature=form.instance)
        note_changes(
            [
                Change(customer_id, ChangeKind.FEATURES_CHANGED, now, subscription=external_id)
                for customer_id, external_id in bought.order_by()
                .distinct()
                .values_list("customer_id", "external_id")
            ],
            at=now,
        )


@admin.register(UsageRecord)
class UsageRecordAdmin(LookOnlyAdmin):
    list_display = [
        "used_at",
        "customer",
        "subscription",
        "feature",
        "grantee",
        "quantity",
        "source",
    ]
    list_filter = ["source"]
    list_select_related = ["customer", "subscription", "feature", "grantee"]
    search_fields = ["source_event_id", "subscription__external_id", "grantee__external_id"]


@admin.register(UsageTotal)
class UsageTotalAdmin(LookOnlyAdmin):
    list_display = [
        "subscription",
        "feature",
        "grantee",
        "group",
        "from_at",
        "until_at",
        "quantity",
    ]
    list_select_related = ["subscription", "feature", "grantee", "group"]
    search_fields = ["subscription__external_id", "grantee__external_id"]


@admin.register(QuotaAllocation)
class QuotaAllocationAdmin(LookOnlyAdmin):
    """The customer's own people divide; see the portal."""

    list_display = ["subscription", "feature", "group", "quantity"]
    list_select_related = ["subscription", "feature", "group"]
    search_fields = ["subscription__external_id", "group__name"]
