"""Messages are signed, sent at least once under one id, retried for three days, and then left to people."""

import base64
import hashlib
import hmac
import threading
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core import mail
from django.db import IntegrityError, connection, transaction

from billing.calc.webhook_retries import TRIES_AFTER, next_try
from billing.enums import WebhookState
from billing.gateways.webhook_sender import Answer, WebhookSender
from billing.models import WebhookAttempt, WebhookDelivery
from billing.operations.announce_changes import announce_changes
from billing.operations.lock_endpoint import EndpointMissing, EndpointOff
from billing.operations.record_answers import record_answers
from billing.operations.register_endpoint import EndpointExists, TooManyEndpoints, rotate_secret
from billing.operations.replay_webhooks import replay_webhooks
from billing.operations.switch_endpoint import remove_endpoint, switch_off, switch_on
from billing.queries.webhook_work import AT_ONCE, AT_ONCE_FAILING, claim_due
from tests.billing.webhooks.conftest import NOW
from tests.billing.webhooks.receiver import receiving, reply

NOWHERE = "http://127.0.0.1:9/"


def verified(secret: str, headers: dict[str, str], body: str) -> bool:
    """As an integrator does it, by the Standard Webhooks specification."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body}".encode()
    expected = base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    given = [one.split(",", 1) for one in headers["webhook-signature"].split()]
    return any(hmac.compare_digest(text, expected) for version, text in given if version == "v1")


def state_of(delivery: WebhookDelivery) -> str:
    delivery.refresh_from_db()
    return delivery.state


def test_a_message_arrives_signed_and_the_log_says_so(hooks):
    with receiving(lambda request: reply(request, 200, b"thanks")) as receiver:
        endpoint, secret = hooks.register(receiver.url)
        delivery = hooks.test_message(endpoint)

        taken = hooks.send()

    _path, headers, body = receiver.got[0]
    attempt = delivery.attempts.get()
    assert (taken, state_of(delivery)) == (1, WebhookState.DELIVERED)
    assert headers["webhook-id"] == delivery.message_id
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert verified(secret, headers, body)
    assert not verified(secret, headers, body + " ")
    assert (attempt.number, attempt.status, attempt.answer_start) == (1, 200, "thanks")


def test_while_a_secret_follows_another_both_sign(hooks):
    with receiving() as receiver:
        endpoint, old = hooks.register(receiver.url)
        new, until = rotate_secret(endpoint_id=endpoint.pk, at=NOW)
        hooks.test_message(endpoint)
        hooks.send()
        hooks.test_message(endpoint, at=until)
        hooks.send(at=until)

    (_p, first, body), (_q, later, later_body) = receiver.got
    assert verified(old, first, body)
    assert verified(new, first, body)
    assert not verified(old, later, later_body)
    assert verified(new, later, later_body)
    assert endpoint.secrets.filter(sealed__contains=new[6:]).count() == 0


def test_what_failed_is_sent_again_with_the_same_id(hooks):
    answers = [503, 200]
    with receiving(lambda request: reply(request, answers.pop(0))) as receiver:
        endpoint, _secret = hooks.register(receiver.url)
        delivery = hooks.test_message(endpoint)

        first = hooks.send()
        too_soon = hooks.send(at=NOW + timedelta(seconds=4))
        second = hooks.send(at=NOW + timedelta(seconds=6))

    assert (first, too_soon, second) == (0, 0, 1)
    assert receiver.ids == [delivery.message_id] * 2
    problems = [one.problem for one in delivery.attempts.order_by("number")]
    assert problems == ["The receiver answered 503.", ""]


def test_a_message_whose_sender_died_is_sent_again_with_the_same_id(hooks):
    with receiving() as receiver:
        endpoint, _secret = hooks.register(receiver.url)
        delivery = hooks.test_message(endpoint)
        claim_due(at=NOW, limit=10)  # here the sender dies

        while_held = hooks.send(at=NOW + timedelta(minutes=4))
        afterwards = hooks.send(at=NOW + timedelta(minutes=6))

    assert (while_held, afterwards, receiver.ids) == (0, 1, [delivery.message_id])
    assert [one.problem for one in delivery.attempts.order_by("number")] == [
        "The process that sent it stopped before it knew the answer.",
        "",
    ]


def test_a_receiver_that_hangs_does_not_stop_the_others(hooks):
    enough, waited = threading.Event(), []

    def hang(request):
        waited.append(enough.wait(5))  # answers when the others have heard all, or not in time
        reply(request, 204)

    def count(request):
        reply(request, 204)
        if len(quick.got) >= 2 * AT_ONCE:
            enough.set()

    hooks.sender = WebhookSender(allow_private=True, timeout_seconds=5)
    with receiving(hang) as hanging, receiving(count) as quick:
        slow, _secret = hooks.register(hanging.url)
        fast, _secret = hooks.register(quick.url)
        for _ in range(AT_ONCE + 2):
            hooks.test_message(slow, at=NOW - timedelta(minutes=1))
        for _ in range(2 * AT_ONCE):
            hooks.test_message(fast)
        hooks.send()

    assert waited == [True] * (AT_ONCE + 2)


def test_one_that_fails_has_few_messages_under_way(hooks):
    endpoint, _secret = hooks.register(NOWHERE)
    for _ in range(AT_ONCE + 2):
        hooks.test_message(endpoint)
    endpoint.failing_since = NOW
    endpoint.save()

    assert len(claim_due(at=NOW, limit=100)) == AT_ONCE_FAILING
    assert claim_due(at=NOW, limit=100) == []


def test_messages_are_claimed_and_recorded_many_at_a_time(hooks, django_assert_max_num_queries):
    hooks.sender = WebhookSender(allow_private=True, timeout_seconds=20)
    with receiving() as receiver:
        endpoint, _secret = hooks.register(receiver.url)
        for _ in range(4 * AT_ONCE):
            hooks.test_message(endpoint)
        with django_assert_max_num_queries(3 * 4 * AT_ONCE):
            taken = hooks.send()

    assert taken == 4 * AT_ONCE


def test_after_three_days_of_failures_it_is_given_up_and_the_endpoint_switched_off(
    hooks, django_capture_on_commit_callbacks
):
    reader = User.objects.create_user("root", email="root@example.com")
    reader.groups.add(Group.objects.get_or_create(name="administrator")[0])
    endpoint, _secret = hooks.register(NOWHERE)
    delivery = hooks.test_message(endpoint)

    moments = [NOW]
    with django_capture_on_commit_callbacks(execute=True):
        while state_of(delivery) == WebhookState.WAITING:
            moments.append(delivery.due_at)
            hooks.send(at=delivery.due_at)

    endpoint.refresh_from_db()
    assert state_of(delivery) == WebhookState.PARKED
    assert moments[-1] - NOW >= timedelta(days=3)
    assert delivery.attempts.count() == len(TRIES_AFTER) + 1
    assert endpoint.switched_off_because == "Nothing came through for three days."
    assert [one.to for one in mail.outbox] == [["root@example.com"]]
    assert str(endpoint.pk) in mail.outbox[0].body


def test_a_receiver_that_is_gone_is_switched_off_at_once(hooks):
    with receiving(lambda request: reply(request, 410)) as receiver:
        endpoint, _secret = hooks.register(receiver.url)
        delivery = hooks.test_message(endpoint)
        hooks.send()

    endpoint.refresh_from_db()
    assert (state_of(delivery), endpoint.is_on) == (WebhookState.PARKED, False)
    with pytest.raises(EndpointOff):
        hooks.test_message(endpoint)


def test_switched_off_its_messages_wait_and_go_out_when_it_is_on_again(hooks):
    with receiving() as receiver:
        endpoint, _secret = hooks.register(receiver.url)
        delivery = hooks.test_message(endpoint)
        switch_off(endpoint_id=endpoint.pk, because="Maintenance.", at=NOW, tell_staff=False)
        while_off = hooks.send()
        switch_on(endpoint_id=endpoint.pk, skip_missed=False, at=NOW)
        while_on = hooks.send()

    assert (while_off, while_on, state_of(delivery)) == (0, 1, WebhookState.DELIVERED)


def test_what_was_missed_may_be_skipped(hooks):
    endpoint, _secret = hooks.register(NOWHERE)
    delivery = hooks.test_message(endpoint)
    switch_off(endpoint_id=endpoint.pk, because="Maintenance.", at=NOW, tell_staff=False)

    switch_on(endpoint_id=endpoint.pk, skip_missed=True, at=NOW)

    assert (hooks.send(), state_of(delivery)) == (0, WebhookState.PARKED)


def test_messages_are_replayed_one_by_one_or_since_an_instant(hooks):
    with receiving() as receiver:
        endpoint, _secret = hooks.register(receiver.url)
        old = hooks.test_message(endpoint, at=NOW - timedelta(hours=2))
        new = hooks.test_message(endpoint)
        hooks.send()

        counts = [
            replay_webhooks(endpoint_id=endpoint.pk, keys=[old.pk], at=NOW),
            hooks.send(),
            replay_webhooks(endpoint_id=endpoint.pk, since=NOW - timedelta(hours=1), at=NOW),
            hooks.send(),
            replay_webhooks(endpoint_id=endpoint.pk, only_undelivered=True, at=NOW),
        ]

    assert counts == [1, 1, 1, 1, 0]
    assert receiver.ids[2:] == [old.message_id, new.message_id]
    assert old.attempts.count() == 2


def test_a_removed_endpoint_hears_nothing_and_its_address_is_free(hooks):
    endpoint, _secret = hooks.register(NOWHERE)
    delivery = hooks.test_message(endpoint)
    with pytest.raises(EndpointExists):
        hooks.register(NOWHERE)

    remove_endpoint(endpoint_id=endpoint.pk, at=NOW)

    assert (hooks.send(), state_of(delivery)) == (0, WebhookState.CANCELED)
    with pytest.raises(EndpointMissing):
        remove_endpoint(endpoint_id=endpoint.pk, at=NOW)
    hooks.register(NOWHERE)


def test_what_was_under_way_to_a_removed_endpoint_is_called_off_when_it_fails(hooks):
    endpoint, _secret = hooks.register(NOWHERE)
    delivery = hooks.test_message(endpoint)
    (key,) = claim_due(at=NOW, limit=1)
    remove_endpoint(endpoint_id=endpoint.pk, at=NOW)

    record_answers(answers={key: (1, Answer(500, 1, problem="Broken."))}, at=NOW)

    assert state_of(delivery) == WebhookState.CANCELED


def test_an_answer_that_comes_after_its_try_was_given_up_changes_nothing(hooks):
    delivery = hooks.test_message(hooks.register(NOWHERE)[0])
    (key,) = claim_due(at=NOW, limit=1)
    hooks.send(at=NOW + timedelta(minutes=6))

    late = record_answers(answers={key: (1, Answer(200, 1))}, at=NOW)

    assert (late, state_of(delivery)) == (0, WebhookState.WAITING)
    assert delivery.attempts.count() == 2


def test_after_a_restore_from_a_dump_an_endpoint_goes_on_from_the_present(hooks):
    endpoint, _secret = hooks.register(NOWHERE)
    present = endpoint.heard_xid
    endpoint.heard_xid += 10**6  # transactions of the old database, which had counted further
    endpoint.save()

    announce_changes(at=NOW)

    endpoint.refresh_from_db()
    assert present <= endpoint.heard_xid <= present + 1000


def test_a_client_has_at_most_twenty_endpoints(hooks):
    for number in range(20):
        hooks.register(f"{NOWHERE}{number}")

    with pytest.raises(TooManyEndpoints):
        hooks.register(NOWHERE)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"state": "moon"}, "webhook_delivery_state_is_known"),
        ({"state": "sending"}, "webhook_delivery_being_sent_is_claimed"),
        ({"state": "delivered"}, "webhook_delivery_delivered_says_when"),
        ({"body": "{}"}, "webhook_message_stays"),
    ],
)
def test_a_message_says_what_is_true_of_it(hooks, change, name):
    delivery = hooks.test_message(hooks.register(NOWHERE)[0])

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        WebhookDelivery.objects.filter(pk=delivery.pk).update(**change)
    assert error.value.__cause__.diag.constraint_name == name


def test_an_endpoint_switched_off_says_why_and_has_one_lasting_secret(hooks):
    endpoint, _secret = hooks.register(NOWHERE)
    rows = type(endpoint).objects.filter(pk=endpoint.pk)

    with pytest.raises(IntegrityError, match="switched_off_says_why"), transaction.atomic():
        rows.update(switched_off_at=NOW)
    with pytest.raises(IntegrityError, match="one_lasts_per_endpoint"), transaction.atomic():
        endpoint.secrets.create(sealed="x", created_at=NOW)
    with pytest.raises(IntegrityError, match="once_per_client_and_url"), transaction.atomic():
        rows.model.objects.create(client=endpoint.client, url=endpoint.url, created_at=NOW)


def test_the_log_of_attempts_stays_as_written(hooks):
    delivery = hooks.test_message(hooks.register(NOWHERE)[0])
    hooks.send()
    attempts = WebhookAttempt.objects.filter(delivery=delivery)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        attempts.update(problem="none")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        WebhookDelivery.objects.filter(pk=hooks.test_message(delivery.endpoint).pk).delete()
    with pytest.raises(IntegrityError, match="number_once"), transaction.atomic():
        attempts.create(delivery=delivery, number=1, at=NOW, problem="x")
    with pytest.raises(IntegrityError, match="taken_or_problem"), transaction.atomic():
        attempts.create(delivery=delivery, number=2, at=NOW, status=500)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            cursor.execute("TRUNCATE billing_webhookattempt")


def test_pauses_grow_for_three_days_and_then_end():
    tries, at = [], NOW
    while (at := next_try(since=NOW, at=at)) is not None:
        tries.append(at - NOW)

    assert tries == list(TRIES_AFTER)
    assert next_try(since=NOW, at=NOW, spread=99) - NOW < timedelta(seconds=5.6)
    assert next_try(since=NOW, at=NOW, wished=timedelta(days=9)) - NOW == timedelta(hours=12)
