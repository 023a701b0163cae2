"""Billing details: change them, see what that does to tax, then save."""

from contextlib import suppress
from dataclasses import asdict
from hashlib import sha256
from typing import Any, cast

from babel import Locale
from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods
from kombu.exceptions import OperationalError

from billing.operations.change_billing_details import (
    BillingDetails,
    change_billing_details,
    details_of,
)
from billing.operations.foresee_details import foresee_details
from billing.tasks import tick
from portal.queries.billing_details import LABELS, detail_changes, effect_of
from portal.views.page import PortalRequest, portal_page, show
from tax.records.tax_id_form import TaxIdMalformed, check_form

SOURCE = "portal"
UNITS = frozenset(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"])  # no countries
COUNTRIES = sorted(
    (
        (code, str(name))
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and code not in UNITS
    ),
    key=lambda one: one[1],
)
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
PAPERS = [("A4", "A4"), ("Letter", "Letter")]
CHANGED = (
    "Somebody changed the billing details since you opened this page. Open it anew, then change "
    "what you need."
)


class DetailsForm(forms.Form):
    legal_name = forms.CharField(max_length=200)
    address_line1 = forms.CharField(max_length=200)
    address_line2 = forms.CharField(max_length=200, required=False)
    postal_code = forms.CharField(max_length=20, required=False)
    city = forms.CharField(max_length=100, required=False)
    region = forms.CharField(
        max_length=100,
        required=False,
        help_text="Its code in the United States and Canada, such as TX or ON",
    )
    country = forms.ChoiceField(choices=COUNTRIES)
    tax_number = forms.CharField(
        max_length=32,
        required=False,
        help_text="VAT or tax id; we have it confirmed by the register",
    )
    purchase_order = forms.CharField(
        max_length=50, required=False, help_text="Yours, shown on every invoice from now on"
    )
    language = forms.ChoiceField(choices=LANGUAGES)
    paper = forms.ChoiceField(choices=PAPERS)
    itemizes_groups = forms.BooleanField(
        required=False,
        help_text="Each line also says what of it is for which group and cost center",
    )

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, known: BillingDetails, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        for name, label in LABELS.items():
            self.fields[name].label = label

    def clean(self) -> dict[str, Any]:
        """
        What somebody else changed meanwhile is not overwritten unseen.

        A number that cannot be one is refused here; whether it is valid the register says.
        """
        cleaned = super().clean() or {}
        if cleaned.get("seen") != digest_of(self.known):
            self.add_error(None, CHANGED)
        number, country = cleaned.get("tax_number"), cleaned.get("country")
        if number and country:
            try:
                check_form(country=country, number=number)
            except TaxIdMalformed:
                problem = "It cannot be a tax number of this country. Please compare it."
                self.add_error("tax_number", problem)
        return cleaned

    def details(self) -> BillingDetails:
        return BillingDetails(**{name: self.cleaned_data[name] for name in LABELS})


def digest_of(details: BillingDetails) -> str:
    """What a form was opened with, in one word."""
    return sha256(repr(details).encode()).hexdigest()


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("billing")
def details(request: PortalRequest) -> HttpResponse:
    """POST shows the effect first; with `save` it saves."""
    now_known = details_of(request.customer)
    if request.method != "POST":
        initial = {**asdict(now_known), "seen": digest_of(now_known)}
        return form_page(request, DetailsForm(initial=initial, known=now_known))
    form = DetailsForm(request.POST, known=now_known)
    if not form.is_valid() or "back" in request.POST:
        return form_page(request, form)
    if form.details() == now_known:
        messages.info(request, "Nothing was changed.")
        return HttpResponseRedirect(to_details(request))
    return save(request, form) if "save" in request.POST else effect_page(request, form)


def form_page(request: PortalRequest, form: DetailsForm) -> HttpResponse:
    return show(
        request,
        "portal/billing/details.html",
        title="Billing details",
        form=form,
        changes=detail_changes(request.customer),
    )


def effect_page(request: PortalRequest, form: DetailsForm) -> HttpResponse:
    found = foresee_details(
        customer_id=request.customer.pk, details=form.details(), at=timezone.now()
    )
    return show(
        request,
        "portal/billing/details_effect.html",
        title="What the change does",
        said=form.cleaned_data,
        effect=effect_of(details_of(request.customer), form.details(), found),
    )


def save(request: PortalRequest, form: DetailsForm) -> HttpResponse:
    change_billing_details(
        customer_id=request.customer.pk,
        details=form.details(),
        source=SOURCE,
        by=cast(User, request.user),
        at=timezone.now(),
    )
    with suppress(OperationalError):  # no broker: drafts that waited are tried with the next tick
        tick.delay()
    messages.success(
        request, "Saved. Invoices from now on say so; those already issued keep what they say."
    )
    return HttpResponseRedirect(to_details(request))


def to_details(request: PortalRequest) -> str:
    return reverse("portal:billing_details", args=[request.customer.pk])
