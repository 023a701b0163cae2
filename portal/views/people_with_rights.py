"""Who has which right at a customer; the billing owner gives and takes those of billing."""

from django.http import HttpResponse

from portal.views.page import PortalRequest, portal_page, show


@portal_page("owner")
def people_with_rights(request: PortalRequest) -> HttpResponse:
    return show(request, "portal/rights.html", title="People with rights")
