"""POST customers: who pays, and the billing entity that invoices them."""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope, CustomerStatus
from accounts.operations.register_customer import (
    CustomerExists,
    TimeZoneUnknown,
    register_customer,
)
from billing.api.authentication import ApiView
from billing.api.clock import time_of
from billing.api.errors import FieldError, field_errors, invalid, not_found, problem, refused
from billing.api.events import IDEMPOTENCY
from billing.api.fields import TextField
from billing.api.idempotency import once
from billing.api.lists import PageQuestionSchema, listed
from billing.queries.find_customer import find_customer
from billing.queries.issued_invoices import CursorUnreadable
from billing.queries.keyed_pages import customer_head, customers_page
from kernel.refusal import Refusal
from tax.models import BillingEntity
from tax.operations.assign_seller import assign_seller
from tax.operations.record_evidence import declare_place, record_evidence
from tax.records.tax_id_form import TaxIdMalformed

SOURCE = "API"


class CustomerSchema(serializers.Serializer[Any]):
    external_id = TextField(max_length=100)
    legal_name = TextField(max_length=200)
    country = serializers.RegexField(r"^[A-Z]{2}$")
    currency = serializers.RegexField(r"^[A-Z]{3}$")
    address_line1 = TextField(max_length=200, required=False, allow_blank=True)
    address_line2 = TextField(max_length=200, required=False, allow_blank=True)
    postal_code = TextField(max_length=20, required=False, allow_blank=True)
    city = TextField(max_length=100, required=False, allow_blank=True)
    region = TextField(max_length=100, required=False, allow_blank=True)
    language = serializers.ChoiceField(["en", "de"], default="en")
    time_zone = TextField(max_length=64, default="UTC")
    tax_number = TextField(
        max_length=32, required=False, allow_blank=True, help_text="VAT or tax id; it is verified"
    )
    is_business = serializers.BooleanField(default=True)
    place_of_use = serializers.RegexField(
        r"^[A-Z]{2}$",
        required=False,
        help_text="Country where the customer says it uses the product: evidence for tax",
    )
    payment_terms_days = serializers.IntegerField(min_value=0, max_value=365, default=30)
    paper = serializers.ChoiceField(["A4", "Letter"], default="A4")
    billing_owner_name = TextField(max_length=200, required=False)
    billing_owner_email = serializers.EmailField(required=False)
    billing_entity = TextField(max_length=8, required=False)


class CustomerAnswerSchema(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    external_id = serializers.CharField()


class CustomersQuestionSchema(PageQuestionSchema):
    search = TextField(
        max_length=100, required=False, help_text="Part of the name or of the external id"
    )
    country = serializers.RegexField(r"^[A-Z]{2}$", required=False)
    status = serializers.ChoiceField(CustomerStatus.choices, required=False)


class CustomerHeadSchema(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    external_id = serializers.CharField()
    legal_name = serializers.CharField()
    country = serializers.CharField()
    region = serializers.CharField()
    postal_code = serializers.CharField()
    city = serializers.CharField()
    currency = serializers.CharField()
    language = serializers.CharField()
    time_zone = serializers.CharField()
    is_business = serializers.BooleanField()
    payment_terms_days = serializers.IntegerField()
    status = serializers.ChoiceField(CustomerStatus.choices)
    created_at = serializers.DateTimeField()


class CustomerListSchema(serializers.Serializer[Any]):
    customers = CustomerHeadSchema(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class Customers(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ, "POST": ApiScope.CATALOG_WRITE}

    @extend_schema(
        operation_id="customers",
        tags=["Customers"],
        parameters=[CustomersQuestionSchema],
        responses={200: CustomerListSchema, **problem(400, CursorUnreadable)},
    )
    def get(self, request: Request) -> Response:
        """Customers, the newest first; follow `next_cursor` for more."""
        return listed(
            request,
            question=CustomersQuestionSchema,
            name="customers",
            page=customers_page,
            shown=asdict,
        )

    @extend_schema(
        operation_id="customer_create",
        tags=["Customers"],
        request=CustomerSchema,
        responses={
            201: CustomerAnswerSchema,
            **problem(409, CustomerExists, TimeZoneUnknown, TaxIdMalformed),
        },
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request) -> Response:
        """Register a customer with its first group and, when named, its billing owner and seller."""
        now = time_of(request)

        def act() -> Response:
            body = CustomerSchema(data=request.data)
            if not body.is_valid():
                return invalid(field_errors(body.errors))
            values = dict(body.validated_data)
            code, place = values.pop("billing_entity", ""), values.pop("place_of_use", "")
            entity = BillingEntity.objects.filter(code=code).first() if code else None
            if code and entity is None:
                message = f"There is no billing entity “{code}”."
                return invalid([FieldError("billing_entity", "unknown", message)])
            try:
                with transaction.atomic():
                    customer = register_customer(**values, at=now)
                    if entity:
                        assign_seller(customer=customer, billing_entity=entity)
                    record_evidence(customers=[customer], source=SOURCE, at=now)
                    if place:
                        declare_place(customer=customer, country=place, source=SOURCE, at=now)
            except Refusal as refusal:
                return refused(refusal)
            return Response(
                {"id": str(customer.pk), "external_id": customer.external_id}, status=201
            )

        return once(request, at=now, act=act)


class CustomerByName(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(operation_id="customer", tags=["Customers"], responses=CustomerHeadSchema)
    def get(self, request: Request, customer: str) -> Response:
        """One customer, by its external id or by ours."""
        found = find_customer(customer)
        if found is None:
            return not_found("such customer")
        return Response(asdict(customer_head(found)))
