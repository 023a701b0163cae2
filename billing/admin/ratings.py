"""Admin of ratings and rated spans: what the ledger was worth, as rated."""

from django.contrib import admin

from accounts.admin.base import LookOnlyAdmin
from billing.admin.columns import money_column
from billing.admin.search import FindsByCustomer
from billing.models import RatedSpan, Rating, Subscription


@admin.register(Rating)
class RatingAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = ["subscription", "number", "customer", "as_of", "known_position"]
    list_select_related = ["subscription", "customer"]
    search_help_text = "Customer's name or id, or exactly a subscription"
    found_by = (("subscription", Subscription, "external_id"),)
    date_hierarchy = "as_of"


@admin.register(RatedSpan)
class RatedSpanAdmin(FindsByCustomer, LookOnlyAdmin):
    list_display = [
        "subscription",
        "period_first",
        "period_after",
        "kind",
        "basis",
        "seat_type",
        "quantity",
        "seat_days",
        "unit_price",
        "amount",
        "seat_policy",
    ]
    list_filter = ["kind", "document_kind"]
    list_select_related = ["subscription", "seat_type", "seat_policy__plan"]
    search_help_text = "Customer's name or id, or exactly a subscription"
    found_by = (("subscription", Subscription, "external_id"),)
    date_hierarchy = "invoice_line__invoice__cycle_date"

    unit_price = money_column("unit_price_minor", "Unit price", currency="subscription.currency")
    amount = money_column("amount_minor", "Amount", currency="subscription.currency")
