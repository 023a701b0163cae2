"""Admin of customers' own issuers of identities. Who edits them decides who vouches for whom."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.base import PeopleAdmin
from accounts.gateways.sealed import seal
from accounts.models import CustomerIdentityProvider, IdentityDomain
from accounts.operations.keep_identity_domains import keep_identity_domains
from accounts.queries.identity_providers import PURPOSE

DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


class ProviderForm(forms.ModelForm):
    issuer = forms.URLField(assume_scheme="https", help_text="As the issuer names itself")
    client_secret = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="Kept encrypted and never shown. Empty: it stays as it is.",
    )
    domain_names = forms.CharField(
        label="Domains",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One in each line, such as acme.example. Only what the customer has proved is its own: "
        "its issuer signs in everybody with an address there.",
    )

    class Meta:
        model = CustomerIdentityProvider
        fields = ["customer", "issuer", "client_id", "is_active", "is_required"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "domain_names" in self.fields:
            names = self.instance.domains.values_list("domain", flat=True)
            self.fields["domain_names"].initial = "\n".join(names)

    def clean_issuer(self) -> str:
        issuer = str(self.cleaned_data["issuer"])
        if not issuer.startswith("https://"):
            raise forms.ValidationError("An issuer has an address with https://.")
        return issuer.rstrip("/")

    def clean_domain_names(self) -> list[str]:
        names = str(self.cleaned_data["domain_names"]).lower().split()
        wrong = [one for one in names if not DOMAIN.fullmatch(one)]
        if wrong:
            raise forms.ValidationError(f"{wrong[0]} is not a domain.")
        others = IdentityDomain.objects.filter(domain__in=names).exclude(provider=self.instance.pk)
        if taken := others.first():
            raise forms.ValidationError(f"{taken.domain} is of another customer's issuer.")
        return names

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.instance.sealed_secret and not cleaned.get("client_secret"):
            self.add_error("client_secret", "A new issuer needs it.")
        return cleaned


@admin.register(CustomerIdentityProvider)
class CustomerIdentityProviderAdmin(PeopleAdmin):
    form = ProviderForm
    list_display = ["customer", "issuer", "is_active", "is_required", "created_at"]
    list_filter = ["is_active", "is_required"]
    list_select_related = ["customer"]
    search_fields = ["customer__legal_name", "issuer", "domains__domain"]
    autocomplete_fields = ["customer"]
    fields = [
        "customer", "issuer", "client_id", "client_secret", "domain_names", "is_active",
        "is_required",
    ]  # fmt: skip

    def save_model(
        self,
        request: HttpRequest,
        obj: CustomerIdentityProvider,
        form: forms.ModelForm,
        change: bool,
    ) -> None:
        """The secret is sealed before it is stored; the domains are rows of their own."""
        if secret := form.cleaned_data.get("client_secret"):
            obj.sealed_secret = seal(secret, purpose=PURPOSE)
        super().save_model(request, obj, form, change)
        keep_identity_domains(provider=obj, domains=form.cleaned_data["domain_names"])
