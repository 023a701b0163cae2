"""Admin of credit notes by people and of voids: to read, never to write."""

from django.contrib import admin
from unfold.admin import TabularInline

from accounts.admin.base import LookOnlyAdmin
from billing.models import CreditNote, InvoiceVoid, VoidedSpans


@admin.register(CreditNote)
class CreditNoteAdmin(LookOnlyAdmin):
    list_display = ["invoice", "credits", "scope", "reason", "text", "by", "client", "at"]
    list_filter = ["scope", "reason"]
    list_select_related = ["invoice__credits", "by", "client"]
    search_fields = ["invoice__number", "invoice__credits__number"]
    date_hierarchy = "at"

    @admin.display(description="Credits")
    def credits(self, note: CreditNote) -> str:
        return str(note.invoice.credits)


class VoidedSpansInline(TabularInline):
    model = VoidedSpans
    fields = ["subscription", "after_rating", "period_first"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    has_add_permission = has_change_permission = has_delete_permission = lambda *_args, **_more: (
        False
    )


@admin.register(InvoiceVoid)
class InvoiceVoidAdmin(LookOnlyAdmin):
    list_display = ["invoice", "credit_note", "reason", "by", "at"]
    list_select_related = ["invoice", "credit_note", "by"]
    search_fields = ["invoice__number", "credit_note__number"]
    date_hierarchy = "at"
    inlines = [VoidedSpansInline]
