"""Errors outside the views: machines below /api/ are told in JSON, people by a page."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views import defaults

API = "/api/"


def bad_request(request: HttpRequest, exception: Exception, *_more: Any) -> HttpResponseBase:
    if request.path.startswith(API):
        return told(400, "parse_error", "The request cannot be read. Send JSON in UTF-8.")
    return defaults.bad_request(request, exception)


def not_found(request: HttpRequest, exception: Exception, *_more: Any) -> HttpResponseBase:
    if request.path.startswith(API):
        return told(404, "not_found", "There is no such address. See /api/docs/.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *_more: Any) -> HttpResponseBase:
    if request.path.startswith(API):
        sentence = "This is our mistake. Try again later, or write to us with the request id."
        return told(500, "server_error", sentence)
    return defaults.server_error(request)


def told(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
