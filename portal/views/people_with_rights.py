"""Who has which right at a customer; the billing owner gives and takes those of billing."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.operations.name_billing_administrator import (
    end_billing_administration,
    let_into_portal,
    name_billing_administrator,
)
from accounts.queries.people_with_rights import RightsHolder
from accounts.queries.people_with_rights import people_with_rights as found_people
from kernel.refusal import Refusal
from portal.views.page import PortalRequest, portal_page, show
from portal.views.sign_in import call_a_hand


class AdministratorForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200)
    email = forms.EmailField(label="E-mail address", max_length=150)


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("owner")
def people_with_rights(request: PortalRequest) -> HttpResponse:
    """Everybody with a right; the form names one more billing administrator."""
    form = AdministratorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return named(request, form)
    people = found_people(customer_id=request.customer.pk, at=timezone.now())
    return show(request, "portal/rights.html", title="People with rights", people=people, form=form)


def named(request: PortalRequest, form: AdministratorForm) -> HttpResponse:
    try:
        new = name_billing_administrator(
            customer_id=request.customer.pk, at=timezone.now(), **form.cleaned_data
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        call_a_hand()
        messages.success(request, f"{new.name} manages billing and was sent a mail.")
    return HttpResponseRedirect(to_rights(request))


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("owner")
def end(request: PortalRequest, owner_id: UUID) -> HttpResponse:
    """Ask with its consequences, then take the right away."""
    person = administrator(request, owner_id)
    if request.method != "POST":
        title = f"End billing administration of {person.name}?"
        return show(request, "portal/rights_end.html", title=title, person=person)
    try:
        end_billing_administration(customer_id=request.customer.pk, owner_id=owner_id)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{person.name} does not manage billing any more.")
    return HttpResponseRedirect(to_rights(request))


@require_http_methods(["POST"])
@portal_page("owner")
def invite(request: PortalRequest, owner_id: UUID) -> HttpResponse:
    """Mail a billing administrator once more how to sign in."""
    person = administrator(request, owner_id)
    try:
        let_into_portal(owner_id=person.key, at=timezone.now())
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        call_a_hand()
        messages.success(request, f"{person.name} was sent a mail that says how to sign in.")
    return HttpResponseRedirect(to_rights(request))


def administrator(request: PortalRequest, owner_id: UUID) -> RightsHolder:
    """
    The billing administrator of this customer with that key.

    :raises Http404: there is none
    """
    people = found_people(customer_id=request.customer.pk, at=timezone.now())
    found = next((one for one in people.administrators if one.key == owner_id), None)
    if found is None:
        raise Http404
    return found


def to_rights(request: PortalRequest) -> str:
    return reverse("portal:rights", args=[request.customer.pk])
