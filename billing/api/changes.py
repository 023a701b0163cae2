"""GET entitlements/changes: which answers about entitlements to ask for again."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.calc.feed_place import BEGINNING, CursorUnknown, CursorUnreadable, cursor_text
from accounts.calc.feed_place import read_cursor as place_of
from accounts.enums import ApiScope, ChangeKind
from accounts.queries.change_feed import ChangePage, horizon, read_changes
from billing.api.authentication import ApiView
from billing.api.entitlements import MayAskEntitlements
from billing.api.errors import FieldError, field_errors, invalid, not_found, problem, refused
from billing.queries.find_customer import find_customer

LATEST = "latest"
MOST = 1000


class ChangesQuestionSchema(serializers.Serializer[Any]):
    since = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=80,
        help_text="next_cursor of the last answer; `latest` to begin with what comes from now on;"
        " without it, from the beginning",
    )
    customer = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=100,
        help_text="External id, or our id; without it, all",
    )
    limit = serializers.IntegerField(required=False, min_value=1, max_value=MOST, default=100)


class ChangeSchema(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="place.id")
    kind = serializers.ChoiceField(ChangeKind.choices)
    customer = serializers.CharField(help_text="External id")
    grantee = serializers.CharField(
        allow_null=True, help_text="External id; null: everyone of the customer"
    )
    subscription = serializers.CharField(help_text="External id; empty: not of one subscription")
    effective_at = serializers.DateTimeField(help_text="From when on; may lie in the future")
    recorded_at = serializers.DateTimeField()


class ChangesSchema(serializers.Serializer[Any]):
    changes = ChangeSchema(many=True)
    next_cursor = serializers.CharField(help_text="Send it as `since` of the next question")
    has_more = serializers.BooleanField(help_text="More is there already: ask again at once")


class EntitlementChanges(ApiView):
    scopes = {"GET": ApiScope.ENTITLEMENTS_READ}
    permission_classes = (MayAskEntitlements,)

    @extend_schema(
        operation_id="entitlement_changes",
        parameters=[ChangesQuestionSchema],
        responses={200: ChangesSchema, **problem(404, "not_found"), **problem(410, CursorUnknown)},
    )
    def get(self, request: Request) -> Response:
        """Changes in the order they became certain; nobody who keeps the cursor misses one."""
        asked = ChangesQuestionSchema(data=request.query_params)
        if not asked.is_valid():
            return invalid(field_errors(asked.errors))
        values = asked.validated_data
        customer = None
        if values["customer"]:
            customer = find_customer(values["customer"])
            if customer is None:
                return not_found("such customer")
        since = values["since"]
        if since == LATEST:
            return shown(ChangePage((), next=horizon(), has_more=False))
        try:
            page = read_changes(
                after=place_of(since) if since else BEGINNING,
                limit=values["limit"],
                customer_id=customer.pk if customer else None,
            )
        except CursorUnreadable as refusal:
            return invalid([FieldError("since", refusal.code, str(refusal))])
        except CursorUnknown as refusal:
            return refused(refusal, 410)
        return shown(page)


def shown(page: ChangePage) -> Response:
    changes = ChangeSchema(page.changes, many=True).data
    body = {"changes": changes, "next_cursor": cursor_text(page.next), "has_more": page.has_more}
    return Response(body)
