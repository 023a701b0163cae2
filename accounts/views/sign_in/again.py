"""Ask a signed-in person to prove again who they are, and bring them back to their page."""

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode


def ask_again(request: HttpRequest) -> HttpResponse:
    """
    Redirect the browser to the page that asks; it leads back to this page.

    After a form was sent, that is the page of the form (the Referer, if ours): nothing is sent twice.
    """
    return whole_page(request, f"{place_to_ask(request)}&{urlencode({'next': came_from(request)})}")


def place_to_ask(request: HttpRequest) -> str:
    methods = get_adapter().get_reauthentication_methods(request.user)
    if methods:
        return f"{methods[0]['url']}?again=1"
    company = reverse("openid_connect_login", kwargs={"provider_id": "company"})
    return f"{company}?process=login&again=1"


def came_from(request: HttpRequest) -> str:
    """The page to come back to: this one, or the page whose form was sent."""
    if request.method in ("GET", "HEAD") and not request.headers.get("HX-Request"):
        return request.get_full_path()
    place = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(
        place, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return place if ours else "/"


def whole_page(request: HttpRequest, place: str) -> HttpResponse:
    """Send the browser there, also when HTMX asked for a part of a page."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": place})
    return HttpResponseRedirect(place)
