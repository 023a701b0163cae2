"""POST credit notes: an estimate with `dry_run`, else the credit note as issued."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView, caller
from billing.api.clock import time_of
from billing.api.errors import FieldError, field_errors, invalid, not_found, problem, refused
from billing.api.events import IDEMPOTENCY
from billing.api.fields import TextField
from billing.api.idempotency import once
from billing.api.schemas import InvoiceSchema
from billing.calc.credits import CreditAboveWhatIsLeft, CreditIsNothing, NothingLeftToCredit
from billing.enums import CreditNoteReason, CreditScope, Settlement
from billing.models import Invoice
from billing.operations.credit_invoice import (
    CreditIsAnother,
    CreditOrder,
    NothingOpen,
    RefundNeedsPayment,
    credit_invoice,
)
from billing.operations.estimate_credit import CreditAsk, NotCreditable, estimate_credit
from billing.operations.request_refund import (
    PaymentNotRefundable,
    RefundReasonMissing,
    RefundTooLarge,
)
from billing.queries.issued_invoices import invoice_on_paper
from kernel.refusal import Refusal

LINES_AT_MOST = 2_000
REFUSALS = (
    NotCreditable, NothingLeftToCredit, CreditAboveWhatIsLeft, CreditIsNothing, CreditIsAnother,
    NothingOpen, RefundNeedsPayment, RefundTooLarge, RefundReasonMissing, PaymentNotRefundable,
)  # fmt: skip
REASONS = [choice for choice in CreditNoteReason.choices if choice[0] != CreditNoteReason.VOID]


class CreditPartSchema(serializers.Serializer[Any]):
    position = serializers.IntegerField(min_value=1, help_text="The line's on the invoice")
    amount_minor = serializers.IntegerField(min_value=1, help_text="Before tax")


class CreditNoteRequestSchema(serializers.Serializer[Any]):
    """`lines` with scope "lines", `amount_minor` (tax included) with scope "amount"."""

    scope = serializers.ChoiceField(CreditScope.choices)
    lines = serializers.ListField(
        child=CreditPartSchema(), required=False, max_length=LINES_AT_MOST
    )
    amount_minor = serializers.IntegerField(min_value=1, required=False)
    reason = serializers.ChoiceField(REASONS)
    text = TextField(max_length=300, required=False, allow_blank=True)
    settlement = serializers.ChoiceField(Settlement.choices, default=Settlement.BALANCE)
    payment = serializers.UUIDField(required=False, help_text="A refund goes back by it")
    expected_total_minor = serializers.IntegerField(
        required=False, help_text="Of the estimate; another amount is refused"
    )
    dry_run = serializers.BooleanField(default=False)


class EstimatedLineSchema(serializers.Serializer[Any]):
    position = serializers.IntegerField()
    credits_position = serializers.IntegerField()
    description = serializers.CharField()
    formula = serializers.CharField()
    amount_minor = serializers.IntegerField()


class EstimatedTaxSchema(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    name = serializers.CharField()
    jurisdiction = serializers.CharField()
    rate_percent = serializers.DecimalField(max_digits=7, decimal_places=4)
    base_minor = serializers.IntegerField()
    amount_minor = serializers.IntegerField()


class CreditEstimateSchema(serializers.Serializer[Any]):
    credits = serializers.CharField(help_text="Number of the invoice")
    currency = serializers.CharField()
    lines = EstimatedLineSchema(many=True)
    taxes = EstimatedTaxSchema(many=True)
    subtotal_minor = serializers.IntegerField()
    tax_minor = serializers.IntegerField()
    total_minor = serializers.IntegerField()
    left_minor = serializers.IntegerField(help_text="Of the invoice afterwards, tax included")
    open_minor = serializers.IntegerField(help_text="On the invoice now")


class CreditNotes(ApiView):
    scopes = {"POST": ApiScope.BILLING_WRITE}

    @extend_schema(
        operation_id="credit_note_create",
        tags=["Invoices"],
        request=CreditNoteRequestSchema,
        responses={
            200: CreditEstimateSchema,
            201: InvoiceSchema,
            **problem(422, *REFUSALS),
        },
        parameters=[IDEMPOTENCY],
    )
    def post(self, request: Request, number: str) -> Response:
        """Credit an invoice: 201 the credit note; 200 its estimate with `dry_run`; 422 refused."""
        now = time_of(request)

        def act() -> Response:
            return answer(request, number=number, at=now)

        return once(request, at=now, act=act)


def answer(request: Request, *, number: str, at: datetime) -> Response:
    body = CreditNoteRequestSchema(data=request.data)
    if not body.is_valid():
        return invalid(field_errors(body.errors))
    invoice = Invoice.objects.exclude(number="").filter(number=number).first()
    if invoice is None:
        return not_found("such invoice")
    values = body.validated_data
    positions = [part["position"] for part in values.get("lines", ())]
    if len(set(positions)) != len(positions):
        return invalid([FieldError("lines", "repeated", "Name each line once.")])
    try:
        ask = ask_of(values)
        if values["dry_run"]:
            return Response(asdict(estimate_credit(invoice_id=invoice.pk, ask=ask)))
        order = CreditOrder(
            ask=ask,
            reason=CreditNoteReason(values["reason"]),
            settlement=Settlement(values["settlement"]),
            text=values.get("text", ""),
            payment_id=values.get("payment"),
            expected_minor=values.get("expected_total_minor"),
            client=caller(request),
        )
        note = credit_invoice(invoice_id=invoice.pk, order=order, at=at)
    except Refusal as refusal:
        return refused(refusal, 422)
    return Response(note_body(note), status=201)


def ask_of(values: dict[str, Any]) -> CreditAsk:
    return CreditAsk(
        scope=CreditScope(values["scope"]),
        lines={part["position"]: part["amount_minor"] for part in values.get("lines", ())},
        amount_minor=values.get("amount_minor", 0),
    )


def note_body(note: Invoice) -> dict[str, Any]:
    paper = invoice_on_paper(note.number)
    assert paper is not None, "it was issued in this transaction"
    body = asdict(paper)
    return {**body.pop("invoice"), **body}
