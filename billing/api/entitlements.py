"""GET entitlements: the seats a customer holds, and what recovery advises about access. It decides nothing."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import AccessLevel, ApiScope
from accounts.models import AccessAdvice, Customer
from billing.api.authentication import ApiView
from billing.api.customers import field_errors
from billing.api.errors import invalid, not_found
from billing.api.statement import find_customer
from billing.enums import SubscriptionState
from billing.models import Subscription
from billing.queries.subscription_facts import subscription_facts

NO_ADVICE = {"level": "none", "reason_code": "", "words": "", "since": None}


class EntitlementQuestionSchema(serializers.Serializer[Any]):
    customer = serializers.CharField(max_length=100, help_text="External id, or our id")


class AccessAdviceSchema(serializers.Serializer[Any]):
    level = serializers.ChoiceField(["none", *AccessLevel.values])
    reason_code = serializers.CharField()
    words = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)


class HeldSchema(serializers.Serializer[Any]):
    subscription = serializers.CharField()
    plan = serializers.CharField()
    seats = serializers.DictField(help_text="How many by seat type and state")


class EntitlementsSchema(serializers.Serializer[Any]):
    customer = serializers.CharField()
    as_of = serializers.DateTimeField()
    held = HeldSchema(many=True)
    access_advice = AccessAdviceSchema(
        help_text="A recommendation of payment recovery; seats are never touched by it"
    )


class Entitlements(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="entitlements",
        parameters=[EntitlementQuestionSchema],
        responses=EntitlementsSchema,
    )
    def get(self, request: Request) -> Response:
        """Seats as the ledger holds them now; late payment never removes one."""
        asked = EntitlementQuestionSchema(data=request.query_params)
        if not asked.is_valid():
            return invalid(field_errors(asked.errors))
        found = find_customer(asked.validated_data["customer"])
        if found is None:
            return not_found("such customer")
        now = timezone.now()
        active = Subscription.objects.filter(
            customer=found, state=SubscriptionState.ACTIVE
        ).select_related("customer", "plan")
        facts = [subscription_facts(one, at=now) for one in active.order_by("external_id")]
        held = [
            {"subscription": one.external_id, "plan": one.plan, "seats": one.seats} for one in facts
        ]
        body = {"customer": found.external_id, "as_of": now, "held": held}
        return Response({**body, "access_advice": advice_for(found)})


def advice_for(customer: Customer) -> dict[str, Any]:
    names = ("level", "reason_code", "words", "since")
    in_force = AccessAdvice.objects.filter(customer=customer, until=None).values(*names).first()
    return dict(in_force) if in_force else NO_ADVICE
