"""PUT active members: what the product counted, to compare with the seats that are billed."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView, caller
from billing.api.clock import time_of
from billing.api.errors import field_errors, invalid, not_found
from billing.api.events import IDEMPOTENCY, LARGEST_BATCH
from billing.api.fields import TextField
from billing.api.idempotency import once
from billing.api.report_batch import answer_batch, answer_body
from billing.calc.refusals import SeatTypeUnknown
from billing.operations.record_members import (
    CountedMembers,
    ReportedAhead,
    ReportedDifferently,
    record_members,
)
from billing.operations.refusals import SubscriptionUnknown
from billing.queries.subscription_facts import find_subscription

LARGEST_COUNT = 1_000_000
REFUSALS = (ReportedAhead, ReportedDifferently, SeatTypeUnknown, SubscriptionUnknown)
STATUS = {"recorded": 200, "duplicate": 200}
CONFLICTS = {"members_reported_differently": 409}
REFUSED_WITH = ["invalid", *sorted(one.code for one in REFUSALS)]


class ActiveMembersSchema(serializers.Serializer[Any]):
    """Members active at an instant, by seat type; `grantees` are optional and never more than counted."""

    reported_at = serializers.DateTimeField(help_text="When it was so; with a zone")
    counts = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=LARGEST_COUNT), allow_empty=False
    )
    grantees = serializers.DictField(
        child=serializers.ListField(child=TextField(max_length=100)), required=False
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ids must be different, belong to a counted seat type, and be as many as counted."""
        for code, ids in attrs.get("grantees", {}).items():
            if len(set(ids)) != len(ids):
                raise serializers.ValidationError({"grantees": f"“{code}” names one twice."})
            if len(ids) != attrs["counts"].get(code, -1):
                message = f"“{code}” names {len(ids)}; name as many as are counted, or none."
                raise serializers.ValidationError({"grantees": message})
        return attrs


class ReportedMembersSchema(ActiveMembersSchema):
    subscription = TextField(max_length=100)


class MembersAnswerSchema(serializers.Serializer[Any]):
    """What became of a report; `code` and `message` when it was refused."""

    subscription = serializers.CharField()
    status = serializers.ChoiceField(["recorded", "duplicate", "refused"])
    code = serializers.ChoiceField(REFUSED_WITH, required=False)
    message = serializers.CharField(required=False)


class MembersBatchSchema(serializers.Serializer[Any]):
    reports = serializers.ListField(
        child=ReportedMembersSchema(), allow_empty=False, max_length=LARGEST_BATCH
    )


class MembersBatchAnswerSchema(serializers.Serializer[Any]):
    answers = MembersAnswerSchema(many=True)


class ActiveMembers(ApiView):
    scopes = {"PUT": ApiScope.EVENTS_WRITE}

    @extend_schema(
        operation_id="active_members_report",
        tags=["Members"],
        request=ActiveMembersSchema,
        responses={200: MembersAnswerSchema, 409: MembersAnswerSchema, 422: MembersAnswerSchema},
        parameters=[IDEMPOTENCY],
    )
    def put(self, request: Request, subscription: str) -> Response:
        """Report the members active at an instant; it changes no seat and no invoice."""
        now = time_of(request)

        def act() -> Response:
            found = find_subscription(subscription)
            if found is None:
                return not_found("such subscription")
            body = ActiveMembersSchema(data=request.data)
            if not body.is_valid():
                return invalid(field_errors(body.errors))
            report = CountedMembers(subscription=found.external_id, **body.validated_data)
            (answer,) = record_members(reports=[report], client=caller(request), at=now)
            status = STATUS.get(answer.status) or CONFLICTS.get(answer.code, 422)
            return Response(answer_body(answer), status=status)

        return once(request, at=now, act=act)


class ActiveMembersBatch(ApiView):
    scopes = {"POST": ApiScope.EVENTS_WRITE}

    @extend_schema(
        operation_id="active_members_batch",
        tags=["Members"],
        request=MembersBatchSchema,
        responses={200: MembersBatchAnswerSchema},
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Up to 1,000 reports; each is answered by itself, in their order."""
        now = time_of(request)

        def act() -> Response:
            return answer_batch(
                request,
                schema=ReportedMembersSchema,
                record=lambda read: record_members(
                    reports=[CountedMembers(**one) for one in read], client=caller(request), at=now
                ),
                named_by="subscription",
            )

        return once(request, at=now, act=act)
