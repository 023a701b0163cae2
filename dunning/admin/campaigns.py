"""Admin of campaigns: every version as published. New ones are published at the desk."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin
from dunning.models import Campaign, CaseCampaign


@admin.register(Campaign)
class CampaignAdmin(LookOnlyAdmin):
    list_display = [
        "name",
        "version",
        "is_current",
        "is_active",
        "segment",
        "currency",
        "threshold_minor",
        "retries",
        "retry_days",
        "end_day",
        "ending",
        "published_at",
        "published_by",
    ]
    list_filter = ["is_current", "is_active", "segment", "ending"]
    list_select_related = ["published_by"]
    search_fields = ["code", "name"]
    search_help_text = "A campaign's code or name"
    date_hierarchy = "published_at"


@admin.register(CaseCampaign)
class CaseCampaignAdmin(LookOnlyAdmin):
    list_display = ["case", "left", "joined", "reason", "moved_at", "moved_by"]
    list_select_related = ["case__customer", "left", "joined", "moved_by"]
    search_fields = ["case__customer__legal_name", "case__customer__external_id"]
    search_help_text = "Customer's name or id"
    date_hierarchy = "moved_at"
    raw_id_fields = ["case"]
