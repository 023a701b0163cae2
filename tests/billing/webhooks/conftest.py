"""A registered endpoint with its secret, and ways to let time pass."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest

from billing.gateways.webhook_sender import WebhookSender
from billing.models import WebhookDelivery, WebhookEndpoint
from billing.operations.register_endpoint import register_endpoint
from billing.operations.replay_webhooks import send_test
from billing.operations.send_webhooks import send_webhooks
from tests.seatworld import SeatWorld, day

NOW = day(3, 1, 12)


@dataclass
class Hooks:
    """An endpoint of the product's client at `url`, and what is done with it."""

    world: SeatWorld
    sender: WebhookSender = field(default_factory=lambda: WebhookSender(True, timeout_seconds=9))

    def register(self, url: str, **more: object) -> tuple[WebhookEndpoint, str]:
        return register_endpoint(
            client_id=self.world.client.pk, url=url, allow_private=True, at=NOW, **more
        )

    def test_message(self, endpoint: WebhookEndpoint, at: datetime = NOW) -> WebhookDelivery:
        return send_test(endpoint_id=endpoint.pk, at=at)

    def send(self, at: datetime = NOW) -> int:
        return send_webhooks(sender=self.sender, now=lambda: at)


@pytest.fixture
def hooks(world) -> Hooks:
    return Hooks(world)
