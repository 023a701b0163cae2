"""Where a request came from, in the words of the trail."""

from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest

from config.request_names import request_name


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
        request_id=request_name(request),
    )


def client_address(request: HttpRequest) -> str:
    """The peer, or what the outermost proxy of ours saw. Anybody may send the rest of the header."""
    proxies: int = settings.TRUSTED_PROXIES
    if proxies:
        seen = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
        if len(seen) >= proxies and seen[-proxies]:
            return seen[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
