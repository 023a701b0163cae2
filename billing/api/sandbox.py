"""The sandbox's clock: GET tells it, POST moves it on, and what falls due is billed on the way."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView
from billing.api.clock import time_of
from billing.api.errors import field_errors, invalid, problem, refused
from billing.operations.advance_sandbox import (
    ClockBackwards,
    ClockMoving,
    ClockTooFar,
    advance_sandbox,
)
from billing.pipeline import SANDBOX
from kernel.refusal import Refusal


class ClockSchema(serializers.Serializer[Any]):
    now = serializers.DateTimeField(help_text="What the sandbox takes for now")


class AdvanceSchema(serializers.Serializer[Any]):
    advance_to = serializers.DateTimeField(help_text="At most 93 days on from its time")


class AdvancedSchema(ClockSchema):
    invoices_issued = serializers.IntegerField(help_text="Invoices and credit notes, on the way")
    drafts = serializers.IntegerField(
        help_text="Drafts that still wait; a preview's `held` says what for"
    )


class SandboxClock(ApiView):
    is_for_sandbox_alone = True
    scopes = {"GET": ApiScope.BILLING_READ, "POST": ApiScope.BILLING_WRITE}

    @extend_schema(
        operation_id="sandbox_clock",
        tags=["Sandbox"],
        responses={200: ClockSchema, **problem(409, "sandbox_only")},
    )
    def get(self, request: Request) -> Response:
        """The sandbox's time: real time, or where its clock was moved to while that is later."""
        return Response({"now": time_of(request)})

    @extend_schema(
        operation_id="sandbox_clock_advance",
        tags=["Sandbox"],
        request=AdvanceSchema,
        responses={
            200: AdvancedSchema,
            **problem(409, ClockBackwards, ClockMoving, ClockTooFar, "sandbox_only"),
        },
    )
    def post(self, request: Request) -> Response:
        """Move the sandbox's clock on; what falls due on the way is billed, day by day."""
        body = AdvanceSchema(data=request.data)
        if not body.is_valid():
            return invalid(field_errors(body.errors))
        try:
            moved = advance_sandbox(
                to=body.validated_data["advance_to"], stages=SANDBOX, real=timezone.now()
            )
        except Refusal as refusal:
            return refused(refusal)
        return Response(asdict(moved))
