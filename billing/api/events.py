"""POST entitlement events, one or up to a thousand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from accounts.models import ApiClient
from billing.api.authentication import ApiView, caller
from billing.api.clock import time_of
from billing.api.error_codes import EVENT
from billing.api.errors import BodyInvalid, FieldError, invalid
from billing.api.idempotency import HEADER, once
from billing.api.read_event import LARGEST, SENDABLE_CHOICES, read_event
from billing.enums import PriceMode
from billing.operations.receive_events import EventAnswer, receive_events
from billing.records.incoming import IncomingEvent

LARGEST_BATCH = 1_000
STATUS = {"accepted": 201, "duplicate": 200}
CONFLICTS = {"event_conflict": 409}
OPTIONAL: dict[str, Any] = {"required": False, "allow_null": True}
OPTIONAL_TEXT: dict[str, Any] = {**OPTIONAL, "allow_blank": True}
IDEMPOTENCY = OpenApiParameter(HEADER, str, OpenApiParameter.HEADER)


class TierSchema(serializers.Serializer[Any]):
    up_to = serializers.IntegerField(allow_null=True, help_text="Seats it reaches to; null: any")
    price_minor = serializers.IntegerField(help_text="Of one seat a cycle, in minor units")


class PriceSchema(serializers.Serializer[Any]):
    """Tiers of its own, or `{"list": true}` to go back to the list price."""

    mode = serializers.ChoiceField(PriceMode.choices, required=False)
    tiers = TierSchema(many=True, required=False)
    list = serializers.BooleanField(required=False, help_text="true: the list price again")


class EntitlementEventSchema(serializers.Serializer[Any]):
    """An entitlement event in the words of docs/api.md; read by billing/api/read_event.py."""

    source = serializers.CharField(max_length=50)  # type: ignore[assignment]
    source_event_id = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(SENDABLE_CHOICES)
    subscription = serializers.CharField(max_length=100)
    customer = serializers.CharField(max_length=100, **OPTIONAL_TEXT)
    seat_type = serializers.CharField(max_length=50, **OPTIONAL_TEXT)
    to_seat_type = serializers.CharField(max_length=50, **OPTIONAL_TEXT)
    quantity = serializers.IntegerField(default=1, min_value=0, max_value=LARGEST, allow_null=True)
    grantee = serializers.CharField(max_length=100, **OPTIONAL_TEXT)
    to_grantee = serializers.CharField(max_length=100, **OPTIONAL_TEXT)
    group = serializers.CharField(max_length=100, **OPTIONAL_TEXT)
    effective_at = serializers.DateTimeField(**OPTIONAL)
    actor = serializers.CharField(max_length=200, **OPTIONAL_TEXT)
    corrects = serializers.CharField(max_length=100, **OPTIONAL_TEXT)
    new_effective_at = serializers.DateTimeField(**OPTIONAL)
    new_quantity = serializers.IntegerField(min_value=0, max_value=LARGEST, **OPTIONAL)
    void = serializers.BooleanField(**OPTIONAL)
    price = PriceSchema(**OPTIONAL)
    plan = serializers.CharField(max_length=80, **OPTIONAL_TEXT)
    interval_unit = serializers.CharField(max_length=5, **OPTIONAL_TEXT)
    interval_count = serializers.IntegerField(min_value=1, max_value=LARGEST, **OPTIONAL)


class EventAnswerSchema(serializers.Serializer[Any]):
    """What became of an event; `code` and `message` when it was refused."""

    source_event_id = serializers.CharField()
    status = serializers.ChoiceField(["accepted", "duplicate", "refused"])
    event_id = serializers.UUIDField(required=False)
    code = serializers.ChoiceField(["invalid", *EVENT], required=False)
    message = serializers.CharField(required=False)


class EventBatchSchema(serializers.Serializer[Any]):
    events = serializers.ListField(
        child=EntitlementEventSchema(), allow_empty=False, max_length=LARGEST_BATCH
    )


class EventBatchAnswerSchema(serializers.Serializer[Any]):
    answers = EventAnswerSchema(many=True)


class EntitlementEvents(ApiView):
    scopes = {"POST": ApiScope.EVENTS_WRITE}

    @extend_schema(
        operation_id="entitlement_event_create",
        tags=["Events"],
        request=EntitlementEventSchema,
        responses={
            200: EventAnswerSchema,
            201: EventAnswerSchema,
            409: EventAnswerSchema,
            422: EventAnswerSchema,
        },
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Record one event: 201 accepted, 200 it was here before, 409 or 422 refused."""
        return received(request, ONE)


class EntitlementEventBatch(ApiView):
    scopes = {"POST": ApiScope.EVENTS_WRITE}

    @extend_schema(
        operation_id="entitlement_event_batch",
        tags=["Events"],
        request=EventBatchSchema,
        responses={200: EventBatchAnswerSchema},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Record up to 1,000 events in order; each is answered by itself."""
        return received(request, BATCH)


@dataclass(frozen=True, slots=True)
class Receiving:
    """How a body is read, and what is answered to what was read: the status and the body."""

    read: Callable[[Any], Any]
    receive: Callable[..., tuple[int, dict[str, Any]]]


def received(request: Request, way: Receiving) -> Response:
    now = time_of(request)

    def act() -> Response:
        try:
            said = way.read(request.data)
        except BodyInvalid as problem:
            return invalid(problem.errors)
        status, body = way.receive(said, client=caller(request), at=now)
        return Response(body, status=status)

    return once(request, at=now, act=act)


def receive_one(
    event: IncomingEvent, *, client: ApiClient, at: datetime
) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer: 201 accepted, 200 it was here before, 409 or 422 refused."""
    (answer,) = receive_events(events=[event], client=client, at=at)
    status = STATUS.get(answer.status) or CONFLICTS.get(answer.code, 422)
    return status, answer_body(answer)


def read_batch(body: Any) -> list[IncomingEvent | dict[str, Any]]:
    """
    The events in their order; in the place of one that cannot be read, its refusal.

    :raises BodyInvalid: if there are none or too many
    """
    bodies = body.get("events") if isinstance(body, dict) else None
    if not isinstance(bodies, list) or not 1 <= len(bodies) <= LARGEST_BATCH:
        message = f'Send {{"events": […]}} with 1 to {LARGEST_BATCH} events.'
        raise BodyInvalid([FieldError("events", "not_a_batch", message)])
    return [read_or_refuse(one) for one in bodies]


def read_or_refuse(body: Any) -> IncomingEvent | dict[str, Any]:
    try:
        return read_event(body)
    except BodyInvalid as problem:
        return unreadable(body, problem)


def receive_batch(
    batch: Sequence[IncomingEvent | dict[str, Any]], *, client: ApiClient, at: datetime
) -> tuple[int, dict[str, Any]]:
    """Status and body of the answer; what could be read is received together."""
    events = [one for one in batch if isinstance(one, IncomingEvent)]
    answered = iter(receive_events(events=events, client=client, at=at))
    answers = [
        answer_body(next(answered)) if isinstance(one, IncomingEvent) else one for one in batch
    ]
    return 200, {"answers": answers}


def unreadable(body: Any, problem: BodyInvalid) -> dict[str, Any]:
    source_event_id = body.get("source_event_id", "") if isinstance(body, dict) else ""
    message = "; ".join(f"{one.field}: {one.message}" for one in problem.errors)
    return {
        "source_event_id": str(source_event_id),
        "status": "refused",
        "code": "invalid",
        "message": message,
    }


def answer_body(answer: EventAnswer) -> dict[str, Any]:
    body: dict[str, Any] = {"source_event_id": answer.source_event_id, "status": answer.status}
    if answer.event_id:
        body["event_id"] = str(answer.event_id)
    if answer.code:
        body |= {"code": answer.code, "message": answer.message}
    return body


ONE = Receiving(read_event, receive_one)
BATCH = Receiving(read_batch, receive_batch)
