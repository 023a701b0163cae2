"""Send messages again, or a test. A message keeps its webhook-id, so that receivers know it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from billing.enums import WebhookState
from billing.models import WebhookDelivery
from billing.operations.announce_changes import body_text
from billing.operations.lock_endpoint import lock_endpoint_on

TEST = "webhook.test"
SENDABLE = (WebhookState.WAITING, WebhookState.DELIVERED, WebhookState.PARKED)


@transaction.atomic
def replay_webhooks(
    *,
    endpoint_id: UUID,
    at: datetime,
    keys: Sequence[UUID] | None = None,
    since: datetime | None = None,
    only_undelivered: bool = False,
) -> int:
    """
    How many wait to be sent now: those named by `keys`, or all written since an instant.

    :raises EndpointMissing: if there is no such endpoint
    :raises EndpointOff: if it is switched off
    """
    endpoint = lock_endpoint_on(endpoint_id)
    rows = endpoint.deliveries.filter(state__in=SENDABLE)
    if keys is not None:
        rows = rows.filter(pk__in=keys)
    if since is not None:
        rows = rows.filter(created_at__gte=since)
    if only_undelivered:
        rows = rows.exclude(state=WebhookState.DELIVERED)
    return rows.update(state=WebhookState.WAITING, due_at=at, trying_since=at)


@transaction.atomic
def send_test(*, endpoint_id: UUID, at: datetime) -> WebhookDelivery:
    """
    A message that tells of nothing, to see whether it arrives.

    :raises EndpointMissing: if there is no such endpoint
    :raises EndpointOff: if it is switched off
    """
    endpoint = lock_endpoint_on(endpoint_id)
    body = body_text(TEST, {"endpoint": str(endpoint.pk)}, at)
    return WebhookDelivery.objects.create(
        endpoint=endpoint, body=body, created_at=at, due_at=at, trying_since=at
    )
