"""Write and send messages, each claimed before and answered after. Called outside transactions."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from accounts.gateways.sealed import unseal
from billing.calc.webhook_signing import signed_headers
from billing.calc.webhook_url import WebhookUrlRefused, read_url
from billing.gateways.webhook_sender import Answer, WebhookSender
from billing.models import WebhookDelivery, WebhookSecret
from billing.operations.announce_changes import announce_changes
from billing.operations.record_answers import give_up_lost, record_answers
from billing.operations.register_endpoint import SEALED_FOR
from billing.queries.webhook_work import claim_due

HANDS = 32
ANNOUNCE_EACH = 1.0  # seconds while messages are under way
LOOK_AGAIN = 0.1  # seconds between looks at what has been answered
Now = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message with all that a hand needs to send it without asking the database."""

    delivery_id: UUID
    try_count: int
    message_id: str
    url: str
    body: str
    secrets: Sequence[str]


def send_webhooks(*, sender: WebhookSender, now: Now, seconds: float = 300.0) -> int:
    """
    How many were taken by their receivers. New ones are written and claimed for so many `seconds`.

    Messages go out side by side, few to one endpoint: one that hangs keeps hands of its own alone.
    A message whose sender died is sent again with the same webhook-id.
    """
    give_up_lost(at=now())
    began, next_look, taken = time.monotonic(), 0.0, 0
    under_way: dict[Future[Answer], Outgoing] = {}
    with ThreadPoolExecutor(HANDS) as hands:
        while True:
            passed = time.monotonic() - began
            if next_look <= passed < seconds:
                announce_changes(at=now())
                next_look = passed + ANNOUNCE_EACH
            for one in claim(now(), HANDS - len(under_way) if passed < seconds else 0):
                under_way[hands.submit(send_one, one, sender, now)] = one
            if not under_way:
                return taken
            done = wait(under_way, timeout=LOOK_AGAIN).done
            taken += record_answers(answers=answered(under_way, done), at=now())


def answered(
    under_way: dict[Future[Answer], Outgoing], done: set[Future[Answer]]
) -> dict[UUID, tuple[int, Answer]]:
    """What has come back, by message; it is under way no more."""
    found = [(under_way.pop(future), future.result()) for future in done]
    return {one.delivery_id: (one.try_count, answer) for one, answer in found}


def claim(at: datetime, limit: int) -> list[Outgoing]:
    keys = claim_due(at=at, limit=limit) if limit else []
    if not keys:
        return []
    deliveries = WebhookDelivery.objects.filter(pk__in=keys).select_related("endpoint")
    secrets = valid_secrets({one.endpoint_id for one in deliveries}, at)
    return [
        Outgoing(
            one.pk, one.try_count, one.message_id, one.endpoint.url, one.body,
            secrets.get(one.endpoint_id, ()),
        )
        for one in deliveries
    ]  # fmt: skip


def valid_secrets(endpoints: set[UUID], at: datetime) -> Mapping[UUID, Sequence[str]]:
    rows = WebhookSecret.objects.filter(endpoint__in=endpoints)
    found: dict[UUID, list[str]] = {}
    for row in rows.filter(Q(valid_until=None) | Q(valid_until__gt=at)):
        found.setdefault(row.endpoint_id, []).append(unseal(row.sealed, purpose=SEALED_FOR))
    return found


def send_one(message: Outgoing, sender: WebhookSender, now: Now) -> Answer:
    """In a hand of its own: no database. An address that is refused by now is a problem like another."""
    try:
        target = read_url(message.url, allow_private=sender.allow_private)
    except WebhookUrlRefused as refusal:
        return Answer(None, 0, problem=str(refusal))
    headers = signed_headers(
        message_id=message.message_id, body=message.body, sent_at=now(), secrets=message.secrets
    )
    return sender.send(target=target, body=message.body, headers=headers)
