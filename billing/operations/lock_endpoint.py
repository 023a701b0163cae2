"""Lock a webhook endpoint for what is about to change it."""

from uuid import UUID

from billing.models import WebhookEndpoint
from kernel.refusal import Refusal


class EndpointMissing(Refusal):
    code = "webhook_endpoint_missing"


class EndpointOff(Refusal):
    code = "webhook_endpoint_off"


def lock_endpoint(endpoint_id: UUID) -> WebhookEndpoint:
    """:raises EndpointMissing: if there is none, or it was removed"""
    rows = WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True)
    endpoint = rows.filter(pk=endpoint_id, removed_at=None).first()
    if endpoint is None:
        raise EndpointMissing("There is no such endpoint any more.")
    return endpoint


def lock_endpoint_on(endpoint_id: UUID) -> WebhookEndpoint:
    """
    :raises EndpointMissing: if there is none, or it was removed
    :raises EndpointOff: if it hears nothing now
    """
    endpoint = lock_endpoint(endpoint_id)
    if not endpoint.is_on:
        raise EndpointOff("This endpoint is switched off. Switch it on first.")
    return endpoint
