"""GET customers/{id}/statement: what moved a customer's account, and what the balance is made of."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView
from billing.api.clock import time_of
from billing.api.errors import field_errors, invalid, not_found
from billing.calc.statement import Account
from billing.queries.find_customer import find_customer
from billing.queries.statement import CustomerStatement, customer_statement, local_day


class StatementQuestionSchema(serializers.Serializer[Any]):
    """Days in the customer's time zone, both included."""

    first = serializers.DateField(required=False, help_text="Without it, from the beginning")
    as_of = serializers.DateField(required=False, help_text="Without it, today")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        first, as_of = attrs.get("first"), attrs.get("as_of")
        if first and as_of and first > as_of:
            raise serializers.ValidationError({"first": "It starts after it ends."})
        return attrs


class StatementLineSchema(serializers.Serializer[Any]):
    id = serializers.UUIDField(help_text="Of the invoice, payment, refund or write-off")
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    day = serializers.DateField()
    valued_on = serializers.DateField(allow_null=True, help_text="The bank's date, if it differs")
    reference = serializers.CharField()
    amount_minor = serializers.IntegerField(help_text="Positive: the customer owes more")
    balance_minor = serializers.IntegerField()


class OpenItemSchema(serializers.Serializer[Any]):
    invoice_id = serializers.UUIDField()
    number = serializers.CharField()
    due_date = serializers.DateField()
    open_minor = serializers.IntegerField()
    days_overdue = serializers.IntegerField()


class AccountSchema(serializers.Serializer[Any]):
    billing_entity = serializers.CharField()
    currency = serializers.CharField()
    opening_minor = serializers.IntegerField()
    lines = StatementLineSchema(many=True)
    closing_minor = serializers.IntegerField(help_text="open_minor less credit_minor")
    open_items = OpenItemSchema(many=True)
    open_minor = serializers.IntegerField()
    credit_minor = serializers.IntegerField()


class StatementSchema(serializers.Serializer[Any]):
    customer = serializers.CharField()
    time_zone = serializers.CharField()
    first = serializers.DateField(allow_null=True)
    as_of = serializers.DateField()
    accounts = AccountSchema(many=True)


class CustomerStatementView(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="customer_statement",
        tags=["Customers"],
        parameters=[StatementQuestionSchema],
        responses=StatementSchema,
    )
    def get(self, request: Request, customer: str) -> Response:
        """One account for each billing entity and currency. Customer: external id, or our id."""
        found = find_customer(customer)
        if found is None:
            return not_found("such customer")
        asked = StatementQuestionSchema(data=request.query_params.dict())
        if not asked.is_valid():
            return invalid(field_errors(asked.errors))
        today = local_day(found, time_of(request))
        as_of = min(asked.validated_data.get("as_of", today), today)
        statement = customer_statement(
            customer=found, first=asked.validated_data.get("first"), as_of=as_of
        )
        return Response(statement_body(statement))


def statement_body(statement: CustomerStatement) -> dict[str, Any]:
    return {
        "customer": statement.customer.external_id,
        "time_zone": statement.customer.time_zone,
        "first": statement.first,
        "as_of": statement.as_of,
        "accounts": [account_body(one) for one in statement.accounts],
    }


def account_body(account: Account) -> dict[str, Any]:
    return {
        "billing_entity": account.entity,
        "currency": account.currency,
        "opening_minor": account.opening_minor,
        "lines": [
            {
                "id": line.movement.key,
                "kind": line.movement.kind,
                "at": line.movement.at,
                "day": line.movement.day,
                "valued_on": line.movement.valued_on,
                "reference": line.movement.reference,
                "amount_minor": line.movement.amount_minor,
                "balance_minor": line.balance_minor,
            }
            for line in account.lines
        ],
        "closing_minor": account.closing_minor,
        "open_items": [
            {
                "invoice_id": item.claim.key,
                "number": item.claim.number,
                "due_date": item.claim.due_date,
                "open_minor": item.open_minor,
                "days_overdue": item.days_overdue,
            }
            for item in account.open_items
        ],
        "open_minor": account.open_minor,
        "credit_minor": account.credit_minor,
    }
