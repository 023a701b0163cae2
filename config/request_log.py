"""Outermost of all: names each request, measures it, and writes one line about it to the log."""

import logging
import time
from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.metrics import count_request
from config.request_names import HEADER, current, request_name

logger = logging.getLogger("seatledger.requests")
UNROUTED = "(no such address)"


class RequestLogMiddleware:
    """The line says the route, never the address: addresses hold names of customers, and tokens."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        name = request_name(request)
        mark = current.set(name)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            note(
                request.method or "",
                route_of(request),
                response.status_code,
                time.perf_counter() - began,
                client=client_of(request),
            )
        finally:
            current.reset(mark)
        response.headers[HEADER] = name
        return response


def note(method: str, route: str, status: int, seconds: float, *, client: str = "") -> None:
    """Count a request and write its line; also for doors that answer before Django's chain."""
    count_request(method, route, status, seconds)
    if logger.isEnabledFor(logging.INFO):
        milliseconds = round(seconds * 1000, 1)
        said = {
            "method": method, "route": route, "status": status, "ms": milliseconds,
            "client": client,
        }  # fmt: skip
        logger.info("%s %s %s %sms", method, route, status, milliseconds, extra={"said": said})


def route_of(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route.lstrip('/')}" if match else UNROUTED


def client_of(request: HttpRequest) -> str:
    """The API client's or the person's key in our tables; nobody's name."""
    key = getattr(request, "client_key", None) or getattr(
        getattr(request, "user", None), "pk", None
    )
    return str(key) if isinstance(key, (int, str, UUID)) else ""
