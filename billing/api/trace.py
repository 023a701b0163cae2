"""GET traces: why a line has its amount, and where an event went."""

from dataclasses import asdict
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.enums import ApiScope
from billing.api.authentication import ApiView
from billing.api.errors import not_found
from billing.api.schemas import EventReachSchema, LineTraceSchema
from billing.queries.trace import trace_event, trace_line_of


class InvoiceLineTrace(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(operation_id="invoice_line_trace", tags=["Invoices"], responses=LineTraceSchema)
    def get(self, request: Request, number: str, position: int) -> Response:
        """Line, rated span, ledger entries and events; corrections both ways."""
        trace = trace_line_of(invoice_number=number, position=position)
        return Response(asdict(trace)) if trace else not_found("such invoice line")


class EntitlementEventTrace(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(
        operation_id="entitlement_event_trace", tags=["Events"], responses=EventReachSchema
    )
    def get(self, request: Request, event_id: UUID) -> Response:
        """The event's entries, its corrections both ways, and every line they explain."""
        reach = trace_event(event_id)
        return Response(asdict(reach)) if reach else not_found("such entitlement event")
