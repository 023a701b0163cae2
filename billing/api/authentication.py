"""API keys: `Authorization: Bearer sl_…`. Deny by default; each view names the scope it needs."""

from contextlib import ExitStack
from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import (
    APIException,
    AuthenticationFailed,
    MethodNotAllowed,
    NotFound,
)
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiClient
from accounts.operations.issue_api_key import key_digest
from billing.api.rate_limit import UNLIMITED, KeyThrottle, rate_headers
from billing.gateways.sandbox import SandboxMissing, in_sandbox, know_client
from billing.queries.client_of_key import client_of_key

SCHEME = "bearer "
SANDBOX = "Seatledger-Sandbox"


class ApiKeyAuthentication(BaseAuthentication):
    """Finds the client by the digest of the key it sent."""

    def authenticate(self, request: Request) -> tuple[ApiClient, None] | None:
        header = request.headers.get("Authorization", "")
        if not header.lower().startswith(SCHEME):
            return None
        digest = key_digest(header[len(SCHEME) :].strip())
        client = client_of_key(digest)
        if client is None:
            raise AuthenticationFailed("This API key is unknown or revoked.", "api_key_invalid")
        request._request.client_key = client.pk  # type: ignore[attr-defined]
        return client, None

    def authenticate_header(self, request: HttpRequest) -> str:
        return "Bearer"


class SandboxUnavailable(APIException):
    status_code = 503
    default_code = SandboxMissing.code


class SandboxWithout(APIException):
    status_code = 409
    default_code = "sandbox_without"
    default_detail = "The sandbox has no payment gateway. Try this with a live key."


class SandboxOnly(APIException):
    status_code = 409
    default_code = "sandbox_only"
    default_detail = (
        "Only the sandbox has a clock to move. Try this with a key that begins with sl_test_."
    )


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the OpenAPI document describes API keys."""

    target_class = ApiKeyAuthentication
    name = "ApiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


class HasScope(BasePermission):
    """The client holds the scope the view names for the request's method."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        client = request.user
        method = "GET" if request.method == "HEAD" else request.method
        needed = view.scopes.get(method)  # type: ignore[attr-defined]
        return isinstance(client, ApiClient) and needed in client.scopes


class ApiView(APIView):
    """A door for product services. Subclasses set `scopes` by HTTP method."""

    authentication_classes = (ApiKeyAuthentication,)
    permission_classes: tuple[type[BasePermission], ...] = (HasScope,)
    throttle_classes = (KeyThrottle,)
    scopes: dict[str, str] = {}
    has_sandbox = True
    is_for_sandbox_alone = False

    @property
    def allowed_methods(self) -> list[str]:
        return [*self.scopes, *(["HEAD"] if "GET" in self.scopes else [])]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """A method that is not there is told before anybody asks who it is."""
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        if any("\x00" in str(value) for value in kwargs.values()):
            raise NotFound
        super().initial(request, *args, **kwargs)
        if caller(request).is_sandbox:
            self.enter_sandbox(request)
        elif self.is_for_sandbox_alone:
            raise SandboxOnly

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Whatever a sandbox key asked for, it is asked of the live database again afterwards."""
        with ExitStack() as self.left_at_the_end:
            return super().dispatch(request, *args, **kwargs)

    def enter_sandbox(self, request: Request) -> None:
        if not self.has_sandbox:
            raise SandboxWithout
        try:
            self.left_at_the_end.enter_context(in_sandbox())
        except SandboxMissing as refusal:
            raise SandboxUnavailable(str(refusal)) from None
        know_client(caller(request))
        request._request.is_sandbox = True  # type: ignore[attr-defined]

    def handle_exception(self, exc: Exception) -> Any:
        response = super().handle_exception(exc)
        if isinstance(response.data, dict) and "detail" in response.data:
            detail = response.data["detail"]
            response.data = {"code": getattr(detail, "code", "error"), "message": str(detail)}
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)
        state = getattr(request._request, "rate_state", UNLIMITED)
        for name, value in rate_headers(state).items():
            answer.headers[name] = value
        if getattr(request._request, "is_sandbox", False):
            answer.headers[SANDBOX] = "true"
        return answer


def caller(request: Request) -> ApiClient:
    """The client behind a request that has passed `HasScope`."""
    assert isinstance(request.user, ApiClient)
    return request.user
