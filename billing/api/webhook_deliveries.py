"""What was sent to a webhook endpoint: the log, a test, and sending again."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView, caller
from billing.api.errors import field_errors, invalid, not_found, problem, refused
from billing.api.webhook_endpoints import WHAT, endpoint_of
from billing.api.webhook_schemas import (
    DeliveriesQuestionSchema,
    DeliveriesSchema,
    DeliverySchema,
    ReplayedSchema,
    ReplaySchema,
)
from billing.models import WebhookDelivery, WebhookEndpoint
from billing.operations.lock_endpoint import EndpointOff
from billing.operations.replay_webhooks import replay_webhooks, send_test
from kernel.refusal import Refusal


class WebhookDeliveries(ApiView):
    scopes = {"GET": ApiScope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="webhook_delivery_list",
        tags=["Webhooks"],
        parameters=[DeliveriesQuestionSchema],
        responses=DeliveriesSchema,
    )
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        """Messages to the endpoint with every attempt, the latest first."""
        asked = DeliveriesQuestionSchema(data=request.query_params)
        if not asked.is_valid():
            return invalid(field_errors(asked.errors))
        endpoint = endpoint_of(caller(request), endpoint_id)
        if endpoint is None:
            return not_found(WHAT)
        return Response(page(endpoint, **asked.validated_data))


class WebhookTests(ApiView):
    scopes = {"POST": ApiScope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="webhook_test",
        tags=["Webhooks"],
        request=None,
        responses={202: DeliverySchema, **problem(409, EndpointOff)},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send a message of type `webhook.test` that tells of nothing."""
        endpoint = endpoint_of(caller(request), endpoint_id)
        if endpoint is None:
            return not_found(WHAT)
        try:
            delivery = send_test(endpoint_id=endpoint.pk, at=timezone.now())
        except Refusal as refusal:
            return refused(refusal)
        return Response(DeliverySchema(delivery).data, status=202)


class WebhookReplays(ApiView):
    scopes = {"POST": ApiScope.WEBHOOKS_WRITE}

    @extend_schema(
        operation_id="webhook_replay",
        tags=["Webhooks"],
        request=ReplaySchema,
        responses={202: ReplayedSchema, **problem(409, EndpointOff)},
    )
    def post(self, request: Request, endpoint_id: UUID) -> Response:
        """Send messages again under their old ids: some of them, or all since an instant."""
        body = ReplaySchema(data=request.data)
        if not body.is_valid():
            return invalid(field_errors(body.errors))
        endpoint = endpoint_of(caller(request), endpoint_id)
        if endpoint is None:
            return not_found(WHAT)
        try:
            waiting = replay_webhooks(
                endpoint_id=endpoint.pk,
                keys=body.validated_data.get("deliveries"),
                since=body.validated_data.get("since"),
                only_undelivered=body.validated_data["only_undelivered"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            return refused(refusal)
        return Response({"waiting": waiting}, status=202)


def page(
    endpoint: WebhookEndpoint, *, limit: int, state: str | None = None, cursor: UUID | None = None
) -> dict[str, Any]:
    """Ids grow with time: a page goes on below the last id of the one before."""
    rows = WebhookDelivery.objects.filter(endpoint=endpoint).order_by("-id")
    rows = rows.select_related("customer").prefetch_related("attempts")
    if state:
        rows = rows.filter(state=state)
    if cursor:
        rows = rows.filter(pk__lt=cursor)
    found = list(rows[: limit + 1])
    shown = found[:limit]
    following = str(shown[-1].pk) if len(found) > limit else None
    return {"deliveries": DeliverySchema(shown, many=True).data, "next_cursor": following}
