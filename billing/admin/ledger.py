"""Admin of events and of the seat ledger: to read, never to write."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin
from billing.models import EntitlementEvent, LedgerHead, SeatLedgerEntry


@admin.register(EntitlementEvent)
class EntitlementEventAdmin(LookOnlyAdmin):
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
    list_filter = ["kind", "source"]
    list_select_related = ["customer", "subscription", "corrects"]
    search_fields = [
        "source_event_id",
        "customer__legal_name",
        "customer__external_id",
        "subscription__external_id",
    ]
    date_hierarchy = "recorded_at"
    raw_id_fields = ["customer", "subscription", "corrects", "client"]


@admin.register(SeatLedgerEntry)
class SeatLedgerEntryAdmin(LookOnlyAdmin):
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
    search_fields = [
        "customer__legal_name",
        "customer__external_id",
        "subscription__external_id",
        "event__source_event_id",
    ]
    date_hierarchy = "recorded_at"


@admin.register(LedgerHead)
class LedgerHeadAdmin(LookOnlyAdmin):
    list_display = ["customer", "position", "digest"]
    list_select_related = ["customer"]
    search_fields = ["customer__legal_name", "customer__external_id"]
