"""Addresses that invoices go to: see them, add one, remove one."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.operations.change_recipients import add_recipient, remove_recipient
from kernel.refusal import Refusal
from portal.queries.billing_recipients import recipient_rows
from portal.views.page import PortalRequest, portal_page, show


class RecipientForm(forms.Form):
    email = forms.EmailField(label="E-mail address")
    name = forms.CharField(
        label="Name", max_length=200, required=False, help_text="Of the person or department"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("billing")
def recipients(request: PortalRequest) -> HttpResponse:
    form = RecipientForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return added(request, form)
    return show(
        request,
        "portal/billing/recipients.html",
        title="Invoice recipients",
        recipients=recipient_rows(request.customer),
        form=form,
    )


def added(request: PortalRequest, form: RecipientForm) -> HttpResponse:
    try:
        new = add_recipient(customer_id=request.customer.pk, **form.cleaned_data)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{new.email} receives every invoice from now on.")
    return HttpResponseRedirect(to_recipients(request))


def to_recipients(request: PortalRequest) -> str:
    return reverse("portal:billing_recipients", args=[request.customer.pk])


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("billing")
def remove(request: PortalRequest, recipient_id: UUID) -> HttpResponse:
    """Ask with its consequence, then do it."""
    rows = recipient_rows(request.customer)
    found = next((one for one in rows if one.id == recipient_id), None)
    if found is None:
        raise Http404
    if request.method != "POST":
        return show(
            request,
            "portal/billing/recipient_remove.html",
            title=f"Remove {found.email}?",
            recipient=found,
            others=[one for one in rows if one != found],
        )
    try:
        remove_recipient(customer_id=request.customer.pk, recipient_id=recipient_id)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{found.email} receives no invoices any more.")
    return HttpResponseRedirect(to_recipients(request))
