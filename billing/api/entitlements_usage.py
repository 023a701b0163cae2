"""POST usage: what was used of metered features, one report or up to a thousand."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView, caller
from billing.api.clock import time_of
from billing.api.errors import field_errors, invalid
from billing.api.events import IDEMPOTENCY
from billing.api.fields import TextField
from billing.api.idempotency import once
from billing.api.report_batch import answer_batch, answer_body
from billing.operations.record_usage import (
    CustomerUnknown,
    FeatureNotMetered,
    ReportedUsage,
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
        now = time_of(request)

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
        now = time_of(request)

        def act() -> Response:
            return answer_batch(
                request,
                schema=UsageSchema,
                record=lambda read: record_usage(
                    reports=[ReportedUsage(**one) for one in read], client=caller(request), at=now
                ),
                named_by="source_event_id",
            )

        return once(request, at=now, act=act)
