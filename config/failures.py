"""Errors outside the views: machines below /api/ are told in JSON, people by a page."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from config.way_out import way_out

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception, *_more: Any) -> HttpResponseBase:
    if request.path.startswith(API):
        return told(400, "parse_error", "The request cannot be read. Send JSON in UTF-8.")
    return shown(request, "400.html", 400)


def not_allowed(request: HttpRequest, exception: Exception, *_more: Any) -> HttpResponseBase:
    return shown(request, "403.html", 403)


def form_too_old(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form without the token of its page; the reason is in the log."""
    return shown(request, "403_csrf.html", 403)


def not_found(request: HttpRequest, exception: Exception, *_more: Any) -> HttpResponseBase:
    if request.path.startswith(API):
        return told(404, "not_found", "There is no such address. See /api/docs/.")
    return shown(request, "404.html", 404)


def server_error(request: HttpRequest, *_more: Any) -> HttpResponseBase:
    if request.path.startswith(API):
        sentence = "This is our mistake. Try again later, or write to us with the request id."
        return told(500, "server_error", sentence)
    return shown(request, "500.html", 500)


def shown(request: HttpRequest, template: str, status: int) -> HttpResponse:
    """A page that needs nothing but itself: neither messages nor the frame of who is signed in."""
    return HttpResponse(render_to_string(template, {"way": way_out(request)}), status=status)


def told(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
