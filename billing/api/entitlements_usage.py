"""POST usage: what was used of metered features, one report or up to a thousand."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView, caller
from billing.api.errors import FieldError, field_errors, invalid
from billing.api.events import IDEMPOTENCY, LARGEST_BATCH
from billing.api.fields import TextField
from billing.api.idempotency import once
from billing.operations.record_usage import (
    CustomerUnknown,
    FeatureNotMetered,
    ReportedUsage,
    UsageAnswer,
    UsageConflict,
    UsageWithoutSeat,
    UsedAhead,
    record_usage,
)
from billing.operations.refusals import SubscriptionUnknown

LARGEST_QUANTITY = 1_000_000_000_000
REFUSALS = (
    CustomerUnknown, FeatureNotMetered, SubscriptionUnknown, UsageConflict, UsageWithoutSeat,
    UsedAhead,
)  # fmt: skip
REFUSED_WITH = ["invalid", *sorted(one.code for one in REFUSALS)]
STATUS = {"recorded": 201, "duplicate": 200}
CONFLICTS = {"usage_conflict": 409}


class UsageSchema(serializers.Serializer[Any]):
    """
    So much of a feature was used; below zero takes back. The same source event id counts once.

    Without `grantee`, name the `subscription`: nobody in particular used it.
    """

    source = TextField(max_length=50)  # type: ignore[assignment]
    source_event_id = TextField(max_length=100)
    customer = TextField(max_length=100, help_text="External id")
    grantee = TextField(max_length=100, required=False, help_text="External id")
    subscription = TextField(max_length=100, required=False, help_text="External id")
    feature = TextField(max_length=50)
    quantity = serializers.IntegerField(
        default=1, min_value=-LARGEST_QUANTITY, max_value=LARGEST_QUANTITY
    )
    used_at = serializers.DateTimeField(required=False, help_text="Without it, now")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not (attrs.get("grantee") or attrs.get("subscription")):
            raise serializers.ValidationError({"grantee": "Name the grantee or the subscription."})
        if attrs["quantity"] == 0:
            raise serializers.ValidationError({"quantity": "Zero says nothing."})
        return attrs


class UsageAnswerSchema(serializers.Serializer[Any]):
    """What became of a report; `code` and `message` when it was refused."""

    source_event_id = serializers.CharField()
    status = serializers.ChoiceField(["recorded", "duplicate", "refused"])
    code = serializers.ChoiceField(REFUSED_WITH, required=False)
    message = serializers.CharField(required=False)


class UsageBatchSchema(serializers.Serializer[Any]):
    reports = UsageSchema(many=True)


class UsageBatchAnswerSchema(serializers.Serializer[Any]):
    answers = UsageAnswerSchema(many=True)


class Usage(ApiView):
    scopes = {"POST": ApiScope.EVENTS_WRITE}

    @extend_schema(
        operation_id="usage_report",
        tags=["Entitlements"],
        request=UsageSchema,
        responses={
            200: UsageAnswerSchema, 201: UsageAnswerSchema, 409: UsageAnswerSchema,
            422: UsageAnswerSchema,
        },
        parameters=[IDEMPOTENCY],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Record one report. Being over a limit refuses nothing: the next check says so."""
        now = timezone.now()

        def act() -> Response:
            read = UsageSchema(data=request.data)
            if not read.is_valid():
                return invalid(field_errors(read.errors))
            report = ReportedUsage(**read.validated_data)
            (answer,) = record_usage(reports=[report], client=caller(request), at=now)
            status = STATUS.get(answer.status) or CONFLICTS.get(answer.code, 422)
            return Response(answer_body(answer), status=status)

        return once(request, at=now, act=act)


class UsageBatch(ApiView):
    scopes = {"POST": ApiScope.EVENTS_WRITE}

    @extend_schema(
        operation_id="usage_batch",
        tags=["Entitlements"],
        request=UsageBatchSchema,
        responses={200: UsageBatchAnswerSchema},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Record up to 1,000 reports; each is answered by itself, in their order."""
        now = timezone.now()

        def act() -> Response:
            bodies = request.data.get("reports") if isinstance(request.data, dict) else None
            if not isinstance(bodies, list) or not 1 <= len(bodies) <= LARGEST_BATCH:
                message = f'Send {{"reports": […]}} with 1 to {LARGEST_BATCH} reports.'
                return invalid([FieldError("reports", "not_a_batch", message)])
            return Response({"answers": answers_to(bodies, request=request, at=now)})

        return once(request, at=now, act=act)


def answers_to(bodies: Sequence[Any], *, request: Request, at: datetime) -> list[dict[str, Any]]:
    """Unreadable reports are refused; the others are recorded together."""
    answers: dict[int, dict[str, Any]] = {}
    readable = {}
    for place, body in enumerate(bodies):
        read = UsageSchema(data=body)
        if read.is_valid():
            readable[place] = ReportedUsage(**read.validated_data)
        else:
            answers[place] = unreadable(body, read.errors)
    recorded = record_usage(reports=list(readable.values()), client=caller(request), at=at)
    for place, answer in zip(readable, recorded, strict=True):
        answers[place] = answer_body(answer)
    return [answers[place] for place in range(len(bodies))]


def unreadable(body: Any, errors: Any) -> dict[str, Any]:
    name = body.get("source_event_id", "") if isinstance(body, dict) else ""
    message = "; ".join(f"{one.field}: {one.message}" for one in field_errors(errors))
    return {
        "source_event_id": str(name), "status": "refused", "code": "invalid", "message": message,
    }  # fmt: skip


def answer_body(answer: UsageAnswer) -> dict[str, Any]:
    return {name: value for name, value in asdict(answer).items() if value}
