"""The frame around allauth's pages: the admin's for staff, the portal's for customers' people."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

PAGES = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")


BY_PORTAL = "by_portal"  # in the session of somebody who began to sign in there
OF_PORTAL = {
    "door_frame": "portal/door.html",
    "inside_frame": "portal/inside.html",
}


def is_of_portal(request: HttpRequest, name: str) -> bool:
    """Customers' people, also between their link or password and their second factor."""
    if request.user.is_authenticated:
        return not request.user.is_staff
    return name.startswith("mfa_") and bool(request.session.get(BY_PORTAL))


def frame(request: HttpRequest) -> dict[str, Any]:
    """A context processor: nothing for pages that bring their own frame."""
    match = request.resolver_match
    if match is None or not (match.url_name or "").startswith(PAGES) or match.namespaces:
        return {}
    if is_of_portal(request, match.url_name or ""):
        return OF_PORTAL
    company = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
    return {**admin.site.each_context(request), "site_url": None, "company": company}
