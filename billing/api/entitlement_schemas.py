"""The shapes of questions and answers about entitlements, for reading them and for the OpenAPI document."""

from typing import Any

from rest_framework import serializers

from accounts.enums import AccessLevel
from billing.api.fields import TextField
from billing.enums import FeatureKind, SeatStateChoice


class PersonQuestionSchema(serializers.Serializer[Any]):
    grantee = TextField(max_length=100, help_text="External id of the person")
    customer = TextField(max_length=100, help_text="External id of the customer")
    feature = TextField(
        max_length=50, default="", allow_blank=True, help_text="Code; narrows the answer to it"
    )


class EntitlementQuestionSchema(serializers.Serializer[Any]):
    customer = TextField(
        max_length=100, help_text="External id; without grantee our id is taken too"
    )
    grantee = TextField(
        max_length=100, default="", allow_blank=True, help_text="External id of the person"
    )
    feature = TextField(
        max_length=50, default="", allow_blank=True, help_text="Code; narrows the answer to it"
    )


class EntitlementBatchSchema(serializers.Serializer[Any]):
    questions = PersonQuestionSchema(many=True)


class AccessAdviceSchema(serializers.Serializer[Any]):
    level = serializers.ChoiceField(["none", *AccessLevel.values])
    reason_code = serializers.CharField()
    words = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)


class StepSchema(serializers.Serializer[Any]):
    by = serializers.CharField(help_text="Who can do it, such as group administrator")
    do = serializers.CharField()
    where = serializers.CharField(allow_null=True, help_text="Path of the portal")


class WhySchema(serializers.Serializer[Any]):
    """The event that put the seat into its state, and since when it holds."""

    since = serializers.DateTimeField()
    event_id = serializers.UUIDField()
    kind = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    source_event_id = serializers.CharField()


class FeatureAnswerSchema(serializers.Serializer[Any]):
    """`limit`, `used` and `remaining` are in `unit` and of whose limit leaves the least."""

    feature = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(FeatureKind.choices)
    allowed = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    unit = serializers.CharField(allow_null=True)
    limit = serializers.IntegerField(allow_null=True, help_text="Null: no limit")
    limit_of = serializers.ChoiceField(["person", "subscription", "group"], allow_null=True)
    group = serializers.CharField(allow_null=True, help_text="Whose quota binds")
    used = serializers.IntegerField(allow_null=True)
    remaining = serializers.IntegerField(allow_null=True)
    resets_at = serializers.DateTimeField(allow_null=True)


class SeatAnswerSchema(serializers.Serializer[Any]):
    subscription = serializers.CharField()
    plan = serializers.CharField()
    seat_type = serializers.CharField()
    state = serializers.ChoiceField(SeatStateChoice.choices)
    group = serializers.CharField(allow_null=True)
    allowed = serializers.BooleanField()
    entitled = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    sentence = serializers.CharField()
    what_can_be_done = StepSchema(many=True)
    why = WhySchema()
    features = FeatureAnswerSchema(many=True)


class EntitlementSchema(serializers.Serializer[Any]):
    """
    The answer about a person. `entitled` is the fact of the seat; `allowed` heeds advice and limits too.

    `reason` is null when it is yes, else a stable code (docs/entitlements.md).
    """

    customer = serializers.CharField()
    grantee = serializers.CharField()
    feature = serializers.CharField(allow_null=True)
    allowed = serializers.BooleanField()
    entitled = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    sentence = serializers.CharField()
    what_can_be_done = StepSchema(many=True)
    access_advice = AccessAdviceSchema(
        help_text="A recommendation of payment recovery; seats are never touched by it"
    )
    subscriptions = SeatAnswerSchema(many=True)


class EntitlementBatchAnswerSchema(serializers.Serializer[Any]):
    answers = EntitlementSchema(many=True)


class HeldSchema(serializers.Serializer[Any]):
    subscription = serializers.CharField()
    plan = serializers.CharField()
    seats = serializers.DictField(help_text="How many by seat type and state")


class EntitlementsSchema(serializers.Serializer[Any]):
    """The answer about a customer."""

    customer = serializers.CharField()
    as_of = serializers.DateTimeField()
    held = HeldSchema(many=True)
    access_advice = AccessAdviceSchema(
        help_text="A recommendation of payment recovery; seats are never touched by it"
    )
