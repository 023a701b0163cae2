"""Write down how webhooks were answered: delivered, to be sent again, or given up."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from billing.calc.webhook_retries import next_try
from billing.enums import WebhookState
from billing.gateways.webhook_sender import Answer
from billing.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from billing.operations.switch_endpoint import switch_off
from billing.queries.webhook_work import lost

GONE = 410
SWITCH_OFF_AFTER = timedelta(hours=70)  # of failures alone, once a message is given up
LOST = Answer(None, 0, problem="The process that sent it stopped before it knew the answer.")
Tried = Mapping[UUID, tuple[int, Answer]]


@transaction.atomic
def record_answers(*, answers: Tried, at: datetime) -> int:
    """
    How many were taken. `answers` by message: which try it was, and what came of it.

    An answer that comes after its message was given up as lost is not written: the next try tells.
    """
    if not answers:
        return 0
    held = WebhookDelivery.objects.select_for_update(of=("self",), no_key=True)
    rows = held.filter(pk__in=answers, state=WebhookState.SENDING).select_related("endpoint")
    ours = [one for one in rows.order_by("pk") if one.try_count == answers[one.pk][0]]
    WebhookAttempt.objects.bulk_create([attempt_of(one, answers[one.pk][1]) for one in ours])
    for one in ours:
        move(one, answers[one.pk][1], at)
    WebhookDelivery.objects.bulk_update(ours, ["state", "due_at", "delivered_at"])
    note_health([(one, answers[one.pk][1]) for one in ours], at)
    return sum(one.state == WebhookState.DELIVERED for one in ours)


def give_up_lost(*, at: datetime) -> int:
    """Messages whose sender died are tried again, in sight in the log."""
    rows = dict(lost(at=at).values_list("pk", "try_count")[:1000])
    record_answers(answers={key: (count, LOST) for key, count in rows.items()}, at=at)
    return len(rows)


def attempt_of(delivery: WebhookDelivery, answer: Answer) -> WebhookAttempt:
    assert delivery.claimed_at is not None
    return WebhookAttempt(
        delivery=delivery,
        number=delivery.try_count,
        at=delivery.claimed_at,
        status=answer.status,
        milliseconds=None if answer is LOST else answer.milliseconds,
        answer_start=answer.start,
        problem=answer.problem,
    )


def move(delivery: WebhookDelivery, answer: Answer, at: datetime) -> None:
    if not answer.problem:
        delivery.state, delivery.delivered_at = WebhookState.DELIVERED, at
        return
    again = next_try(
        since=delivery.trying_since, at=at, spread=delivery.pk.int, wished=answer.wished
    )
    if answer is LOST:
        again = at
    if delivery.endpoint.removed_at:
        delivery.state = WebhookState.CANCELED
    elif again is None or answer.status == GONE:
        delivery.state = WebhookState.PARKED
    else:
        delivery.state, delivery.due_at = WebhookState.WAITING, again


def note_health(tried: Iterable[tuple[WebhookDelivery, Answer]], at: datetime) -> None:
    """What the attempts say of their endpoints; one that failed for three days is switched off."""
    told = [(one, answer) for one, answer in tried if answer is not LOST]
    well = {one.endpoint_id for one, answer in told if not answer.problem}
    ill = {one.endpoint_id for one, _answer in told} - well
    endpoints = WebhookEndpoint.objects
    endpoints.filter(pk__in=well).update(failing_since=None, delivered_at=at)
    endpoints.filter(pk__in=ill, failing_since=None).update(failing_since=at)
    gone = {one.endpoint_id for one, answer in told if answer.status == GONE}
    for key in gone:
        switch_off(endpoint_id=key, because="The receiver answered 410: it is gone.", at=at)
    parked = {one.endpoint_id for one, _answer in told if one.state == WebhookState.PARKED}
    rows = endpoints.filter(pk__in=parked - gone, failing_since__lte=at - SWITCH_OFF_AFTER)
    for key in rows.values_list("pk", flat=True):
        switch_off(endpoint_id=key, because="Nothing came through for three days.", at=at)
