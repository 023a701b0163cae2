"""GET an evidence packet: everything that explains an invoice, as the desk's ZIP has it."""

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accounts.enums import ApiScope
from billing.api.authentication import ApiView
from billing.api.errors import not_found
from billing.models import Invoice
from desk.api.record_schema import schema_of
from desk.documents.packet_zip import packet_json
from desk.queries.packet.collect import packet_of
from desk.queries.packet.records import Packet
from desk.queries.packet.subject import asked_for


class InvoicePacket(ApiView):
    scopes = {"GET": ApiScope.BILLING_READ}

    @extend_schema(operation_id="invoice_packet", tags=["Invoices"], responses=schema_of(Packet))
    def get(self, request: Request, number: str) -> HttpResponseBase:
        """
        Events, ledger entries with hashes, versions, taxes, corrections, money and the story of an
        invoice or credit note. Persons stand under pseudonyms: no scope of the API shows names.
        """
        invoice = Invoice.objects.exclude(number="").filter(number=number).first()
        asked = asked_for("invoice", invoice.pk) if invoice else None
        if asked is None:
            return not_found("such invoice")
        packet = packet_of(asked, at=timezone.now(), may_see_people=False)
        return HttpResponse(packet_json(packet), content_type="application/json")
