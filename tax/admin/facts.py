"""Admin of what the law says: rates, taxability, thresholds, territories, exchange rates."""

from django.contrib import admin
from unfold.contrib.filters.admin import FieldTextFilter

from accounts.admin.base import LookOnlyAdmin, PeopleAdmin
from tax.models import (
    ExchangeRate,
    RegistrationThreshold,
    Taxability,
    TaxRate,
    TaxTerritory,
    ThresholdPosition,
)


class DatedFactAdmin(PeopleAdmin):
    """A fact ends by a last day and goes on in another row, so that old invoices stay explained."""

    list_filter = ["grade"]
    search_fields = ["jurisdiction", "source"]
    search_help_text = "Jurisdiction such as DE or US-TX, or the source"
    date_hierarchy = "valid_from"


@admin.register(TaxRate)
class TaxRateAdmin(DatedFactAdmin):
    list_display = [
        "jurisdiction", "tax", "postal_code", "buyer_kind", "percent", "valid_from", "valid_to",
        "source", "grade",
    ]  # fmt: skip
    list_filter = ["tax", "buyer_kind", "grade"]
    search_fields = ["jurisdiction", "postal_code", "source"]


@admin.register(Taxability)
class TaxabilityAdmin(DatedFactAdmin):
    list_display = [
        "jurisdiction", "buyer_kind", "answer", "share_percent", "has_local_rates", "valid_from",
        "valid_to", "source", "grade",
    ]  # fmt: skip
    list_filter = ["answer", "buyer_kind", "has_local_rates", "grade"]


@admin.register(RegistrationThreshold)
class RegistrationThresholdAdmin(DatedFactAdmin):
    list_display = [
        "jurisdiction", "amount_minor", "currency", "transactions", "both_needed", "period",
        "counts", "valid_from", "valid_to", "source", "grade",
    ]  # fmt: skip
    list_filter = ["period", "counts", "grade"]


@admin.register(ThresholdPosition)
class ThresholdPositionAdmin(LookOnlyAdmin):
    list_display = [
        "billing_entity", "threshold", "percent", "state", "sales_minor", "transactions",
        "crosses_on", "missing_rates", "measured_at",
    ]  # fmt: skip
    list_filter = ["billing_entity", "state"]
    list_select_related = ["billing_entity", "threshold"]
    search_fields = ["threshold__jurisdiction", "billing_entity__code"]


@admin.register(TaxTerritory)
class TaxTerritoryAdmin(PeopleAdmin):
    list_display = [
        "name", "country", "postal_from", "postal_to", "jurisdiction", "in_eu_vat_area", "source",
        "grade",
    ]  # fmt: skip
    list_filter = ["in_eu_vat_area", "grade", ("country", FieldTextFilter)]
    search_fields = ["name", "jurisdiction", "country"]


@admin.register(ExchangeRate)
class ExchangeRateAdmin(LookOnlyAdmin):
    list_display = ["day", "base", "quote", "rate", "source", "recorded_at"]
    list_filter = ["base", ("quote", FieldTextFilter)]
    search_fields = ["quote", "source"]
    date_hierarchy = "day"
