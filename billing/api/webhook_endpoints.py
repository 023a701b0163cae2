"""Webhook endpoints of the calling key: registered, looked up, removed; secrets rotated."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from accounts.models import ApiClient
from billing.api.authentication import ApiView, caller
from billing.api.errors import FieldError, field_errors, invalid, not_found, problem, refused
from billing.api.webhook_schemas import (
    EndpointSchema,
    EndpointsSchema,
    NewEndpointSchema,
    NewSecretSchema,
    RegisteredSchema,
)
from billing.calc.webhook_url import WebhookUrlRefused
from billing.gateways.configured import configured_webhook_sender
from billing.models import WebhookEndpoint
from billing.operations.register_endpoint import (
    EndpointExists,
    TooManyEndpoints,
    register_endpoint,
    rotate_secret,
)
from billing.operations.switch_endpoint import remove_endpoint
from kernel.refusal import Refusal

WHAT = "such webhook endpoint of this key"


def endpoint_of(client: ApiClient, endpoint_id: UUID) -> WebhookEndpoint | None:
    """One of the client's own; others do not exist for it."""
    rows = WebhookEndpoint.objects.filter(client=client, removed_at=None)
    return rows.filter(pk=endpoint_id).first()


class WebhookEndpoints(ApiView):
    scopes = {"GET": ApiScope.WEBHOOKS_WRITE, "POST": ApiScope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="webhook_endpoint_list", tags=["Webhooks"], responses=EndpointsSchema
    )
    def get(self, request: Request) -> Response:
        """The endpoints of this key; there are at most twenty."""
        rows = WebhookEndpoint.objects.filter(client=caller(request), removed_at=None)
        return Response({"endpoints": EndpointSchema(rows, many=True).data})

    @extend_schema(
        operation_id="webhook_endpoint_create",
        tags=["Webhooks"],
        request=NewEndpointSchema,
        responses={201: RegisteredSchema, **problem(409, EndpointExists, TooManyEndpoints)},
    )
    def post(self, request: Request) -> Response:
        """Register an address that hears of changes from now on. Its secret is shown this once."""
        body = NewEndpointSchema(data=request.data)
        if not body.is_valid():
            return invalid(field_errors(body.errors))
        sender = configured_webhook_sender()
        try:
            endpoint, secret = register_endpoint(
                client_id=caller(request).pk,
                allow_private=sender.allow_private,
                at=timezone.now(),
                **body.validated_data,
            )
        except WebhookUrlRefused as refusal:
            return invalid([FieldError("url", refusal.code, str(refusal))])
        except Refusal as refusal:
            return refused(refusal)
        return Response({**EndpointSchema(endpoint).data, "secret": secret}, status=201)


class WebhookEndpointById(ApiView):
    scopes = {"GET": ApiScope.WEBHOOKS_WRITE, "DELETE": ApiScope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="webhook_endpoint_read", tags=["Webhooks"], responses=EndpointSchema
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """One endpoint, and how it fares."""
        endpoint = endpoint_of(caller(request), endpoint_id)
        return Response(EndpointSchema(endpoint).data) if endpoint else not_found(WHAT)

    @extend_schema(
        operation_id="webhook_endpoint_delete",
        tags=["Webhooks"],
        request=None,
        responses={204: None},
    )
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        """It hears nothing more; what waits for it is not sent."""
        endpoint = endpoint_of(caller(request), endpoint_id)
        if endpoint is None:
            return not_found(WHAT)
        try:
            remove_endpoint(endpoint_id=endpoint.pk, at=timezone.now())
        except Refusal:  # somebody was faster: it is gone, as asked
            return not_found(WHAT)
        return Response(status=204)


class WebhookSecrets(ApiView):
    scopes = {"POST": ApiScope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="webhook_secret_rotate",
        tags=["Webhooks"],
        request=None,
        responses={201: NewSecretSchema},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """A new secret, shown this once; the one before signs beside it for a day."""
        endpoint = endpoint_of(caller(request), endpoint_id)
        if endpoint is None:
            return not_found(WHAT)
        secret, until = rotate_secret(endpoint_id=endpoint.pk, at=timezone.now())
        return Response({"secret": secret, "old_signs_until": until}, status=201)
