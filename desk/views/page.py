"""What every page of the desk shares: sign-in, permission, and the frame around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

View = Callable[..., HttpResponse]


def desk_page(permission: str) -> Callable[[View], View]:
    """Let in signed-in staff who hold the permission; others get the sign-in page or a refusal."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_staff or not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return login_required(guarded, login_url="admin:login")

    return decorate


def show(
    request: HttpRequest, template: str, *, title: str, status: int = 200, **context: Any
) -> HttpResponse:
    """Render a whole page in the frame of the admin: sidebar, theme, messages."""
    frame = admin.site.each_context(request)
    return TemplateResponse(request, template, {**frame, "title": title, **context}, status=status)


def show_part(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Render a part that HTMX puts into a page."""
    return TemplateResponse(request, template, context)
