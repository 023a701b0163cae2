"""What every page of the portal shares: whose customer it is, what the person may, and the frame."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from accounts.models import Customer
from accounts.queries.portal_rights import Rights, customers_of, rights_of
from accounts.views.sign_in.again import came_from, whole_page
from accounts.views.sign_in.proof import is_vouched_for
from billing.operations.check_domain_rule import AddressForbidden, check_domain
from portal.queries.person_name import name_of
from portal.views.navigation import navigation
from portal.views.rights import RIGHTS

View = Callable[..., HttpResponseBase]
SIGN_IN = "portal:sign_in"


class PortalRequest(HttpRequest):
    """A request of somebody who has rights at the customer its address names."""

    customer: Customer
    rights: Rights


def portal_page(right: str) -> Callable[[View], View]:
    """
    Let in who holds the right at the customer of the address; `request.customer` and `.rights` are set.

    A customer the person has nothing to do with is not found; a right that is missing is refused, and
    so is an address the customer's domain rule keeps out.
    Where the customer asks for its own sign-in, a session of another kind is sent there.
    """
    holds = RIGHTS[right]

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(
            request: HttpRequest, customer_id: UUID, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            rights = rights_of(user_id=request.user.pk or 0, customer_id=customer_id)
            found = Customer.objects.select_related("identity_provider", "domain_rule").filter(
                pk=customer_id
            )
            customer = found.first()
            if rights is None or customer is None:
                raise Http404
            if door := required_door(request, customer):
                return whole_page(request, door)
            if not holds(rights):
                raise PermissionDenied
            try:
                check_domain(address_of(request), domains_of(customer))
            except AddressForbidden as refusal:
                return shut_out(request, customer, refusal)
            request.customer, request.rights = customer, rights  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def required_door(request: HttpRequest, customer: Customer) -> str:
    """The customer's own sign-in, where it is required and this session did not come that way."""
    provider = getattr(customer, "identity_provider", None)
    if provider is None or not provider.is_active or not provider.is_required:
        return ""
    if is_vouched_for(request, provider.provider_id):
        return ""
    door = reverse("portal:sign_in_company", args=[provider.pk])
    return f"{door}?{urlencode({'next': came_from(request)})}"


def domains_of(customer: Customer) -> list[str]:
    """The only domains that may come in; empty where every address may. Needs the rule loaded."""
    rule = getattr(customer, "domain_rule", None)
    return list(rule.domains) if rule is not None and rule.is_enforced else []


def address_of(request: HttpRequest) -> str:
    user = request.user
    return getattr(user, "email", "") or user.get_username()


def shut_out(request: HttpRequest, customer: Customer, refusal: AddressForbidden) -> HttpResponse:
    """The customer's domain rule keeps the address out: the page says which addresses may come in."""
    words = {
        "title": "This address cannot be used here",
        "customer": customer,
        "refusal": refusal,
        "has_others": len(customers_of(user_id=request.user.pk or 0)) > 1,
    }
    return TemplateResponse(request, "portal/invitations/shut_out.html", words, status=403)


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page; a part that HTMX asked for sends the whole page there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": resolve_url(SIGN_IN)})
    return redirect_to_login(request.get_full_path(), login_url=resolve_url(SIGN_IN))


def show(request: PortalRequest, template: str, *, title: str, **context: Any) -> HttpResponse:
    """Render a page in the frame of the portal: whose it is, where one can go, messages."""
    customer, rights = request.customer, request.rights
    frame = {
        "title": title,
        "customer": customer,
        "rights": rights,
        "choices": customers_of(user_id=rights.user_id),
        "person": name_of(request.user),
        "navigation": navigation(rights=rights, customer_id=customer.pk, path=request.path),
    }
    return TemplateResponse(request, template, {**frame, **context})


def show_part(request: PortalRequest, template: str, **context: Any) -> HttpResponse:
    """Render a part that HTMX puts into a page; it knows whose it is, too."""
    whose = {"customer": request.customer, "rights": request.rights}
    return TemplateResponse(request, template, {**whose, **context})
