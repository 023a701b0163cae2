"""Admin of registrations, and of the returns filed under them."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin, PeopleAdmin
from tax.models import TaxRegistration, TaxReturn


@admin.register(TaxRegistration)
class TaxRegistrationAdmin(PeopleAdmin):
    list_display = [
        "billing_entity", "jurisdiction", "scheme", "number", "valid_from", "valid_to",
        "filing_frequency", "currency", "owner",
    ]  # fmt: skip
    list_filter = ["billing_entity", "scheme", "filing_frequency"]
    list_select_related = ["billing_entity", "owner"]
    search_fields = ["jurisdiction", "number", "billing_entity__code", "billing_entity__legal_name"]
    autocomplete_fields = ["billing_entity"]
    readonly_fields = ["created_at"]
    date_hierarchy = "valid_from"
    fieldsets = [
        (
            None,
            {
                "description": "From its first day on tax is charged there. A registration that "
                "ended gets a last day; it is never deleted.",
                "fields": [
                    "billing_entity",
                    ("jurisdiction", "scheme"),
                    "number",
                    ("valid_from", "valid_to"),
                ],
            },
        ),
        (
            "Returns",
            {
                "fields": [
                    ("filing_frequency", "currency"),
                    ("due_months_after", "due_day"),
                    "due_days_after",
                    "owner",
                    "note",
                    "created_at",
                ]
            },
        ),
    ]


@admin.register(TaxReturn)
class TaxReturnAdmin(LookOnlyAdmin):
    list_display = [
        "registration", "kind", "period_first", "period_after", "reference", "filed_by", "filed_at",
    ]  # fmt: skip
    list_filter = ["kind", "registration__billing_entity"]
    list_select_related = ["registration", "filed_by"]
    search_fields = ["registration__jurisdiction", "registration__number", "reference"]
    date_hierarchy = "period_first"
