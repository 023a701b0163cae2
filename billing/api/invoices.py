"""GET invoices: a page of them, one with its lines, and its document as issued."""

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView
from billing.api.customers import field_errors
from billing.api.errors import invalid, not_found, refused
from billing.api.schemas import InvoiceListSchema, InvoiceSchema
from billing.documents.archive import open_document
from billing.enums import InvoiceKind
from billing.models import InvoiceDocument
from billing.queries.issued_invoices import (
    InvoiceQuestion,
    invoice_on_paper,
    issued_page,
)
from kernel.refusal import Refusal

LARGEST_PAGE = 200


class InvoiceQuestionSchema(serializers.Serializer[Any]):
    """Filters of the list; dates are UTC and both included."""

    customer = serializers.CharField(max_length=100, required=False, help_text="External id")
    kind = serializers.ChoiceField(InvoiceKind.choices, required=False)
    issued_from = serializers.DateField(required=False)
    issued_to = serializers.DateField(required=False)
    limit = serializers.IntegerField(min_value=1, max_value=LARGEST_PAGE, default=50)
    cursor = serializers.CharField(max_length=200, required=False)


class Invoices(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="invoices_list",
        parameters=[InvoiceQuestionSchema],
        responses=InvoiceListSchema,
    )
    def get(self, request: Request) -> Response:
        """Finalized invoices and credit notes, the newest first; follow `next_cursor` for more."""
        asked = InvoiceQuestionSchema(data=request.query_params)
        if not asked.is_valid():
            return invalid(field_errors(asked.errors))
        try:
            page = issued_page(question_of(asked.validated_data))
        except Refusal as refusal:
            return refused(refusal, 400)
        return Response(asdict(page))


def question_of(asked: dict[str, Any]) -> InvoiceQuestion:
    first, last = asked.get("issued_from"), asked.get("issued_to")
    return InvoiceQuestion(
        customer=asked.get("customer", ""),
        kind=asked.get("kind", ""),
        issued_from=midnight(first) if first else None,
        issued_until=midnight(last + timedelta(days=1)) if last and last < date.max else None,
        cursor=asked.get("cursor", ""),
        limit=asked["limit"],
    )


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=UTC)


class InvoiceByNumber(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(responses=InvoiceSchema)
    def get(self, request: Request, number: str) -> Response:
        """One invoice with its parties, lines, quoted policies and the digest of its document."""
        paper = invoice_on_paper(number)
        if paper is None:
            return not_found("such invoice")
        body = asdict(paper)
        return Response({**body.pop("invoice"), **body})


class InvoicePdf(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(responses={(200, "application/pdf"): bytes})
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """The PDF as issued, byte for byte; its ETag is its digest."""
        document = (
            InvoiceDocument.objects.select_related("invoice")
            .exclude(invoice__number="")
            .filter(invoice__number=number)
            .first()
        )
        if document is None:
            return not_found("document of such an invoice yet")
        try:
            content = open_document(document)
        except Refusal as refusal:
            return refused(refusal)
        headers = {
            "ETag": f'"{document.sha256}"',
            "Content-Disposition": f'inline; filename="{document.invoice.number}.pdf"',
        }
        return HttpResponse(content, content_type="application/pdf", headers=headers)
