"""Signing in where the customer's company signs its people in."""

from urllib.parse import urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache

from accounts.models import CustomerIdentityProvider
from portal.views.sign_in import door, onward


@never_cache
def company(request: HttpRequest, provider_id: UUID) -> HttpResponse:
    """One button; its form ends at the issuer, so this page alone allows forms to go there."""
    found = CustomerIdentityProvider.objects.filter(is_active=True).select_related("customer")
    provider = get_object_or_404(found, pk=provider_id)
    there = reverse("openid_connect_login", args=[provider.provider_id])
    answer = door(
        request,
        "company",
        title="Sign in with your company account",
        company=provider.customer.legal_name,
        is_required=provider.is_required,
        action=f"{there}?{urlencode({'process': 'login'})}",
        next=onward(request),
    )
    parts = urlsplit(provider.issuer)
    answer._csp_update = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}  # type: ignore[attr-defined]
    return answer
