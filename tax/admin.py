"""Admin of the sellers and of who is invoiced by which."""

from django.contrib import admin

from accounts.admin.base import PeopleAdmin
from tax.models import BillingEntity, SellerAssignment


@admin.register(BillingEntity)
class BillingEntityAdmin(PeopleAdmin):
    list_display = ["code", "legal_name", "country", "currency", "vat_id", "email", "created_at"]
    list_filter = ["country", "currency"]
    search_fields = ["code", "legal_name", "vat_id"]
    readonly_fields = ["created_at"]
    date_hierarchy = "created_at"


@admin.register(SellerAssignment)
class SellerAssignmentAdmin(PeopleAdmin):
    list_display = ["customer", "billing_entity", "assigned_at"]
    list_filter = ["billing_entity"]
    list_select_related = ["customer", "billing_entity"]
    search_fields = ["customer__legal_name", "customer__external_id", "billing_entity__code"]
    autocomplete_fields = ["customer", "billing_entity"]
    readonly_fields = ["assigned_at"]
    date_hierarchy = "assigned_at"
