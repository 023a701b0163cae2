"""POST subscriptions: what a customer buys, from when, with how many seats."""

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from accounts.models import Customer
from billing.api.authentication import ApiView, caller
from billing.api.clock import time_of
from billing.api.error_codes import EVENT
from billing.api.errors import FieldError, field_errors, invalid, problem, refused
from billing.api.events import IDEMPOTENCY
from billing.api.fields import TextField
from billing.api.idempotency import once
from billing.api.lists import PageQuestionSchema, listed
from billing.enums import IntervalUnit, SeatLimitBehavior, SubscriptionState
from billing.models import Plan
from billing.operations.refusals import SubscriptionExists
from billing.operations.start_subscription import start_subscription
from billing.queries.issued_invoices import CursorUnreadable
from billing.queries.keyed_pages import subscriptions_page
from kernel.refusal import Refusal


class SubscriptionSchema(serializers.Serializer[Any]):
    external_id = TextField(max_length=100)
    customer = TextField(max_length=100)
    plan = TextField(max_length=80)
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    interval_unit = serializers.ChoiceField(IntervalUnit.choices)
    interval_count = serializers.IntegerField(min_value=1, max_value=60, default=1)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True)
    anchor_day = serializers.IntegerField(min_value=1, max_value=31, required=False)
    time_zone = TextField(max_length=64, required=False)
    seats = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=1_000_000))
    commitment = serializers.DictField(
        child=serializers.IntegerField(min_value=0, max_value=1_000_000), required=False
    )
    term_months = serializers.IntegerField(min_value=1, max_value=120, required=False)
    seat_limit_behavior = serializers.ChoiceField(SeatLimitBehavior.choices, required=False)
    source = TextField(max_length=50)  # type: ignore[assignment]
    source_event_id = TextField(max_length=100)
    actor = TextField(max_length=200, required=False)


class SubscriptionAnswerSchema(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    external_id = serializers.CharField()
    first_billing_at = serializers.DateTimeField()


class SubscriptionsQuestionSchema(PageQuestionSchema):
    customer = TextField(max_length=100, required=False, help_text="External id")
    plan = TextField(max_length=80, required=False)
    state = serializers.ChoiceField(SubscriptionState.choices, required=False)


class SubscriptionHeadSchema(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    external_id = serializers.CharField()
    customer = serializers.CharField()
    plan = serializers.CharField()
    currency = serializers.CharField()
    interval_unit = serializers.CharField()
    interval_count = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)
    time_zone = serializers.CharField()
    state = serializers.ChoiceField(SubscriptionState.choices)
    next_billing_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class SubscriptionListSchema(serializers.Serializer[Any]):
    subscriptions = SubscriptionHeadSchema(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class Subscriptions(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ, "POST": ApiScope.CATALOG_WRITE}

    @extend_schema(
        operation_id="subscriptions",
        tags=["Subscriptions"],
        parameters=[SubscriptionsQuestionSchema],
        responses={200: SubscriptionListSchema, **problem(400, CursorUnreadable)},
    )
    def get(self, request: Request) -> Response:
        """Subscriptions, the newest first; ask for one to see its seats."""
        return listed(
            request,
            question=SubscriptionsQuestionSchema,
            name="subscriptions",
            page=subscriptions_page,
            shown=asdict,
        )

    @extend_schema(
        operation_id="subscription_create",
        tags=["Subscriptions"],
        request=SubscriptionSchema,
        responses={
            201: SubscriptionAnswerSchema,
            **problem(409, SubscriptionExists, *EVENT),
        },
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Start a subscription; its first event and ledger entries are recorded with it."""
        now = time_of(request)

        def act() -> Response:
            body = SubscriptionSchema(data=request.data)
            if not body.is_valid():
                return invalid(field_errors(body.errors))
            values = dict(body.validated_data)
            customer = Customer.objects.filter(external_id=values.pop("customer")).first()
            plan = Plan.objects.filter(code=values.pop("plan")).first()
            if customer is None or plan is None:
                name = "plan" if customer else "customer"
                return invalid([FieldError(name, "unknown", f"There is no such {name}.")])
            try:
                subscription = start_subscription(
                    **values, customer=customer, plan=plan, client=caller(request), at=now
                )
            except Refusal as refusal:
                return refused(refusal)
            return Response(
                {
                    "id": str(subscription.pk),
                    "external_id": subscription.external_id,
                    "first_billing_at": subscription.rate_due_at,
                },
                status=201,
            )

        return once(request, at=now, act=act)
