"""A product that heard of changes by webhook, until its receiver was gone."""

from datetime import datetime, timedelta

from accounts.enums import ChangeKind
from accounts.models import ApiClient
from billing.gateways.webhook_sender import Answer
from billing.operations.record_answers import record_answers
from billing.operations.register_endpoint import register_endpoint
from billing.operations.replay_webhooks import send_test
from billing.operations.switch_endpoint import switch_off
from billing.queries.webhook_work import claim_due

URL = "https://hooks.lumenreach.example/entitlements"
TAKEN = Answer(200, 84, '{"ok": true}')
BUSY = Answer(503, 1204, "upstream busy", "The receiver answered 503.")


def hear_by_webhook(*, at: datetime) -> None:
    """Three tests with their answers; the endpoint is off, so that nothing leaves a demo."""
    client = ApiClient.objects.earliest("created_at")
    endpoint, _secret = register_endpoint(
        client_id=client.pk,
        url=URL,
        kinds=[ChangeKind.SEAT_CHANGED, ChangeKind.ACCESS_ADVISED],
        description="The board asks again who may edit",
        at=at,
    )
    for number, answer in enumerate([TAKEN, TAKEN, BUSY]):
        moment = at + timedelta(minutes=number)
        sent = send_test(endpoint_id=endpoint.pk, at=moment)
        claim_due(at=moment, limit=1)
        record_answers(answers={sent.pk: (1, answer)}, at=moment)
    switch_off(
        endpoint_id=endpoint.pk,
        because="The receiver moves to another host.",
        at=at + timedelta(hours=1),
        tell_staff=False,
    )
