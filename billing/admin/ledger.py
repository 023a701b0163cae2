"""Admin of events and of the seat ledger: to read, never to write."""

from django.contrib import admin
from unfold.contrib.filters.admin import FieldTextFilter

from accounts.admin.base import LookOnlyAdmin
from billing.admin.search import FindsByCustomer
from billing.models import EntitlementEvent, LedgerHead, SeatLedgerEntry, Subscription


@admin.register(EntitlementEvent)
class EntitlementEventAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "source_event_id",
        "kind",
        "customer",
        "subscription",
        "effective_at",
        "recorded_at",
        "source",
        "actor",
        "corrects",
    ]
    list_filter = ["kind", ("source", FieldTextFilter)]
    list_select_related = ["customer", "subscription", "corrects"]
    search_help_text = "Customer's name or id, or exactly a source event id or subscription"
    found_as = ("source_event_id",)
    found_by = (("subscription", Subscription, "external_id"),)
    date_hierarchy = "recorded_at"
    raw_id_fields = ["customer", "subscription", "corrects", "client"]


@admin.register(SeatLedgerEntry)
class SeatLedgerEntryAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "position",
        "customer",
        "subscription",
        "seat_type",
        "kind",
        "from_state",
        "to_state",
        "quantity",
        "set_to",
        "balance_after",
        "effective_at",
        "recorded_at",
        "voids",
        "event",
    ]
    list_filter = ["kind", "to_state", "voids"]
    list_select_related = ["customer", "subscription", "seat_type", "event"]
    search_help_text = "Customer's name or id, or exactly a source event id or subscription"
    found_by = (
        ("event", EntitlementEvent, "source_event_id"),
        ("subscription", Subscription, "external_id"),
    )
    date_hierarchy = "event__recorded_at"


@admin.register(LedgerHead)
class LedgerHeadAdmin(LookOnlyAdmin):
    list_display = ["customer", "position", "digest"]
    list_select_related = ["customer"]
    search_fields = ["customer__legal_name", "customer__external_id"]
