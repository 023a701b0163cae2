"""Admin of the taxes on invoices and of what holds drafts: to read, never to write."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin
from billing.admin.columns import money_column
from billing.admin.search import FindsByCustomer
from billing.models import Invoice, InvoiceTax, TaxHold


@admin.register(InvoiceTax)
class InvoiceTaxAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "invoice", "number", "customer", "name", "jurisdiction", "treatment", "category_code",
        "rate_percent", "base", "amount", "tax_point", "registration", "rule",
    ]  # fmt: skip
    list_filter = ["treatment"]
    ordering = ["-pk"]
    list_select_related = ["invoice", "customer", "registration"]
    search_help_text = "Customer's name or id, or exactly an invoice number"
    found_by = (("invoice", Invoice, "number"),)
    date_hierarchy = "invoice__cycle_date"

    base = money_column("base_minor", "Base", currency="invoice.currency")
    amount = money_column("amount_minor", "Amount", currency="invoice.currency")


@admin.register(TaxHold)
class TaxHoldAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "code", "customer", "invoice", "market", "owner", "since", "checked_at", "released_at",
        "message",
    ]  # fmt: skip
    ordering = ["-pk"]
    list_filter = ["code", ("released_at", admin.EmptyFieldListFilter)]
    list_select_related = ["customer", "invoice", "owner"]
    search_help_text = "Customer's name or id, or exactly a code or market"
    found_as = ("code", "market")
    date_hierarchy = "since"
