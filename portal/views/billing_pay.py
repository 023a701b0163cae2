"""Pay what is open, one invoice or all, on the gateway's page; and what happened after it."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from billing.gateways.configured import configured_gateway
from billing.models import Receivable
from billing.operations.start_checkout import start_checkout
from billing.queries.statement import local_day
from portal.queries.billing_money import last_payments, open_sums
from portal.views.billing_gateway import led_to, may_lead_to_gateway, offers_cards, page_address
from portal.views.page import PortalRequest, portal_page, show


class OneInvoiceForm(forms.Form):
    invoice = forms.UUIDField(required=False)

    def asked(self) -> UUID | None:
        self.full_clean()
        return self.cleaned_data.get("invoice")


class ChosenForm(forms.Form):
    """Ids of invoices; anybody else's are as good as unknown."""

    invoice = forms.TypedMultipleChoiceField(coerce=UUID)

    def __init__(self, request: PortalRequest) -> None:
        super().__init__(request.POST)
        open_now = Receivable.objects.filter(customer=request.customer, open_minor__gt=0)
        keys = open_now.values_list("pk", flat=True)
        self.fields["invoice"].choices = [(str(key), "") for key in keys]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("billing")
def pay(request: PortalRequest) -> HttpResponse:
    if request.method == "POST":
        return to_checkout(request)
    today = local_day(request.customer, timezone.now())
    only = OneInvoiceForm(request.GET).asked()
    page = show(
        request,
        "portal/billing/pay.html",
        title="Pay",
        sums=open_sums(request.customer, today=today, invoice_id=only),
        only=only,
        payments=last_payments(request.customer),
        offers_cards=offers_cards(),
        was_paid="paid" in request.GET,
    )
    return may_lead_to_gateway(page)


def to_checkout(request: PortalRequest) -> HttpResponse:
    back = reverse("portal:billing_pay", args=[request.customer.pk])
    form = ChosenForm(request)
    if not form.is_valid():
        messages.info(
            request, "Nothing is open on what you chose. It may have been paid meanwhile."
        )
        return HttpResponseRedirect(back)
    here = page_address(request, "portal:billing_pay", request.customer.pk)
    return led_to(
        request,
        lambda: start_checkout(
            gateway=configured_gateway(),
            receivable_ids=form.cleaned_data["invoice"],
            success_url=f"{here}?paid=1",
            cancel_url=here,
            at=timezone.now(),
        ),
        back=back,
    )
