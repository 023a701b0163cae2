"""Admin of cases: the records. Cases are worked at the desk."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin
from dunning.models import CaseReceivable, DunningCase, DunningStep

CUSTOMER_HELP = "Customer's name or id"


@admin.register(DunningCase)
class DunningCaseAdmin(LookOnlyAdmin):
    list_display = [
        "customer",
        "billing_entity",
        "currency",
        "state",
        "basis",
        "campaign",
        "access_level",
        "first_failed_at",
        "next_step_at",
        "next_step_key",
        "opened_at",
        "closed_at",
        "closed_reason",
    ]
    list_filter = ["state", "basis", "access_level", "closed_reason", "currency"]
    list_select_related = ["customer", "billing_entity", "campaign"]
    search_fields = ["customer__legal_name", "customer__external_id"]
    search_help_text = CUSTOMER_HELP
    date_hierarchy = "opened_at"
    raw_id_fields = ["customer", "campaign"]


@admin.register(CaseReceivable)
class CaseReceivableAdmin(LookOnlyAdmin):
    list_display = ["case", "receivable", "open_minor", "joined_at"]
    list_select_related = ["case__customer", "receivable"]
    search_fields = [
        "case__customer__legal_name",
        "case__customer__external_id",
        "receivable__invoice__number",
    ]
    search_help_text = "Customer's name or id, or an invoice number"
    date_hierarchy = "joined_at"
    raw_id_fields = ["case", "receivable"]


@admin.register(DunningStep)
class DunningStepAdmin(LookOnlyAdmin):
    list_display = ["case", "kind", "key", "state", "value", "why", "planned_at", "done_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["case__customer"]
    search_fields = ["case__customer__legal_name", "case__customer__external_id"]
    search_help_text = CUSTOMER_HELP
    date_hierarchy = "done_at"
    raw_id_fields = ["case", "receivable"]
