"""Ways to pay over the API: payment methods, a page to leave one, a page to pay open invoices."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from accounts.models import Customer
from billing.api.authentication import ApiView
from billing.api.errors import FieldError, field_errors, invalid, not_found, problem, refused
from billing.api.fields import TextField
from billing.gateways.configured import GatewayMissing, configured_gateway
from billing.gateways.stripe import GatewayRefused, GatewayUnreachable
from billing.models import PaymentMethod, Receivable
from billing.operations.record_method import MethodGone, choose_default_method
from billing.operations.start_attempts import NothingOpen
from billing.operations.start_checkout import InvoicesDiffer, start_checkout, start_method_setup
from billing.operations.start_setup import start_setup
from billing.queries.find_customer import find_customer
from kernel.refusal import Refusal

PAY, LEAVE_METHOD = "payment", "setup"
GATEWAY_AWAY, GATEWAY_REFUSED = "payment_gateway_unreachable", "payment_gateway_refused"


class MethodSchema(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    brand = serializers.CharField()
    last4 = serializers.CharField()
    expires_on = serializers.DateField(allow_null=True)
    is_default = serializers.BooleanField(help_text="Charged by itself when an invoice is issued")


class MethodListSchema(serializers.Serializer[Any]):
    payment_methods = MethodSchema(many=True)


class DefaultSchema(serializers.Serializer[Any]):
    payment_method = serializers.UUIDField()


class SetupSchema(serializers.Serializer[Any]):
    id = serializers.CharField(help_text="seti_…")
    client_secret = serializers.CharField(help_text="For the gateway's own form in the browser")


class CheckoutSchema(serializers.Serializer[Any]):
    mode = serializers.ChoiceField([PAY, LEAVE_METHOD], default=PAY)
    invoices = serializers.ListField(
        child=TextField(max_length=40),
        required=False,
        max_length=50,
        help_text="Numbers; without them, all that is open in the customer's currency",
    )
    success_url = serializers.URLField(max_length=500)
    cancel_url = serializers.URLField(max_length=500)


class CheckoutAnswerSchema(serializers.Serializer[Any]):
    url = serializers.URLField(help_text="Send the customer there; it expires within a day")


class PaymentMethods(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ, "PUT": ApiScope.BILLING_WRITE}

    @extend_schema(operation_id="payment_methods", tags=["Payments"], responses=MethodListSchema)
    def get(self, request: Request, customer: str) -> Response:
        """Methods a customer left with the gateway, the default first. Card numbers never reach us."""
        found = find_customer(customer)
        return not_found("such customer") if found is None else Response(methods_of(found))

    @extend_schema(
        operation_id="payment_method_choose",
        tags=["Payments"],
        request=DefaultSchema,
        responses={200: MethodListSchema, **problem(409, MethodGone)},
    )
    def put(self, request: Request, customer: str) -> Response:
        """Choose the method that is charged by itself."""
        found = find_customer(customer)
        if found is None:
            return not_found("such customer")
        body = DefaultSchema(data=request.data)
        if not body.is_valid():
            return invalid(field_errors(body.errors))
        method = found.payment_methods.filter(pk=body.validated_data["payment_method"]).first()
        if method is None:
            return not_found("such payment method of this customer")
        try:
            choose_default_method(method_id=method.pk)
        except Refusal as refusal:
            return refused(refusal)
        return Response(methods_of(found))


def methods_of(customer: Customer) -> dict[str, Any]:
    names = ("id", "kind", "brand", "last4", "expires_on", "is_default")
    kept = PaymentMethod.objects.filter(customer=customer, detached_at=None)
    return {"payment_methods": list(kept.values(*names))}


class SetupIntents(ApiView):
    has_sandbox = False
    scopes = {"POST": ApiScope.BILLING_WRITE}

    @extend_schema(
        operation_id="setup_intent_create",
        tags=["Payments"],
        request=None,
        responses={
            201: SetupSchema,
            **problem(409, GATEWAY_REFUSED, "sandbox_without"),
            **problem(503, GatewayMissing, GATEWAY_AWAY),
        },
    )
    def post(self, request: Request, customer: str) -> Response:
        """Begin to keep a payment method on a page of your own; the webhook tells us of it."""
        found = find_customer(customer)
        if found is None:
            return not_found("such customer")

        def act() -> Response:
            setup = start_setup(
                gateway=configured_gateway(), customer_id=found.pk, at=timezone.now()
            )
            body = {"id": setup.gateway_id, "client_secret": setup.client_secret}
            return Response(body, status=201)

        return asked(act)


class CheckoutSessions(ApiView):
    has_sandbox = False
    scopes = {"POST": ApiScope.BILLING_WRITE}

    @extend_schema(
        operation_id="checkout_session_create",
        tags=["Payments"],
        request=CheckoutSchema,
        responses={
            201: CheckoutAnswerSchema,
            **problem(409, NothingOpen, InvoicesDiffer, GATEWAY_REFUSED, "sandbox_without"),
            **problem(503, GatewayMissing, GATEWAY_AWAY),
        },
    )
    def post(self, request: Request, customer: str) -> Response:
        """A page of the gateway on which the customer pays open invoices, or leaves a method."""
        found = find_customer(customer)
        if found is None:
            return not_found("such customer")
        body = CheckoutSchema(data=request.data)
        if not body.is_valid():
            return invalid(field_errors(body.errors))
        said = body.validated_data
        numbers = said.get("invoices", [])
        open_now = Receivable.objects.filter(customer=found, open_minor__gt=0)
        wanted = (
            open_now.filter(invoice__number__in=numbers)
            if numbers
            else open_now.filter(currency=found.currency)
        )
        chosen = dict(wanted.values_list("invoice__number", "pk"))
        if missing := [number for number in numbers if number not in chosen]:
            message = f"Nothing is open on {', '.join(missing)} of this customer."
            return invalid([FieldError("invoices", "not_open", message)])

        def act() -> Response:
            pages = {name: said[name] for name in ("success_url", "cancel_url")}
            at, gateway = timezone.now(), configured_gateway()
            if said["mode"] == LEAVE_METHOD:
                url = start_method_setup(gateway=gateway, customer_id=found.pk, at=at, **pages)
            else:
                keys = list(chosen.values())
                url = start_checkout(gateway=gateway, receivable_ids=keys, at=at, **pages)
            return Response({"url": url}, status=201)

        return asked(act)


def asked(act: Callable[[], Response]) -> Response:
    """503 where the gateway is missing or does not answer; nothing was charged, ask again."""
    try:
        return act()
    except GatewayMissing as refusal:
        return refused(refusal, 503)
    except Refusal as refusal:
        return refused(refusal)
    except GatewayUnreachable as error:
        body = {"code": GATEWAY_AWAY, "message": f"{error} Ask again later."}
        return Response(body, status=503)
    except GatewayRefused as error:
        return Response({"code": GATEWAY_REFUSED, "message": str(error)}, status=409)
