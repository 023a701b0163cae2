"""Admin of subscriptions: what was bought. Seats and terms change by events only."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import FieldTextFilter

from accounts.admin.base import PeopleAdmin
from billing.admin.search import FindsByCustomer
from billing.models import Subscription

BY_PEOPLE = ("seat_limit_behavior", "commitment", "term_months")


@admin.register(Subscription)
class SubscriptionAdmin(FindsByCustomer, PeopleAdmin):
    list_display = [
        "external_id",
        "customer",
        "plan",
        "currency",
        "interval",
        "starts_on",
        "ends_on",
        "anchor_day",
        "time_zone",
        "state",
        "rate_due_at",
    ]
    list_filter = ["state", "plan", ("currency", FieldTextFilter)]
    list_select_related = ["customer", "plan"]
    search_help_text = "Customer's name or id, or exactly a subscription"
    found_as = ("external_id",)
    date_hierarchy = "starts_on"
    ordering = ["-pk"]

    @admin.display(description="Interval")
    def interval(self, subscription: Subscription) -> str:
        return f"{subscription.interval_count} {subscription.get_interval_unit_display().lower()}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A subscription starts by the API, with its event and ledger entries."""
        return False

    def get_readonly_fields(
        self, request: HttpRequest, obj: Subscription | None = None
    ) -> list[str]:
        return [field.name for field in Subscription._meta.fields if field.name not in BY_PEOPLE]
