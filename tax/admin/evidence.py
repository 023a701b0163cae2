"""Admin of what is known about a customer for tax: evidence, register answers, certificates."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.base import LookOnlyAdmin, PeopleAdmin
from tax.models import ExemptionCertificate, LocationEvidence, TaxCalculation, TaxIdCheck


@admin.register(LocationEvidence)
class LocationEvidenceAdmin(LookOnlyAdmin):
    list_display = [
        "customer", "kind", "version", "country", "region", "postal_code", "number", "is_business",
        "source", "recorded_by", "recorded_at",
    ]  # fmt: skip
    list_filter = ["kind", "is_business"]
    ordering = ["-pk"]
    list_select_related = ["customer", "recorded_by"]
    search_fields = ["customer__legal_name", "customer__external_id", "number"]
    date_hierarchy = "recorded_at"


@admin.register(TaxIdCheck)
class TaxIdCheckAdmin(LookOnlyAdmin):
    list_display = [
        "customer", "number", "country", "register", "state", "consultation_number", "asked_at",
        "answered_at", "answered_by", "attempts", "next_attempt_at", "last_error",
    ]  # fmt: skip
    list_filter = ["state", "register"]
    ordering = ["-pk"]
    list_select_related = ["customer", "answered_by"]
    search_fields = [
        "number", "customer__legal_name", "customer__external_id", "consultation_number",
    ]  # fmt: skip
    date_hierarchy = "asked_at"


@admin.register(TaxCalculation)
class TaxCalculationAdmin(LookOnlyAdmin):
    list_display = [
        "customer", "billing_entity", "tax_point", "state", "asked_at", "answered_at", "attempts",
        "next_attempt_at", "last_error",
    ]  # fmt: skip
    list_filter = ["state", "billing_entity"]
    ordering = ["-pk"]
    list_select_related = ["customer", "billing_entity"]
    search_fields = ["customer__legal_name", "customer__external_id"]
    date_hierarchy = "asked_at"


@admin.register(ExemptionCertificate)
class ExemptionCertificateAdmin(PeopleAdmin):
    list_display = [
        "customer", "jurisdiction", "kind", "number", "reason", "valid_from", "valid_to",
        "verified_by", "verified_at",
    ]  # fmt: skip
    ordering = ["-pk"]
    list_filter = ["kind", ("verified_at", admin.EmptyFieldListFilter)]
    list_select_related = ["customer", "verified_by"]
    search_fields = ["number", "jurisdiction", "customer__legal_name", "customer__external_id"]
    autocomplete_fields = ["customer"]
    readonly_fields = ["verified_by", "verified_at"]
    date_hierarchy = "valid_from"
    fields = [
        "customer", ("jurisdiction", "kind"), "number", "reason", ("valid_from", "valid_to"),
        "is_verified", ("verified_by", "verified_at"),
    ]  # fmt: skip

    def get_form(self, request: HttpRequest, obj: Any = None, **more: Any) -> Any:
        return super().get_form(request, obj, **{**more, "form": CertificateForm})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Whoever says it was checked is written down; who withdraws that empties it."""
        is_verified = form.cleaned_data.get("is_verified", False)
        if is_verified and obj.verified_at is None:
            obj.verified_by, obj.verified_at = request.user, timezone.now()
        elif not is_verified:
            obj.verified_by = obj.verified_at = None
        super().save_model(request, obj, form, change)


class CertificateForm(forms.ModelForm):
    is_verified = forms.BooleanField(
        required=False,
        label="The paper was read and is right",
        help_text="It frees from tax only then. Your name and the time are kept.",
    )

    class Meta:
        model = ExemptionCertificate
        exclude = ["verified_by", "verified_at"]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["is_verified"].initial = self.instance.verified_at is not None
