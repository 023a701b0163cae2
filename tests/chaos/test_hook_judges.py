"""The judges of what products hear can fail, and their receiver hears what it should."""

import http.client
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from accounts.models import EntitlementChange
from billing.calc.webhook_signing import secret_text, signed_headers
from billing.models import SeatHolding, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.operations.register_endpoint import register_endpoint
from tests.chaos.hook_judges import (
    JUDGES,
    answers_follow_the_ledger,
    feed_tells_each_change_once,
    hooks_that_wait,
    message_id,
)
from tests.chaos.listener import Heard, Listener, Mood
from tests.chaos.scene import Scene
from tests.chaos.test_judges import AT, break_it, scene_of

FAR_AHEAD = 2**62


@pytest.fixture
def scene(world) -> Scene:
    """One endpoint that wants all, told every change in one message, and a reader of the feed."""
    world.send("e1", AT, grantee="anna")
    changes = list(EntitlementChange.objects.values_list("pk", flat=True))
    url = "http://127.0.0.1:9/all"
    endpoint, _ = register_endpoint(client_id=world.client.pk, url=url, allow_private=True, at=AT)
    WebhookEndpoint.objects.update(heard_xid=FAR_AHEAD)
    message = WebhookDelivery.objects.create(
        endpoint=endpoint, customer=world.customer, first_change_id=changes[0], body="{}",
        change_count=len(changes), state="delivered", created_at=AT, due_at=AT, trying_since=AT,
        delivered_at=AT, try_count=1,
    )  # fmt: skip
    WebhookAttempt.objects.create(delivery=message, number=1, at=AT, status=204, milliseconds=1)
    heard = Heard(url, message.message_id, "{}", changes, is_signed=True, is_taken=True)
    return scene_of(world, heard=[heard], feeds={"a reader": changes})


def found_in(scene: Scene) -> str:
    return "; ".join(finding for judge in JUDGES for finding in judge(scene))


def test_what_was_heard_and_read_finds_every_judge_content(scene):
    assert found_in(scene) == ""
    assert hooks_that_wait() == []
    assert message_id(WebhookDelivery.objects.get().pk) == scene.heard[0].webhook_id


def test_what_a_receiver_did_not_hear_or_heard_wrongly_is_found(scene):
    (heard,) = scene.heard
    other = {**vars_of(heard), "webhook_id": "msg_other"}

    for wrong, words in [
        ([], "was never taken at"),
        ([replace(heard, is_taken=False)], "is delivered and was never taken"),
        ([replace(heard, changes=[*heard.changes, FAR_AHEAD])], "which does not want it"),
        ([heard, Heard(**other)], "under 2 webhook-ids"),
        ([heard, Heard(**other)], "msg_other was taken and nobody knows it"),
        ([replace(heard, is_signed=False)], "is not signed"),
        ([heard, replace(heard, body="[]")], "came with 2 bodies"),
    ]:
        assert words in found_in(replace(scene, heard=wrong))


def vars_of(heard: Heard) -> dict:
    return {name: getattr(heard, name) for name in Heard.__slots__}


def test_a_change_not_wanted_is_found(scene):
    WebhookEndpoint.objects.update(kinds=["access_advised"])

    assert "which does not want it" in found_in(scene)


def test_messages_that_wait_or_lack_a_try_and_changes_nobody_was_told_are_found(scene):
    break_it("DELETE FROM billing_webhookattempt")
    assert "was tried 1 times, its log knows 0" in found_in(scene)

    WebhookDelivery.objects.update(state="waiting")
    WebhookEndpoint.objects.update(heard_xid=0)
    assert "changes were not told" in "; ".join(hooks_that_wait())
    assert "1 webhooks to http://127.0.0.1:9/all are waiting" in hooks_that_wait()


def test_a_reader_of_the_feed_who_missed_a_change_or_met_it_twice_is_found(scene):
    changes = scene.feeds["a reader"]

    for met, words in [
        (changes[1:], "never met"),
        ([*changes, changes[-1]], "2 times"),
        ([*changes, FAR_AHEAD], "which is none"),
        (changes[::-1], "in another order"),
    ]:
        assert words in "; ".join(feed_tells_each_change_once(replace(scene, feeds={"r": met})))


def test_answers_that_are_not_those_of_the_ledger_are_found(scene):
    SeatHolding.objects.update(state="suspended")

    assert "only stored is" in "; ".join(answers_follow_the_ledger(scene))


def test_the_receiver_takes_refuses_and_knows_a_signature():
    listener = Listener()
    listener.secrets["all"] = secret_text(b"a" * 32)

    def send(secret: str) -> int:
        caller = http.client.HTTPConnection("127.0.0.1", listener.port, timeout=5)
        body = '{"data": {"changes": [{"id": 7}]}}'
        headers = signed_headers(
            message_id="msg_1", body=body, sent_at=datetime.now(UTC), secrets=[secret]
        )
        caller.request("POST", "/all", body, dict(headers))
        return caller.getresponse().status

    assert send(listener.secrets["all"]) == 204
    listener.moods = (Mood.FAILS,)
    assert send(secret_text(b"b" * 32)) == 500
    listener.moods = (Mood.CUTS,)
    with pytest.raises(http.client.RemoteDisconnected):
        send(listener.secrets["all"])

    assert [(one.changes, one.is_signed, one.is_taken) for one in listener.heard] == [
        ([7], True, True),
        ([7], False, False),
        ([7], True, False),
    ]
