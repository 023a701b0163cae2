"""Payment methods: what the customer left with the gateway, add one, choose, remove."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from billing.gateways.configured import configured_gateway
from billing.gateways.stripe import GatewayUnreachable
from billing.operations.record_method import choose_default_method
from billing.operations.remove_method import remove_method
from billing.operations.start_checkout import start_method_setup
from billing.queries.statement import local_day
from kernel.refusal import Refusal
from portal.queries.billing_money import MethodRow, method_rows
from portal.views.billing_gateway import (
    NO_ANSWER,
    led_to,
    may_lead_to_gateway,
    offers_cards,
    page_address,
)
from portal.views.page import PortalRequest, portal_page, show


@require_GET
@portal_page("billing")
def methods(request: PortalRequest) -> HttpResponse:
    today = local_day(request.customer, timezone.now())
    page = show(
        request,
        "portal/billing/methods.html",
        title="Payment methods",
        methods=method_rows(request.customer, today=today),
        offers_cards=offers_cards(),
        was_added="added" in request.GET,
    )
    return may_lead_to_gateway(page)


def to_methods(request: PortalRequest) -> str:
    return reverse("portal:billing_methods", args=[request.customer.pk])


@require_POST
@portal_page("billing")
def add(request: PortalRequest) -> HttpResponse:
    """To the gateway's page; the card itself never reaches us."""
    here = page_address(request, "portal:billing_methods", request.customer.pk)
    return led_to(
        request,
        lambda: start_method_setup(
            gateway=configured_gateway(),
            customer_id=request.customer.pk,
            success_url=f"{here}?added=1",
            cancel_url=here,
            at=timezone.now(),
        ),
        back=to_methods(request),
    )


def method_of(request: PortalRequest, method_id: UUID) -> MethodRow:
    """:raises Http404: for another customer's, and for what was removed"""
    today = local_day(request.customer, timezone.now())
    for one in method_rows(request.customer, today=today):
        if one.id == method_id:
            return one
    raise Http404


@require_POST
@portal_page("billing")
def make_default(request: PortalRequest, method_id: UUID) -> HttpResponse:
    method = method_of(request, method_id)
    try:
        choose_default_method(method_id=method.id)
    except Refusal as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{method.name} is charged by itself from the next invoice on.")
    return HttpResponseRedirect(to_methods(request))


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page("billing")
def remove(request: PortalRequest, method_id: UUID) -> HttpResponse:
    """Ask with its consequence, then do it."""
    method = method_of(request, method_id)
    if request.method != "POST":
        today = local_day(request.customer, timezone.now())
        others = [one for one in method_rows(request.customer, today=today) if one != method]
        return show(
            request,
            "portal/billing/method_remove.html",
            title=f"Remove {method.name}?",
            method=method,
            has_others=bool(others),
        )
    try:
        remove_method(
            gateway=configured_gateway(),
            customer_id=request.customer.pk,
            method_id=method.id,
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, refusal.message)
    except GatewayUnreachable:
        messages.error(request, f"{method.name} is still there. {NO_ANSWER}")
    else:
        messages.success(request, f"{method.name} was removed and is not charged any more.")
    return HttpResponseRedirect(to_methods(request))
