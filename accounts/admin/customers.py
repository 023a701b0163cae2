"""Admin of those who pay."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from accounts.admin.base import PeopleAdmin
from accounts.models import BillingOwner, Customer


class BillingOwnerInline(TabularInline):
    model = BillingOwner
    fields = ["name", "email", "is_primary", "receives_invoices"]
    extra = 0
    can_delete = False
    show_change_link = True


@admin.register(Customer)
class CustomerAdmin(PeopleAdmin):
    list_display = [
        "legal_name",
        "external_id",
        "country",
        "currency",
        "language",
        "time_zone",
        "payment_terms_days",
        "status",
        "created_at",
    ]
    list_filter = ["status", "country", "currency", "language"]
    search_fields = ["legal_name", "external_id"]
    search_help_text = "Name, external id, or an owner's e-mail"
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]
    inlines = [BillingOwnerInline]

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Customer]", search_term: str
    ) -> tuple["QuerySet[Customer]", bool]:
        """By name and id as usual, or by an owner's e-mail, without a join that doubles rows."""
        found, may_double = super().get_search_results(request, queryset, search_term)
        if "@" not in search_term:
            return found, may_double
        owners = BillingOwner.objects.filter(email__iexact=search_term.strip())
        return queryset.filter(pk__in=owners.values("customer")), False

    fieldsets = [
        (None, {"fields": ["external_id", "legal_name", "status"]}),
        (
            "Address",
            {
                "fields": [
                    "address_line1",
                    "address_line2",
                    ("postal_code", "city"),
                    ("region", "country"),
                ]
            },
        ),
        (
            "Invoicing",
            {
                "fields": [
                    ("currency", "language"),
                    ("time_zone", "paper"),
                    ("payment_terms_days", "tax_number"),
                    "created_at",
                ]
            },
        ),
    ]


@admin.register(BillingOwner)
class BillingOwnerAdmin(PeopleAdmin):
    list_display = ["name", "email", "customer", "is_primary", "receives_invoices", "created_at"]
    list_filter = ["is_primary", "receives_invoices"]
    list_select_related = ["customer"]
    search_fields = ["name", "email", "customer__legal_name", "customer__external_id"]
    autocomplete_fields = ["customer"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]
