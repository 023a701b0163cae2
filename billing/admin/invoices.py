"""Admin of invoices, their lines, documents, number series and credit: to read, never to write."""

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import FieldTextFilter

from accounts.admin.base import LookOnlyAdmin
from billing.admin.columns import money_column
from billing.admin.search import FindsByCustomer
from billing.models import CreditEntry, Invoice, InvoiceDocument, InvoiceLine, NumberSeries


class InvoiceLineInline(TabularInline):
    model = InvoiceLine
    fields = ["position", "description", "quantity", "amount", "formula"]
    readonly_fields = fields
    amount = money_column("amount_minor", "Amount", currency="invoice.currency")
    extra = 0
    can_delete = False
    per_page = 50
    has_add_permission = has_change_permission = has_delete_permission = lambda *_args, **_more: (
        False
    )


@admin.register(Invoice)
class InvoiceAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "label",
        "customer",
        "billing_entity",
        "kind",
        "state",
        "currency",
        "cycle_date",
        "issued_at",
        "due_date",
        "total",
        "credit_applied",
        "amount_due",
    ]
    list_filter = ["state", "kind", "billing_entity", ("currency", FieldTextFilter)]
    list_select_related = ["customer", "billing_entity"]
    search_help_text = "Customer's name or id, or exactly a number"
    found_as = ("number",)
    date_hierarchy = "cycle_date"
    inlines = [InvoiceLineInline]
    readonly_fields = ["desk_page"]

    total = money_column("total_minor", "Total", currency="currency")
    credit_applied = money_column("credit_applied_minor", "Credit applied", currency="currency")
    amount_due = money_column("amount_due_minor", "Amount due", currency="currency")

    @admin.display(description="Number", ordering="number")
    def label(self, invoice: Invoice) -> str:
        return invoice.number or "Draft"

    @admin.display(description="Desk")
    def desk_page(self, invoice: Invoice) -> SafeString:
        return format_html(
            '<a href="{}">Lines with their events</a>', reverse("desk:invoice", args=[invoice.pk])
        )


@admin.register(InvoiceLine)
class InvoiceLineAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "invoice",
        "position",
        "kind",
        "seat_type_name",
        "description",
        "quantity",
        "seat_days",
        "unit_price",
        "span_first",
        "span_after",
        "amount",
        "formula",
    ]
    list_filter = ["kind"]
    list_select_related = ["invoice"]
    search_help_text = "Customer's name or id, or exactly an invoice number"
    found_by = (("invoice", Invoice, "number"),)
    date_hierarchy = "invoice__cycle_date"

    unit_price = money_column("unit_price_minor", "Unit price", currency="invoice.currency")
    amount = money_column("amount_minor", "Amount", currency="invoice.currency")


@admin.register(InvoiceDocument)
class InvoiceDocumentAdmin(LookOnlyAdmin):
    list_display = ["invoice", "pages", "size", "sha256", "rendered_at"]
    list_select_related = ["invoice"]
    search_fields = ["invoice__number", "sha256"]
    date_hierarchy = "rendered_at"


@admin.register(CreditEntry)
class CreditEntryAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = ["customer", "amount", "reason", "invoice", "recorded_at"]
    list_filter = ["reason", ("currency", FieldTextFilter)]
    list_select_related = ["customer", "invoice"]
    search_help_text = "Customer's name or id, or exactly an invoice number"
    found_by = (("invoice", Invoice, "number"),)
    date_hierarchy = "recorded_at"

    amount = money_column("amount_minor", "Amount", currency="currency")


@admin.register(NumberSeries)
class NumberSeriesAdmin(LookOnlyAdmin):
    list_display = ["prefix", "billing_entity", "kind", "last_number"]
    list_select_related = ["billing_entity"]
    search_fields = ["prefix", "billing_entity__legal_name"]
