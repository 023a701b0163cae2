"""Admin of what was written, said and agreed. Nothing is changed here."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin
from dunning.models import CaseNote, Message, Pause, Promise

FOUND_BY = ["case__customer__legal_name", "case__customer__external_id"]
FOUND_HELP = "Customer's name or id"


@admin.register(Message)
class MessageAdmin(LookOnlyAdmin):
    list_display = [
        "subject",
        "case",
        "template",
        "language",
        "state",
        "queued_at",
        "sent_at",
        "try_count",
        "problem",
    ]
    list_filter = ["state", "template", "language"]
    list_select_related = ["case__customer"]
    search_fields = [*FOUND_BY, "message_id"]
    search_help_text = "Customer's name or id, or the message's id"
    date_hierarchy = "queued_at"
    raw_id_fields = ["case", "step"]


@admin.register(Pause)
class PauseAdmin(LookOnlyAdmin):
    list_display = ["case", "since", "until", "reason", "paused_by"]
    list_select_related = ["case__customer", "paused_by"]
    search_fields = FOUND_BY
    search_help_text = FOUND_HELP
    date_hierarchy = "since"
    raw_id_fields = ["case"]


@admin.register(Promise)
class PromiseAdmin(LookOnlyAdmin):
    list_display = ["case", "amount_minor", "by_date", "words", "promised_at", "recorded_by"]
    list_select_related = ["case__customer", "recorded_by"]
    search_fields = FOUND_BY
    search_help_text = FOUND_HELP
    date_hierarchy = "promised_at"
    raw_id_fields = ["case", "pause"]


@admin.register(CaseNote)
class CaseNoteAdmin(LookOnlyAdmin):
    list_display = ["case", "kind", "words", "noted_at", "noted_by"]
    list_filter = ["kind"]
    list_select_related = ["case__customer", "noted_by"]
    search_fields = FOUND_BY
    search_help_text = FOUND_HELP
    date_hierarchy = "noted_at"
    raw_id_fields = ["case"]
