"""Admin of market checklists: answers are edited here, signatures are given at the desk."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin.base import PeopleAdmin
from tax.models import MarketChecklist

ANSWERS = ["billed_where", "tax_due", "tax_due_reason", "rate_checked", "text_checked"]


@admin.register(MarketChecklist)
class MarketChecklistAdmin(PeopleAdmin):
    list_display = [
        "billing_entity", "market", "billed_where", "tax_due", "rate_checked", "text_checked",
        "signed_off_by", "signed_off_at",
    ]  # fmt: skip
    list_filter = [
        "billing_entity", "tax_due", ("signed_off_at", admin.EmptyFieldListFilter),
    ]  # fmt: skip
    list_select_related = ["billing_entity", "signed_off_by"]
    search_fields = ["market", "billing_entity__code", "billing_entity__legal_name"]
    autocomplete_fields = ["billing_entity"]
    date_hierarchy = "created_at"
    fields = ["billing_entity", "market", *ANSWERS, "signature", "created_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A signature is for these answers: who wants to change them revokes it first."""
        signed = ["billing_entity", "market", *ANSWERS] if obj and obj.signed_off_at else []
        return [*signed, "signature", "created_at"]

    @admin.display(description="Signed off")
    def signature(self, checklist: MarketChecklist) -> SafeString:
        if checklist.pk is None or checklist._state.adding:
            return format_html("{}", "Save the answers first; then sign at the desk.")
        words = "Not signed off: answer the questions, then "
        if checklist.signed_off_at:
            words = (
                f"By {checklist.signed_off_by or 'the system'} on {checklist.signed_off_at:%Y-%m-%d %H:%M} UTC. "
                "Answers are locked while it is signed; "
            )
        address = reverse("desk:tax_market", args=[checklist.pk])
        return format_html('{}<a href="{}">go to its page at the desk</a>.', words, address)
