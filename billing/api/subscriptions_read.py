"""GET a subscription: what was bought, and its seats as of now."""

from dataclasses import asdict

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView
from billing.api.clock import time_of
from billing.api.errors import not_found
from billing.api.schemas import SubscriptionFactsSchema
from billing.queries.subscription_facts import find_subscription, subscription_facts


class SubscriptionById(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="subscription", tags=["Subscriptions"], responses=SubscriptionFactsSchema
    )
    def get(self, request: Request, subscription: str) -> Response:
        """By external id or by ours; seats by type and state as the ledger holds them now."""
        found = find_subscription(subscription)
        if found is None:
            return not_found("such subscription")
        return Response(asdict(subscription_facts(found, at=time_of(request))))
