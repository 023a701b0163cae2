"""What waits to be told by webhooks, and what is being told."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from billing.enums import WebhookState
from billing.models import WebhookDelivery, WebhookEndpoint

LOST_AFTER = timedelta(minutes=5)
AT_ONCE = 8  # messages under way to one endpoint
AT_ONCE_FAILING = 2  # to one whose last attempt failed, so that it cannot hold up the others

CLAIM = """
WITH picked AS MATERIALIZED (
    SELECT waiting.id
      FROM billing_webhookendpoint AS endpoint
      JOIN accounts_apiclient AS client ON client.id = endpoint.client_id
     CROSS JOIN LATERAL (
        SELECT id, due_at FROM billing_webhookdelivery
         WHERE endpoint_id = endpoint.id AND state = 'waiting' AND due_at <= %(at)s
         ORDER BY due_at, id
         LIMIT greatest(0,
            CASE WHEN endpoint.failing_since IS NULL THEN %(at_once)s ELSE %(failing)s END
            - (SELECT count(*) FROM billing_webhookdelivery
                WHERE endpoint_id = endpoint.id AND state = 'sending'))
           FOR UPDATE SKIP LOCKED
     ) AS waiting
     WHERE endpoint.switched_off_at IS NULL AND endpoint.removed_at IS NULL
       AND client.revoked_at IS NULL
     ORDER BY waiting.due_at
     LIMIT %(limit)s
)
UPDATE billing_webhookdelivery AS delivery
   SET state = 'sending', claimed_at = %(at)s, try_count = try_count + 1
  FROM picked WHERE delivery.id = picked.id
RETURNING delivery.id
"""


def endpoints_on() -> QuerySet[WebhookEndpoint]:
    """Those that hear: neither switched off nor removed, of a client whose key is good."""
    return WebhookEndpoint.objects.filter(
        switched_off_at=None, removed_at=None, client__revoked_at=None
    )


def claim_due(*, at: datetime, limit: int) -> list[UUID]:
    """Messages that are ours to send from now on: few of each endpoint, none that others hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM, {"at": at, "limit": limit, "at_once": AT_ONCE, "failing": AT_ONCE_FAILING}
        )
        return [row[0] for row in cursor.fetchall()]


def lost(*, at: datetime) -> QuerySet[WebhookDelivery]:
    """Claimed so long ago that whoever sent them is gone."""
    return WebhookDelivery.objects.filter(
        state=WebhookState.SENDING, claimed_at__lt=at - LOST_AFTER
    )
