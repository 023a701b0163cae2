"""Admin of invoice runs and refusals; starting and retrying happen on the board of the flow."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin
from billing.models import InvoiceRun, StageRefusal


@admin.register(InvoiceRun)
class InvoiceRunAdmin(LookOnlyAdmin):
    list_display = [
        "as_of",
        "state",
        "trigger",
        "requested_by",
        "started_at",
        "finished_at",
        "waiting_at_start",
        "rated",
        "drafted",
        "finalized",
        "rendered",
        "refused",
    ]
    list_filter = ["state", "trigger"]
    list_select_related = ["requested_by"]
    search_fields = ["id", "requested_by__username"]
    date_hierarchy = "started_at"


@admin.register(StageRefusal)
class StageRefusalAdmin(LookOnlyAdmin):
    list_display = [
        "subject_label",
        "stage",
        "code",
        "message",
        "attempts",
        "first_at",
        "last_at",
        "resolved_at",
    ]
    list_filter = ["stage", "code", ("resolved_at", admin.EmptyFieldListFilter)]
    search_fields = ["subject_label", "code", "message"]
    date_hierarchy = "last_at"
