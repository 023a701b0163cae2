"""Entitlements: may this person use it, why, and when not, who can do what. Seats are never touched."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.http import parse_etags
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.enums import ApiScope
from accounts.models import AccessAdvice, ApiClient, Customer
from billing.api.authentication import ApiView
from billing.api.clock import time_of
from billing.api.entitlement_answers import NO_ADVICE, answer_body, answer_bytes, weak_etag
from billing.api.entitlement_schemas import (
    EntitlementBatchAnswerSchema,
    EntitlementBatchSchema,
    EntitlementQuestionSchema,
    EntitlementSchema,
    EntitlementsSchema,
    PersonQuestionSchema,
)
from billing.api.errors import FieldError, field_errors, invalid, not_found, problem
from billing.calc.entitlements import Entitlement, decide
from billing.enums import SubscriptionState
from billing.models import Subscription
from billing.queries.entitlements import Question, entitlement_facts
from billing.queries.find_customer import find_customer
from billing.queries.subscription_facts import subscription_facts

LARGEST_CHECK = 1_000
MAY_ASK = frozenset({ApiScope.ENTITLEMENTS_READ, ApiScope.BILLING_READ})
ALWAYS_ASK_AGAIN = "private, no-cache"
IF_NONE_MATCH = OpenApiParameter("If-None-Match", str, OpenApiParameter.HEADER)


class MayAskEntitlements(BasePermission):
    """Keys made for it, and those that may read billing anyway."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        client = request.user
        return isinstance(client, ApiClient) and not MAY_ASK.isdisjoint(client.scopes)


class Entitlements(ApiView):
    scopes = {"GET": ApiScope.ENTITLEMENTS_READ}
    permission_classes = (MayAskEntitlements,)

    @extend_schema(
        operation_id="entitlements",
        tags=["Entitlements"],
        parameters=[EntitlementQuestionSchema, IF_NONE_MATCH],
        responses={
            200: PolymorphicProxySerializer(
                component_name="EntitlementAnswer",
                serializers=[EntitlementSchema, EntitlementsSchema],
                resource_type_field_name=None,
            ),
            304: None,
            **problem(404, "not_found"),
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """
        With `grantee`: may this person use it, and why. Without: all seats of the customer.

        The answer holds at the moment it is given. Keep it with its ETag and ask again with
        `If-None-Match`: 304 says that it still holds.
        """
        asked = EntitlementQuestionSchema(data=request.query_params.dict())
        if not asked.is_valid():
            return invalid(field_errors(asked.errors))
        now, said = time_of(request), asked.validated_data
        if said["grantee"]:
            question = Question(said["grantee"], said["customer"], said["feature"])
            (answer,) = answers_to([question], at=now)
            return with_etag(answer_bytes(answer), request.headers.get("If-None-Match", ""))
        return customer_answer(said["customer"], at=now)


class EntitlementCheck(ApiView):
    scopes = {"POST": ApiScope.ENTITLEMENTS_READ}
    permission_classes = (MayAskEntitlements,)

    @extend_schema(
        operation_id="entitlement_check",
        tags=["Entitlements"],
        request=EntitlementBatchSchema,
        responses={200: EntitlementBatchAnswerSchema},
    )
    def post(self, request: Request) -> Response:
        """Up to 1,000 questions, answered in their order as of one instant; nothing is written."""
        body = request.data.get("questions") if isinstance(request.data, dict) else None
        if not isinstance(body, list) or not 1 <= len(body) <= LARGEST_CHECK:
            message = f'Send {{"questions": […]}} with 1 to {LARGEST_CHECK} questions.'
            return invalid([FieldError("questions", "not_a_batch", message)])
        asked = PersonQuestionSchema(data=body, many=True)
        if not asked.is_valid():
            return invalid(errors_by_place(asked.errors))
        questions = [Question(**one) for one in asked.validated_data]
        answers = answers_to(questions, at=time_of(request))
        return Response({"answers": [answer_body(one) for one in answers]})


def answers_to(questions: Sequence[Question], *, at: datetime) -> list[Entitlement]:
    facts = entitlement_facts(questions, at=at)
    return [
        decide(one, feature=question.feature, at=at)
        for question, one in zip(questions, facts, strict=True)
    ]


def with_etag(content: bytes, if_none_match: str) -> HttpResponse:
    """The answer, or 304 where the caller says that it has it."""
    etag = weak_etag(content)
    is_known = etag in parse_etags(if_none_match)
    return HttpResponse(
        b"" if is_known else content,
        status=304 if is_known else 200,
        content_type="application/json",
        headers={"ETag": etag, "Cache-Control": ALWAYS_ASK_AGAIN},
    )


def errors_by_place(errors: Any) -> list[FieldError]:
    """Of a list of questions, by the place of those at fault."""
    return [
        FieldError(f"questions[{place}].{one.field}".rstrip("."), one.code, one.message)
        for place, found in errors.items()
        for one in field_errors(found)
    ]


def customer_answer(name: str, *, at: datetime) -> Response:
    """All seats as the ledger holds them, by subscription, type and state."""
    found = find_customer(name)
    if found is None:
        return not_found("such customer")
    active = Subscription.objects.filter(
        customer=found, state=SubscriptionState.ACTIVE
    ).select_related("customer", "plan")
    facts = [subscription_facts(one, at=at) for one in active.order_by("external_id")]
    held = [
        {"subscription": one.external_id, "plan": one.plan, "seats": one.seats} for one in facts
    ]
    body = {"customer": found.external_id, "as_of": at, "held": held}
    return Response({**body, "access_advice": advice_for(found)})


def advice_for(customer: Customer) -> dict[str, Any]:
    names = ("level", "reason_code", "words", "since")
    in_force = AccessAdvice.objects.filter(customer=customer, until=None).values(*names).first()
    return dict(in_force) if in_force else NO_ADVICE
