"""Exception requests of sales tools: asked, looked up, and foreseen with `dry_run`."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.calc.refusals import ExceptionUnknown, NobodyMayAgree, ReasonMissing, TermsInvalid
from accounts.enums import ApiScope, ExceptionKind, ExceptionState, SupportBurden
from accounts.models import ExceptionRequest
from billing.api.authentication import ApiView, caller
from billing.api.clock import time_of
from billing.api.error_codes import EVENT
from billing.api.errors import FieldError, field_errors, invalid, not_found, problem, refused
from billing.api.events import IDEMPOTENCY
from billing.api.fields import TextField
from billing.api.idempotency import once
from billing.api.lists import PageQuestionSchema, listed
from billing.operations.ask_exception import ask_exception, asking_of
from billing.operations.foresee_exception import foresee_exception
from billing.operations.size_exception import Question
from billing.queries.issued_invoices import CursorUnreadable
from billing.queries.keyed_pages import exceptions_page
from kernel.refusal import Refusal

PRICE_FIELDS = ("starts_on", "ends_on", "margin_percent", "support_burden")
BY_DESK = (ExceptionKind.TAX_OVERRIDE, ExceptionKind.AUTHORITY_CHANGE, ExceptionKind.REOPEN_PERIOD)
KINDS = [choice for choice in ExceptionKind.choices if choice[0] not in BY_DESK]


class ExceptionAskSchema(serializers.Serializer[Any]):
    """`subject` and `terms` as the kind needs them; docs/exceptions.md has the table."""

    kind = serializers.ChoiceField(KINDS)
    subject = TextField(
        max_length=100,
        help_text="Subscription, invoice number, payment or customer, as the kind needs",
    )
    terms = serializers.DictField()
    reason = TextField(max_length=1000)
    customer_text = TextField(max_length=500, required=False, allow_blank=True)
    team = TextField(max_length=60, required=False, allow_blank=True)
    starts_on = serializers.DateField(required=False)
    ends_on = serializers.DateField(required=False, help_text="First day without it")
    margin_percent = serializers.DecimalField(max_digits=5, decimal_places=2, required=False)
    support_burden = serializers.ChoiceField(SupportBurden.choices, required=False)
    dry_run = serializers.BooleanField(default=False)


class ExceptionSchema(serializers.ModelSerializer[ExceptionRequest]):
    customer = serializers.CharField(source="customer.external_id")
    state = serializers.ChoiceField(ExceptionState.choices)
    approvers = serializers.IntegerField(source="rule.approvers")
    role = serializers.CharField(source="rule.role")

    class Meta:
        model = ExceptionRequest
        fields = (
            "number", "kind", "customer", "package", "terms", "currency", "amount_minor", "reason",
            "customer_text", "team", "starts_on", "ends_on", "list_minor", "realized_minor",
            "leakage_minor", "margin_percent", "support_burden", "blocks_drafts", "state",
            "approvers", "role", "asked_at", "target_at", "expires_at", "decided_at",
            "carried_out_at", "ended_at", "outcome",
        )  # fmt: skip


class ExceptionLineSchema(serializers.Serializer[Any]):
    description = serializers.CharField()
    formula = serializers.CharField()
    amount_minor = serializers.IntegerField()


class ExceptionPaperSchema(serializers.Serializer[Any]):
    title = serializers.CharField()
    currency = serializers.CharField()
    lines = ExceptionLineSchema(many=True)
    subtotal_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField(allow_null=True)
    total_minor = serializers.IntegerField()


class ExceptionFigureSchema(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    before_minor = serializers.IntegerField()
    after_minor = serializers.IntegerField()


class ExceptionEffectSchema(serializers.Serializer[Any]):
    sentence = serializers.CharField()
    before = ExceptionPaperSchema(allow_null=True)
    after = ExceptionPaperSchema(allow_null=True)
    figures = ExceptionFigureSchema(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    digest = serializers.CharField()


class ExceptionsQuestionSchema(PageQuestionSchema):
    customer = TextField(max_length=100, required=False, help_text="External id")
    kind = serializers.ChoiceField(ExceptionKind.choices, required=False)
    state = serializers.ChoiceField(ExceptionState.choices, required=False)


class ExceptionListSchema(serializers.Serializer[Any]):
    exception_requests = ExceptionSchema(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class ExceptionRequests(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ, "POST": ApiScope.BILLING_WRITE}

    @extend_schema(
        operation_id="exception_requests",
        tags=["Exceptions"],
        parameters=[ExceptionsQuestionSchema],
        responses={200: ExceptionListSchema, **problem(400, CursorUnreadable)},
    )
    def get(self, request: Request) -> Response:
        """Requests about customers, the newest first; follow `next_cursor` for more."""
        return listed(
            request,
            question=ExceptionsQuestionSchema,
            name="exception_requests",
            page=exceptions_page,
            shown=lambda row: ExceptionSchema(row).data,
        )

    @extend_schema(
        operation_id="exception_request_create",
        tags=["Exceptions"],
        request=ExceptionAskSchema,
        responses={
            200: ExceptionEffectSchema,
            201: ExceptionSchema,
            **problem(422, NobodyMayAgree, ExceptionUnknown, ReasonMissing, *EVENT),
        },
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Ask for an exception; people decide it on the desk. 200 its effect with `dry_run`."""
        now = time_of(request)

        def act() -> Response:
            return answer(request, at=now)

        return once(request, at=now, act=act)


class ExceptionRequestByNumber(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(operation_id="exception_request", tags=["Exceptions"], responses=ExceptionSchema)
    def get(self, request: Request, number: str) -> Response:
        """What became of a request."""
        asked = found(number)
        return Response(ExceptionSchema(asked).data) if asked else not_found("such request")


def found(number: str) -> ExceptionRequest | None:
    """A request about a customer; changes of the matrix are the desk's alone."""
    rows = ExceptionRequest.objects.select_related("customer", "rule")
    return rows.filter(number=number, customer__isnull=False).first()


def answer(request: Request, *, at: datetime) -> Response:
    body = ExceptionAskSchema(data=request.data)
    if not body.is_valid():
        return invalid(field_errors(body.errors))
    values = dict(body.validated_data)
    is_dry = values.pop("dry_run")
    try:
        if is_dry:
            return Response(asdict(foresee_exception(wish_of(values, at=at), at=at)))
        asked = ask_exception(**values, client=caller(request), at=at)
    except TermsInvalid as error:
        return invalid([FieldError(error.field, error.code, str(error))])
    except Refusal as refusal:
        return refused(refusal, 422)
    return Response(ExceptionSchema(found(asked.number)).data, status=201)


def wish_of(values: dict[str, Any], *, at: datetime) -> Any:
    question = Question(
        kind=values["kind"],
        subject=values["subject"],
        terms=values["terms"],
        **{name: values[name] for name in PRICE_FIELDS if name in values},
    )
    return asking_of(question, reason=values["reason"], at=at)
