"""Write the messages that tell endpoints of changed answers. Sending them is another matter."""

import json
import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.db import DatabaseError, transaction

from accounts.calc.feed_place import CursorUnknown, Place
from accounts.queries.change_feed import NotedChange, horizon, read_changes
from billing.models import WebhookDelivery, WebhookEndpoint
from billing.queries.webhook_work import endpoints_on

logger = logging.getLogger(__name__)

CHUNK = 1000
IN_A_MESSAGE = 100
FAR_BEHIND = 1000  # transactions; a place that nothing was told from moves only now and then
CHANGED = "entitlements.changed"


def announce_changes(*, at: datetime) -> int:
    """
    How many messages were written. An endpoint that fails stays behind and is tried next time.

    A message tells of one customer's changes. Messages and the endpoint's place are written together.
    """
    count = 0
    for endpoint_id in endpoints_on().values_list("pk", flat=True):
        try:
            while (written := announce_to(endpoint_id, at=at)) is not None:
                count += written
        except DatabaseError:  # the other endpoints hear of it all the same
            logger.exception("webhook endpoint %s was told nothing", endpoint_id)
    return count


@transaction.atomic
def announce_to(endpoint_id: UUID, *, at: datetime) -> int | None:
    """One chunk; None when the endpoint has heard all, or others are telling it."""
    rows = endpoints_on().select_for_update(skip_locked=True, of=("self",), no_key=True)
    endpoint = rows.filter(pk=endpoint_id).first()
    if endpoint is None:
        return None
    place = Place(endpoint.heard_xid, endpoint.heard_id)
    try:
        page = read_changes(after=place, limit=CHUNK, kinds=endpoint.kinds)
    except CursorUnknown:
        logger.warning("webhook endpoint %s goes on from now: the database was replaced", endpoint)
        move(endpoint, horizon())
        return None
    messages = [message(endpoint, part, at) for part in parted(page.changes)]
    WebhookDelivery.objects.bulk_create(messages)
    if messages or page.next.xid - place.xid > FAR_BEHIND:
        move(endpoint, page.next)
    return len(messages) if page.has_more or messages else None


def move(endpoint: WebhookEndpoint, place: Place) -> None:
    endpoint.heard_xid, endpoint.heard_id = place.xid, place.id
    endpoint.save(update_fields=["heard_xid", "heard_id"])


def parted(changes: Sequence[NotedChange]) -> Iterator[Sequence[NotedChange]]:
    """By customer, in parts a receiver can take in one go."""
    by_customer = defaultdict(list)
    for change in changes:
        by_customer[change.customer_id].append(change)
    for of_one in by_customer.values():
        for first in range(0, len(of_one), IN_A_MESSAGE):
            yield of_one[first : first + IN_A_MESSAGE]


def message(
    endpoint: WebhookEndpoint, changes: Sequence[NotedChange], at: datetime
) -> WebhookDelivery:
    data = {"customer": changes[0].customer, "changes": [told(one) for one in changes]}
    return WebhookDelivery(
        endpoint=endpoint,
        customer_id=changes[0].customer_id,
        first_change_id=changes[0].place.id,
        change_count=len(changes),
        body=body_text(CHANGED, data, at),
        created_at=at,
        due_at=at,
        trying_since=at,
    )


def body_text(kind: str, data: object, at: datetime) -> str:
    """A message after the Standard Webhooks form: type, timestamp and data."""
    content = {"type": kind, "timestamp": at.isoformat(), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def told(change: NotedChange) -> dict[str, object]:
    """As the feed tells it, without the customer that the message names once."""
    return {
        "id": change.place.id,
        "kind": change.kind,
        "grantee": change.grantee,
        "subscription": change.subscription,
        "effective_at": change.effective_at.isoformat(),
        "recorded_at": change.recorded_at.isoformat(),
    }
