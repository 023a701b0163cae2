"""Deliver: write the e-mail a rendered document goes out with. Sending comes later, outside."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from uuid6 import uuid7

from accounts.gateways.mail import Attachment, message_id_for
from accounts.queries.invoice_addresses import invoice_addresses
from billing.documents.archive import open_document
from billing.documents.invoice_letter import write_invoice_letter
from billing.enums import StageName
from billing.models import Invoice, InvoiceDelivery
from billing.operations.refuse import Refused, record_refusals
from kernel.refusal import Refusal
from kernel.stage import StageOutcome


class NoAddress(Refusal):
    code = "delivery_no_address"

    def __init__(self, customer: str) -> None:
        super().__init__(
            f"No billing owner of {customer} receives invoices. Add an address on the customer's "
            "page, then try again; or download the document and send it yourself."
        )


class NotRendered(Refusal):
    code = "delivery_not_rendered"


@transaction.atomic
def deliver_invoices(*, keys: Sequence[UUID], at: datetime) -> StageOutcome:
    """Queue one e-mail for each document; a customer nobody can write to waits for a person."""
    waiting = (
        Invoice.objects.filter(pk__in=keys, document__isnull=False, deliveries=None)
        .select_related("customer", "billing_entity")
        .order_by("pk")
    )
    invoices = list(waiting)
    to = invoice_addresses([one.customer_id for one in invoices])
    refused = [
        Refused(one.pk, one.number, NoAddress.code, str(NoAddress(one.customer.legal_name)))
        for one in invoices
        if not to[one.customer_id]
    ]
    InvoiceDelivery.objects.bulk_create(
        queued(one, to=to[one.customer_id], at=at) for one in invoices if to[one.customer_id]
    )
    record_refusals(stage=StageName.DELIVER, refused=refused, at=at)
    return StageOutcome(passed=len(invoices) - len(refused), refused=len(refused))


@transaction.atomic
def deliver_again(*, invoice_id: UUID, by: User, at: datetime) -> InvoiceDelivery:
    """
    Queue one more e-mail with the document, because a person asks for it.

    :raises NotRendered: if there is no document yet
    :raises NoAddress: if no billing owner receives invoices
    """
    invoice = (
        Invoice.objects.select_for_update(of=("self",), no_key=True)
        .select_related("customer", "billing_entity")
        .get(pk=invoice_id)
    )
    if not hasattr(invoice, "document"):
        raise NotRendered("Its document is not rendered yet. Try again in a minute.")
    to = invoice_addresses([invoice.customer_id])[invoice.customer_id]
    if not to:
        raise NoAddress(invoice.customer.legal_name)
    sent = (
        InvoiceDelivery.objects.filter(invoice=invoice).aggregate(last=Max("number"))["last"] or 0
    )
    delivery = queued(invoice, to=to, at=at, number=sent + 1, by=by)
    delivery.save(force_insert=True)
    return delivery


def queued(
    invoice: Invoice,
    *,
    to: Sequence[str],
    at: datetime,
    number: int = 1,
    by: User | None = None,
) -> InvoiceDelivery:
    letter = write_invoice_letter(invoice)
    key = uuid7()
    return InvoiceDelivery(
        id=key, invoice=invoice, number=number, asked_by=by, language=letter.language, to=list(to),
        reply_to=invoice.billing_entity.email, subject=letter.subject, text=letter.text,
        html=letter.html, message_id=message_id_for(key), queued_at=at, send_after=at,
    )  # fmt: skip


def attach_document(delivery: InvoiceDelivery) -> Sequence[Attachment]:
    """
    The document as it was issued, for the mail it goes with.

    :raises DocumentAltered: if the file is no longer the one issued; nothing is sent then
    """
    invoice = Invoice.objects.select_related("document").get(pk=delivery.invoice_id)
    return [(f"{invoice.number}.pdf", open_document(invoice.document), "application/pdf")]
