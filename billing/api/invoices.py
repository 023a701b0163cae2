"""GET invoices: a page of them, one with its lines, its document as issued, and it as data."""

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
from billing.api.errors import field_errors, invalid, not_found, problem, refused
from billing.api.schemas import InvoiceBreakdownSchema, InvoiceListSchema, InvoiceSchema
from billing.documents.archive import (
    DocumentAltered,
    DocumentMissing,
    DocumentWithoutData,
    open_data,
    open_document,
)
from billing.documents.e_invoice.invalid import EInvoiceInvalid
from billing.documents.e_invoice.write import write_ubl
from billing.enums import InvoiceKind, InvoiceState
from billing.models import Invoice, InvoiceDocument
from billing.queries.invoice_sources import source_of_issued
from billing.queries.issued_invoices import (
    CursorUnreadable,
    InvoiceQuestion,
    invoice_on_paper,
    issued_page,
)
from billing.queries.line_breakdown import by_group, line_breakdowns
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
        operation_id="invoices",
        tags=["Invoices"],
        parameters=[InvoiceQuestionSchema],
        responses={200: InvoiceListSchema, **problem(400, CursorUnreadable)},
    )
    def get(self, request: Request) -> Response:
        """Finalized invoices and credit notes, the newest first; follow `next_cursor` for more."""
        asked = InvoiceQuestionSchema(data=request.query_params.dict())
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

    @extend_schema(operation_id="invoice", tags=["Invoices"], responses=InvoiceSchema)
    def get(self, request: Request, number: str) -> Response:
        """One invoice with its parties, lines, quoted policies and the digest of its document."""
        paper = invoice_on_paper(number)
        if paper is None:
            return not_found("such invoice")
        body = asdict(paper)
        return Response({**body.pop("invoice"), **body})


class InvoiceBreakdown(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="invoice_breakdown", tags=["Invoices"], responses=InvoiceBreakdownSchema
    )
    def get(self, request: Request, number: str) -> Response:
        """Every line by group and cost center; shares add up to their line, minor units."""
        invoice = Invoice.objects.filter(number=number, state=InvoiceState.FINALIZED).first()
        if invoice is None:
            return not_found("such invoice")
        shares = line_breakdowns([invoice.pk])
        lines = [
            {
                "position": line.position,
                "amount_minor": line.amount_minor,
                "shares": shares[line.pk],
            }
            for line in invoice.lines.order_by("position")
        ]
        body = {"number": number, "currency": invoice.currency, "lines": lines}
        return Response(
            InvoiceBreakdownSchema({**body, "groups": by_group(list(shares.values()))}).data
        )


class InvoicePdf(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="invoice_pdf",
        tags=["Invoices"],
        responses={
            (200, "application/pdf"): bytes,
            **problem(409, DocumentMissing, DocumentAltered),
        },
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """The PDF as issued, byte for byte; its ETag is its digest."""
        document = document_of(number)
        if document is None:
            return not_found("document of such an invoice yet")
        try:
            content = open_document(document)
        except Refusal as refusal:
            return refused(refusal)
        return download(
            content, digest=document.sha256, name=f"{number}.pdf", content_type="application/pdf"
        )


class InvoiceXml(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="invoice_xml",
        tags=["Invoices"],
        responses={
            (200, "application/xml"): bytes,
            **problem(409, DocumentMissing, DocumentAltered, DocumentWithoutData),
        },
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """The invoice as data (EN 16931, CII) as it lies inside the PDF; its ETag is its digest."""
        document = document_of(number)
        if document is None:
            return not_found("document of such an invoice yet")
        try:
            content = open_data(document)
        except Refusal as refusal:
            return refused(refusal)
        return download(content, digest=document.xml_sha256, name=f"{number}.xml")


class InvoiceUbl(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="invoice_ubl",
        tags=["Invoices"],
        responses={(200, "application/xml"): bytes, **problem(409, EInvoiceInvalid)},
    )
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """The same data as UBL 2.1, written and checked on demand."""
        source = source_of_issued(number=number)
        if source is None:
            return not_found("such invoice")
        try:
            data = write_ubl(source)
        except Refusal as refusal:
            return refused(refusal)
        return download(data.xml, digest=data.sha256, name=f"{number}.ubl.xml")


def document_of(number: str) -> InvoiceDocument | None:
    return (
        InvoiceDocument.objects.select_related("invoice")
        .exclude(invoice__number="")
        .filter(invoice__number=number)
        .first()
    )


def download(
    content: bytes, *, digest: str, name: str, content_type: str = "application/xml"
) -> HttpResponse:
    headers = {"ETag": f'"{digest}"', "Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=headers)
