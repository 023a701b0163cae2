"""What is refused before anything is read: odd methods, large bodies, machines that talk in the clear."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

API = "/api/"  # its views refuse methods by themselves and say which they take
MACHINES = (API, "/scim/", "/webhooks/")
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
MOST_BODY_BYTES = 32 * 1024 * 1024  # the largest upload a page takes is smaller


class DoorwayMiddleware:
    """
    Outermost but for headers. People who come by http are sent to https; machines are refused.

    A redirect would hide from them that they have just sent their key in the clear.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_clear = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if is_clear and request.path.startswith(MACHINES):
            return refuse(403, "https_required", "Use https. Revoke the key you have just sent.")
        if request.method not in METHODS and not request.path.startswith(API):
            return refuse(405, "method_not_allowed", f"Use one of {', '.join(METHODS)}.")
        if body_bytes(request) > MOST_BODY_BYTES:
            return refuse(413, "body_too_large", "Send at most 32 MB.")
        return self.get_response(request)


def body_bytes(request: HttpRequest) -> int:
    """As announced; a body that is not announced is not read."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return int(announced) if str(announced).isdigit() else 0


def refuse(status: int, code: str, message: str) -> JsonResponse:
    return JsonResponse({"code": code, "message": message}, status=status)
