"""Where somebody arrives: the customers they belong to, and the first page of one."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.queries.portal_rights import customers_of
from portal.views.page import PortalRequest, portal_page, show


@login_required(login_url="portal:sign_in")
def choose(request: HttpRequest) -> HttpResponse:
    """The customers of the person; somebody with one goes straight there."""
    choices = customers_of(user_id=request.user.pk or 0)
    if len(choices) == 1:
        return redirect("portal:home", choices[0].customer_id)
    return render(request, "portal/choose.html", {"title": "Your companies", "choices": choices})


@portal_page("any")
def home(request: PortalRequest) -> HttpResponse:
    return show(request, "portal/home.html", title=request.customer.legal_name)
