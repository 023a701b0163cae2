"""Admin of products, plans and seat types. Prices and policies are versions, published in files of their own."""

from django.contrib import admin
from unfold.admin import TabularInline

from accounts.admin.base import PeopleAdmin
from billing.models import Plan, Product, SeatType


@admin.register(Product)
class ProductAdmin(PeopleAdmin):
    list_display = ["name", "code"]
    search_fields = ["name", "code"]


class SeatTypeInline(TabularInline):
    model = SeatType
    fields = ["code", "name", "role", "seat_limit", "display_order"]
    extra = 0
    can_delete = False
    show_change_link = True


@admin.register(Plan)
class PlanAdmin(PeopleAdmin):
    list_display = ["name", "code", "product", "is_sold"]
    list_filter = ["product", "is_sold"]
    list_select_related = ["product"]
    search_fields = ["name", "code", "product__name"]
    autocomplete_fields = ["product"]
    inlines = [SeatTypeInline]


@admin.register(SeatType)
class SeatTypeAdmin(PeopleAdmin):
    """A changed seat limit counts at once for every subscription of the plan."""

    list_display = ["name", "code", "plan", "role", "seat_limit", "display_order"]
    list_filter = ["plan"]
    list_select_related = ["plan"]
    search_fields = ["name", "code", "plan__name", "plan__code"]
    autocomplete_fields = ["plan"]
