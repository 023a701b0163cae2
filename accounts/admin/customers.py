"""Admin of those who pay."""

from django.contrib import admin
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
    search_fields = ["legal_name", "external_id", "billing_owners__email"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at"]
    inlines = [BillingOwnerInline]
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
