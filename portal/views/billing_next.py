"""The invoice that comes next."""

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from portal.queries.billing_next import upcoming_invoices
from portal.views.page import PortalRequest, portal_page, show


@require_GET
@portal_page("billing")
def upcoming(request: PortalRequest) -> HttpResponse:
    return show(
        request,
        "portal/billing/next.html",
        title="Upcoming invoice",
        upcoming=upcoming_invoices(
            request.customer, shows_people=request.rights.is_owner, at=timezone.now()
        ),
        grace_hours=settings.DRAFT_GRACE_HOURS,
    )
