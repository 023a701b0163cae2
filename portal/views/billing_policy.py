"""How seats become money, in plain words."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.queries.billing_policy import policies_in_force
from portal.views.page import PortalRequest, portal_page, show


@require_GET
@portal_page("billing")
def policy(request: PortalRequest) -> HttpResponse:
    return show(
        request,
        "portal/billing/policy.html",
        title="How seats are charged",
        policies=policies_in_force(request.customer, at=timezone.now()),
    )
