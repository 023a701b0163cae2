"""The frame of the admin (colors, styles, sidebar) around allauth's pages."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest

PAGES = ("account_", "mfa_", "usersessions_", "socialaccount_", "openid_connect_")


def frame(request: HttpRequest) -> dict[str, Any]:
    """A context processor: nothing for pages that bring their own frame."""
    match = request.resolver_match
    if match is None or not (match.url_name or "").startswith(PAGES) or match.namespaces:
        return {}
    company = settings.OIDC_NAME if settings.OIDC_ISSUER else ""
    return {**admin.site.each_context(request), "site_url": None, "company": company}
