"""Where somebody arrives: the customers they belong to, and the first page of one."""

from typing import cast

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.queries.people_with_rights import offers_to
from accounts.queries.portal_rights import customers_of
from billing.queries.claim_offers import open_to
from portal.queries.overview import overview
from portal.views.page import PortalRequest, portal_page, show


@login_required(login_url="portal:sign_in")
def choose(request: HttpRequest) -> HttpResponse:
    """The customers of the person; somebody with one, and nothing to answer, goes straight there."""
    user = cast(User, request.user)
    choices = customers_of(user_id=user.pk)
    offers = offers_of(user)
    if len(choices) == 1 and not offers:
        return redirect("portal:home", choices[0].customer_id)
    words = {
        "title": "Your companies",
        "choices": choices,
        "offers": offers,
        "claims": open_to(user),
    }
    return render(request, "portal/choose.html", words)


@portal_page("any")
def home(request: PortalRequest) -> HttpResponse:
    """What each right makes worth knowing at once."""
    return show(
        request,
        "portal/home.html",
        title=request.customer.legal_name,
        overview=overview(request.customer, request.rights, at=timezone.now()),
        offers=offers_of(cast(User, request.user)),
    )


def offers_of(user: User) -> list[tuple[object, str]]:
    """Ownership that waits for this person's answer."""
    return [*offers_to(addresses={user.email, user.get_username()}, at=timezone.now())]
