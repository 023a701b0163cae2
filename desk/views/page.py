"""What every page of the desk shares: sign-in, permission, and the frame around it."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponseBase]


def desk_page(permission: str) -> Callable[[View], View]:
    """Let in signed-in staff who hold the permission; others get the sign-in page or a refusal."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if not request.user.is_staff or not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def staff_page(view: View) -> View:
    """Let in signed-in staff of any role; the view itself shows only what each may see."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return to_sign_in(request)
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def first_page(view: View) -> View:
    """As `staff_page`; customers' people who came to the wrong door are led to theirs."""
    for_staff = staff_page(view)

    @wraps(view)
    def led(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not request.user.is_staff:
            return redirect("portal:choose")
        return for_staff(request, *args, **kwargs)

    return led


def to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page; a part that HTMX asked for sends the whole page there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": resolve_url(settings.LOGIN_URL)})
    return redirect_to_login(request.get_full_path(), login_url=resolve_url(settings.LOGIN_URL))


def show(request: HttpRequest, template: str, *, title: str, **context: Any) -> HttpResponse:
    """Render a whole page in the frame of the admin: sidebar, theme, messages."""
    frame = admin.site.each_context(request)
    return TemplateResponse(request, template, {**frame, "title": title, **context})


def back_to(request: HttpRequest, otherwise: str) -> str:
    """The page a form came from, if the form says so and it is ours."""
    place = request.POST.get("back", "")
    ours = url_has_allowed_host_and_scheme(place, allowed_hosts=None) and place.startswith("/")
    return place if ours else otherwise


def show_part(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Render a part that HTMX puts into a page."""
    return TemplateResponse(request, template, context)


def note_in_log(
    request: HttpRequest, rows: Sequence[Model], *, action_flag: int, message: str
) -> None:
    """Who did what to which rows, in the log of the admin."""
    LogEntry.objects.log_actions(
        user_id=request.user.pk or 0,
        queryset=rows,
        action_flag=action_flag,
        change_message=message,
    )
