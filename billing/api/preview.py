"""POST preview: the invoice that changes nobody has made would lead to. Nothing is written."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView
from billing.api.clock import time_of
from billing.api.error_codes import EVENT
from billing.api.errors import BodyInvalid, FieldError, invalid, not_found, problem, refused
from billing.api.events import EntitlementEventSchema
from billing.api.read_event import read_event, read_instant
from billing.api.schemas import PreviewSchema
from billing.operations.preview_invoice import Preview, preview_invoice
from billing.queries.subscription_facts import find_subscription
from billing.records.incoming import IncomingEvent
from kernel.refusal import Refusal

CHANGES_AT_MOST = 100
KNOWN = {"changes", "as_of"}


class ForeseenChangeSchema(EntitlementEventSchema):
    """An entitlement event that need not say its source, its id or its subscription."""

    source = serializers.CharField(max_length=50, required=False)  # type: ignore[assignment]
    source_event_id = serializers.CharField(max_length=100, required=False)
    subscription = serializers.CharField(max_length=100, required=False)


class PreviewRequestSchema(serializers.Serializer[Any]):
    changes = ForeseenChangeSchema(many=True, required=False)
    as_of = serializers.DateTimeField(required=False)


class SubscriptionPreview(ApiView):
    scopes = {"POST": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="subscription_preview",
        tags=["Subscriptions"],
        request=PreviewRequestSchema,
        responses={200: PreviewSchema, **problem(422, *EVENT)},
    )
    def post(self, request: Request, subscription: str) -> Response:
        """The next invoice after `changes`, or as of another moment; refusals are the event's own."""
        found = find_subscription(subscription)
        if found is None:
            return not_found("such subscription")
        now = time_of(request)
        try:
            changes = read_changes(request.data, subscription=found.external_id)
            as_of = read_as_of(request.data, now)
            preview = preview_invoice(subscription_id=found.pk, events=changes, at=now, as_of=as_of)
        except BodyInvalid as error:
            return invalid(error.errors)
        except Refusal as refusal:
            return refused(refusal, 422)
        return Response(preview_body(preview))


def read_changes(body: Any, *, subscription: str) -> list[IncomingEvent]:
    """
    The changes as events of this subscription.

    :raises BodyInvalid: naming the change and field at fault, such as "changes.0.quantity"
    """
    check_body(body)
    changes = body.get("changes") or []
    if not isinstance(changes, list) or len(changes) > CHANGES_AT_MOST:
        message = f"Send a list of at most {CHANGES_AT_MOST} changes."
        raise BodyInvalid([FieldError("changes", "not_a_list", message)])
    return [
        read_change(change, place, subscription=subscription)
        for place, change in enumerate(changes)
    ]


def check_body(body: Any) -> None:
    if not isinstance(body, dict):
        raise BodyInvalid([FieldError("", "not_an_object", "Send a JSON object.")])
    unknown = [name for name in body if name not in KNOWN]
    if unknown:
        raise BodyInvalid(
            [FieldError(name, "unknown_field", "There is no such field.") for name in unknown]
        )


def read_change(change: Any, place: int, *, subscription: str) -> IncomingEvent:
    try:
        event = read_event(change, required=("kind",))
    except BodyInvalid as error:
        raise BodyInvalid(prefixed(error.errors, place)) from None
    if event.subscription not in ("", subscription):
        message = "A preview changes the subscription in its address. Leave this field out."
        raise BodyInvalid([FieldError(f"changes.{place}.subscription", "not_this", message)])
    return replace(
        event,
        subscription=subscription,
        source=event.source or "preview",
        source_event_id=event.source_event_id or f"preview-{place}",
    )


def prefixed(errors: Sequence[FieldError], place: int) -> list[FieldError]:
    return [replace(one, field=f"changes.{place}.{one.field}".rstrip(".")) for one in errors]


def read_as_of(body: Any, now: datetime) -> datetime | None:
    """
    The moment to preview, if one is named.

    :raises BodyInvalid: if it is no instant, or in the past
    """
    if body.get("as_of") is None:
        return None
    values: dict[str, Any] = {}
    error = read_instant("as_of", body["as_of"], values)
    if error is None and values["as_of"] < now:
        error = FieldError("as_of", "in_the_past", "Name a moment from now on.")
    if error:
        raise BodyInvalid([error])
    moment: datetime = values["as_of"]
    return moment


def preview_body(preview: Preview) -> dict[str, Any]:
    """Lines, and apart from them every sum; seats by type and state."""
    body = asdict(preview)
    seats: dict[str, dict[str, int]] = {}
    for seat_type, state, count in body.pop("seats"):
        seats.setdefault(seat_type, {})[state] = count
    for line in body["lines"]:
        del line["entry_ids"]
    return {**body, **body.pop("totals"), "seats": seats}
