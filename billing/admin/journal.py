"""Admin of the books: settings and account numbers to keep, entries and schedules to read."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin, PeopleAdmin
from billing.admin.columns import money_column
from billing.admin.search import FindsByCustomer
from billing.models import (
    AccountMapping,
    Books,
    JournalEntry,
    JournalPosting,
    RecognitionSlice,
)


@admin.register(Books)
class BooksAdmin(PeopleAdmin):
    list_display = [
        "billing_entity", "chart", "time_zone", "fiscal_year_first_month", "account_length",
        "datev_consultant", "datev_client", "holds_gateway_account",
    ]  # fmt: skip
    list_select_related = ["billing_entity"]
    search_fields = ["billing_entity__code", "billing_entity__legal_name"]


@admin.register(AccountMapping)
class AccountMappingAdmin(PeopleAdmin):
    list_display = ["billing_entity", "role", "number"]
    list_filter = ["billing_entity", "role"]
    list_select_related = ["billing_entity"]
    search_fields = ["number", "role"]


@admin.register(JournalEntry)
class JournalEntryAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "day", "billing_entity", "kind", "document", "customer", "text", "currency", "source_id",
        "posted_at",
    ]  # fmt: skip
    ordering = ["-pk"]
    list_filter = ["billing_entity", "kind"]
    list_select_related = ["billing_entity", "customer"]
    search_help_text = "Customer's name or id, or exactly a document's number"
    found_as = ("document",)
    date_hierarchy = "day"


@admin.register(JournalPosting)
class JournalPostingAdmin(LookOnlyAdmin):
    list_display = ["entry", "position", "role", "account", "amount", "invoice", "text"]
    ordering = ["-pk"]
    list_filter = ["role"]
    list_select_related = ["entry", "invoice"]

    amount = money_column("amount_minor", "Amount", currency="entry.currency")


@admin.register(RecognitionSlice)
class RecognitionSliceAdmin(LookOnlyAdmin):
    list_display = ["line", "billing_entity", "month", "ends_on", "days", "amount", "entry"]
    ordering = ["-pk"]
    list_filter = ["billing_entity", ("entry", admin.EmptyFieldListFilter)]
    list_select_related = ["line", "billing_entity", "entry"]
    date_hierarchy = "month"

    amount = money_column("amount_minor", "Amount", currency="currency")
