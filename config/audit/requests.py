"""Where a request came from, in the words of the trail."""

from typing import TypedDict
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest


class AskedBy(TypedDict, total=False):
    address: str
    user_agent: str
    request_id: str


def asked_by(request: HttpRequest | None) -> AskedBy:
    if request is None:
        return {}
    return AskedBy(
        address=client_address(request),
        user_agent=request.headers.get("User-Agent", ""),
        request_id=request_id(request),
    )


def client_address(request: HttpRequest) -> str:
    """The peer, or what the outermost proxy of ours saw. Anybody may send the rest of the header."""
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        seen = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(seen) >= proxies and seen[-proxies]:
            return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))


def request_id(request: HttpRequest) -> str:
    """One name for the request, made here: what a client sends is not trusted to be unique."""
    if not hasattr(request, "trail_id"):
        request.trail_id = uuid4().hex  # type: ignore[attr-defined]
    return str(request.trail_id)  # type: ignore[attr-defined]
