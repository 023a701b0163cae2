"""Webhook endpoints and their messages as the API shows them."""

from typing import Any

from rest_framework import serializers

from accounts.enums import ChangeKind
from billing.api.strict_text import StrictText
from billing.enums import WebhookState
from billing.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

LARGEST_REPLAY = 1000


class NewEndpointSchema(serializers.Serializer[Any]):
    url = serializers.CharField(
        max_length=500, help_text="https, port 443 or 8443, a host of the public internet"
    )
    kinds = serializers.ListField(
        child=serializers.ChoiceField(ChangeKind.choices),
        required=False,
        max_length=len(ChangeKind.choices),
        help_text="Kinds of changes it hears of; without them, all",
    )
    description = StrictText(max_length=200, required=False, allow_blank=True)


class EndpointSchema(serializers.ModelSerializer[WebhookEndpoint]):
    kinds = serializers.ListField(
        child=serializers.ChoiceField(ChangeKind.choices), help_text="Empty: all"
    )
    is_on = serializers.BooleanField(help_text="Whether messages are sent to it")
    switched_off_because = serializers.CharField(help_text="Empty while it is on")
    failing_since = serializers.DateTimeField(
        allow_null=True, help_text="Null: the last attempt came through"
    )
    created_at = serializers.DateTimeField(help_text="When it was registered")

    class Meta:
        model = WebhookEndpoint
        fields = (
            "id", "url", "description", "kinds", "is_on", "switched_off_because", "failing_since",
            "created_at",
        )  # fmt: skip


class RegisteredSchema(EndpointSchema):
    secret = serializers.CharField(help_text="What messages are signed with; shown this once")

    class Meta(EndpointSchema.Meta):
        fields = (*EndpointSchema.Meta.fields, "secret")  # type: ignore[assignment]


class EndpointsSchema(serializers.Serializer[Any]):
    endpoints = EndpointSchema(many=True, help_text="Those of this key, the latest first")


class NewSecretSchema(serializers.Serializer[Any]):
    secret = serializers.CharField(help_text="What messages are signed with; shown this once")
    old_signs_until = serializers.DateTimeField(
        help_text="Until then, messages carry signatures of both"
    )


class ReplaySchema(serializers.Serializer[Any]):
    """Name `deliveries`, or say `since` when."""

    deliveries = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        allow_empty=False,
        max_length=LARGEST_REPLAY,
        help_text="Our ids of messages",
    )
    since = serializers.DateTimeField(required=False, help_text="All that were written since then")
    only_undelivered = serializers.BooleanField(
        default=False, help_text="Leave out what was delivered"
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("deliveries" in attrs) == ("since" in attrs):
            raise serializers.ValidationError({"since": "Send either deliveries or since."})
        return attrs


class ReplayedSchema(serializers.Serializer[Any]):
    waiting = serializers.IntegerField(help_text="How many messages are sent again")


class AttemptSchema(serializers.ModelSerializer[WebhookAttempt]):
    at = serializers.DateTimeField(help_text="When it was sent")
    status = serializers.IntegerField(allow_null=True, help_text="Null: no answer came")
    milliseconds = serializers.IntegerField(allow_null=True, help_text="How long it took")
    answer_start = serializers.CharField(help_text="Beginning of the answer")
    problem = serializers.CharField(help_text="Empty: it was taken")

    class Meta:
        model = WebhookAttempt
        fields = ("number", "at", "status", "milliseconds", "answer_start", "problem")


class DeliverySchema(serializers.ModelSerializer[WebhookDelivery]):
    webhook_id = serializers.CharField(source="message_id", help_text="The header webhook-id")
    customer = serializers.CharField(
        source="customer.external_id",
        default=None,
        allow_null=True,
        help_text="External id; null: a test",
    )
    change_count = serializers.IntegerField(help_text="How many changes it tells of")
    state = serializers.ChoiceField(WebhookState.choices)
    created_at = serializers.DateTimeField(help_text="When it was written")
    due_at = serializers.DateTimeField(help_text="When it is, or was, sent next")
    delivered_at = serializers.DateTimeField(allow_null=True, help_text="When it was taken last")
    attempts = AttemptSchema(many=True, help_text="The latest first")

    class Meta:
        model = WebhookDelivery
        fields = (
            "id", "webhook_id", "customer", "change_count", "state", "created_at", "due_at",
            "delivered_at", "attempts",
        )  # fmt: skip


class DeliveriesQuestionSchema(serializers.Serializer[Any]):
    state = serializers.ChoiceField(WebhookState.choices, required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)
    cursor = serializers.UUIDField(required=False, help_text="`next_cursor` of the page before")


class DeliveriesSchema(serializers.Serializer[Any]):
    deliveries = DeliverySchema(many=True, help_text="The latest first")
    next_cursor = serializers.CharField(
        allow_null=True, help_text="Send it as `cursor` for the next page; null on the last"
    )
