"""Store a webhook as it came. What it means is applied later, by the settle stage."""

from datetime import datetime

from billing.calc.webhooks import read_event
from billing.models import GatewayEvent


def receive_webhook(*, body: str, at: datetime) -> GatewayEvent:
    """
    Store an event under its id; the same event again is the row of the first.

    :raises WebhookUnreadable: if the body is no event
    """
    told = read_event(body)
    GatewayEvent.objects.bulk_create(
        [
            GatewayEvent(
                event_id=told.event_id, kind=told.kind, object_id=told.object_id[:255],
                created_at=told.created_at, received_at=at, body=body,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return GatewayEvent.objects.get(event_id=told.event_id)
