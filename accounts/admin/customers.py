"""Admin of those who pay."""

from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from accounts.admin.base import PeopleAdmin
from accounts.models import BillingOwner, Customer
from accounts.operations.name_billing_administrator import let_into_portal
from accounts.operations.register_customer import register_customer
from accounts.operations.transfer_ownership import transfer_ownership
from kernel.refusal import Refusal


class BillingOwnerInline(TabularInline):
    model = BillingOwner
    fields = ["name", "email", "is_primary", "receives_invoices"]
    extra = 0
    can_delete = False
    show_change_link = True


class CustomerForm(forms.ModelForm):
    class Meta:
        model = Customer
        exclude = ["created_at"]

    def clean_time_zone(self) -> str:
        time_zone = str(self.cleaned_data["time_zone"])
        if time_zone not in available_timezones():
            raise forms.ValidationError("Use an IANA name such as Europe/Berlin.")
        return time_zone


@admin.register(Customer)
class CustomerAdmin(PeopleAdmin):
    form = CustomerForm
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

    def get_readonly_fields(self, request: HttpRequest, obj: Customer | None = None) -> list[str]:
        """How long a customer has to pay is agreed by a second person: an exception of its kind."""
        fixed = list(super().get_readonly_fields(request, obj))
        return [*fixed, "payment_terms_days"] if obj else fixed

    def save_model(
        self, request: HttpRequest, obj: Customer, form: forms.ModelForm, change: bool
    ) -> None:
        """A new customer is registered as the API does it: with a group for everyone."""
        if change:
            super().save_model(request, obj, form, change)
            return
        given = {name: value for name, value in form.cleaned_data.items() if name != "status"}
        registered = register_customer(**given, at=timezone.now())
        obj.pk, obj.created_at = registered.pk, registered.created_at
        obj._state.adding = False

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
                "description": "The days to pay of a known customer change by an approved request "
                "of the kind payment terms.",
                "fields": [
                    ("currency", "language"),
                    ("time_zone", "paper"),
                    ("payment_terms_days", "created_at"),
                ],
            },
        ),
        (
            "Tax",
            {
                "description": "Every change is a new version of its evidence; a new tax id is "
                "asked about at its register.",
                "fields": [
                    ("tax_number", "is_business"),
                ],
            },
        ),
    ]


@admin.register(BillingOwner)
class BillingOwnerAdmin(PeopleAdmin):
    list_display = [
        "name", "email", "customer", "is_primary", "manages_billing", "receives_invoices",
        "created_at",
    ]  # fmt: skip
    list_filter = ["is_primary", "receives_invoices"]
    list_select_related = ["customer"]
    ordering = ["-pk"]
    search_fields = ["name", "email", "customer__legal_name", "customer__external_id"]
    autocomplete_fields = ["customer"]
    date_hierarchy = "created_at"
    readonly_fields = ["created_at", "user"]
    actions_detail = ["make_primary", "invite_to_portal"]

    @action(
        description="Make primary",
        permissions=["change"],
        dialog={
            "title": "Let this person pay?",
            "description": "The customer's primary billing owner changes; everybody keeps their seats.",
            "form_class": None,
            "form_submit_text": "Make primary",
        },
    )
    def make_primary(
        self, request: HttpRequest, confirmation: BaseDialogForm, object_id: str
    ) -> HttpResponse:
        owner = BillingOwner.objects.select_related("customer").get(pk=object_id)
        transfer_ownership(customer_id=owner.customer_id, to_owner_id=owner.pk)
        messages.success(request, f"{owner.name} now pays for {owner.customer}.")
        page = reverse("admin:accounts_billingowner_change", args=[object_id])
        return HttpResponse(headers={"HX-Redirect": page})

    @action(
        description="Invite to the portal",
        permissions=["change"],
        dialog={
            "title": "Invite this person to the portal?",
            "description": "They get an account and a mail that says how to sign in.",
            "form_class": None,
            "form_submit_text": "Invite",
        },
    )
    def invite_to_portal(
        self, request: HttpRequest, confirmation: BaseDialogForm, object_id: str
    ) -> HttpResponse:
        try:
            person = let_into_portal(owner_id=UUID(object_id), at=timezone.now())
        except Refusal as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, f"{person.email} is sent a mail within a minute.")
        page = reverse("admin:accounts_billingowner_change", args=[object_id])
        return HttpResponse(headers={"HX-Redirect": page})
