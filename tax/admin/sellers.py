"""Admin of the sellers, how each decides tax, and who is invoiced by which."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from unfold.widgets import (
    UnfoldAdminImageFieldWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.admin.base import PeopleAdmin
from tax.admin.logo import checked_png, shown
from tax.models import BillingEntity, SellerAssignment

ENGINE_HELP = (
    "Who determines tax. “Built in” needs no network and shows every rule. “Stripe Tax” asks "
    "Stripe and holds drafts while it does not answer. “None” charges nothing, and every invoice "
    "says that no registration is on record."
)
UPLOAD = ("logo", "remove_logo")
TAX_HELP = {
    "tax_engine": ENGINE_HELP,
    "unverified_tax_id": "A customer's tax id counts once its register confirmed it. Until then "
    "its invoices are held, or charged with tax as for a consumer; tax is never left out silently.",
    "missing_local_rate": "Where a US state lets counties and cities add to its rate, and the rate "
    "of the postal code is not on record.",
    "location_evidence_pieces": "Consumers in the EU are taxed where they live, shown by two pieces "
    "of evidence that agree. One is enough only below EUR 100,000 of such sales a year.",
    "taxes_eu_consumers_at_home": "Only below EUR 10,000 a year of sales to consumers in other EU "
    "countries: their invoices bear the rate of the seller's own country.",
    "shows_tax_in_local_currency": "Invoices in another currency also show the tax in the currency "
    "of the country it is due in, with the exchange rate and its source.",
}


class BillingEntityForm(forms.ModelForm):
    logo = forms.ImageField(
        required=False,
        widget=UnfoldAdminImageFieldWidget,
        help_text="PNG, 64 KB at most. It stands on invoices issued from now on.",
    )
    remove_logo = forms.BooleanField(required=False, widget=UnfoldBooleanWidget)

    class Meta:
        model = BillingEntity
        exclude = ["created_at", "logo_png"]
        help_texts = {**TAX_HELP, "languages": "Codes with commas between, such as en, de"}
        labels = {
            "address_line1": "Address line 1",
            "address_line2": "Address line 2",
            "vat_id": "VAT id",
            "iban": "IBAN",
            "bic": "BIC",
            "taxes_eu_consumers_at_home": "Taxes EU consumers at home",
        }
        widgets = {"languages": UnfoldAdminTextInputWidget}

    def clean_logo(self) -> str:
        given = self.cleaned_data.get("logo")
        return checked_png(given) if given else ""

    def save(self, commit: bool = True) -> Any:
        if self.cleaned_data.get("logo"):
            self.instance.logo_png = self.cleaned_data["logo"]
        elif self.cleaned_data.get("remove_logo"):
            self.instance.logo_png = ""
        return super().save(commit)


@admin.register(BillingEntity)
class BillingEntityAdmin(PeopleAdmin):
    form = BillingEntityForm
    list_display = [
        "code", "legal_name", "country", "currency", "vat_id", "tax_engine", "email", "created_at",
    ]  # fmt: skip
    list_filter = ["country", "currency", "tax_engine"]
    search_fields = ["code", "legal_name", "vat_id"]
    readonly_fields = ["created_at", "current_logo"]
    date_hierarchy = "created_at"
    fieldsets: list[tuple[str | None, dict[str, Any]]] = [
        (None, {"fields": [("code", "legal_name"), ("vat_id", "registration_number")]}),
        (
            "Address",
            {
                "fields": [
                    "address_line1",
                    "address_line2",
                    ("postal_code", "city"),
                    ("region", "country"),
                    "email",
                ]
            },
        ),
        ("Money", {"fields": [("currency", "bank_name"), ("iban", "bic")]}),
        (
            "Tax",
            {
                "description": "What is decided here counts for drafts from the next push on; "
                "finalized invoices keep the tax they were issued with.",
                "fields": [
                    "tax_engine",
                    "unverified_tax_id",
                    "missing_local_rate",
                    "location_evidence_pieces",
                    "taxes_eu_consumers_at_home",
                    "shows_tax_in_local_currency",
                ],
            },
        ),
        (
            "Invoices",
            {
                "fields": [
                    "languages",
                    "accent_color",
                    "current_logo",
                    UPLOAD,
                    "created_at",
                ]
            },
        ),
    ]

    @admin.display(description="Logo on its invoices")
    def current_logo(self, entity: BillingEntity) -> SafeString:
        return shown(entity.logo_png, alt=f"Logo of {entity.legal_name}")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Who only looks sees the picture and no upload."""
        if self.has_change_permission(request, obj) or obj is None:
            return super().get_fieldsets(request, obj)
        return [
            (title, {**options, "fields": [one for one in options["fields"] if one != UPLOAD]})
            for title, options in self.fieldsets
        ]


@admin.register(SellerAssignment)
class SellerAssignmentAdmin(PeopleAdmin):
    list_display = ["customer", "billing_entity", "assigned_at"]
    list_filter = ["billing_entity"]
    list_select_related = ["customer", "billing_entity"]
    search_fields = ["customer__legal_name", "customer__external_id", "billing_entity__code"]
    autocomplete_fields = ["customer", "billing_entity"]
    readonly_fields = ["assigned_at"]
    date_hierarchy = "assigned_at"
