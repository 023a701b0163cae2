"""What somebody holds in their hand, and the documents it concerns: the entrance to a packet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from accounts.models import ExceptionRequest
from billing.models import (
    Dispute,
    EntitlementEvent,
    GatewayEvent,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentAttempt,
    Refund,
    SeatLedgerEntry,
)
from billing.queries.find_subject import as_uuid, find_subjects
from billing.queries.trace import trace_event
from dunning.models import DunningCase

INVOICES_AT_MOST = 12
LOOKED_THROUGH = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """
    What was looked up. `invoice_ids` are the documents it concerns, the latest `INVOICES_AT_MOST`.

    `line_id` is set where one line was meant, `entry_ids` where an event was, `payment_ids` where money.
    """

    kind: str
    id: UUID
    label: str
    customer_id: UUID
    invoice_ids: tuple[UUID, ...]
    line_id: UUID | None = None
    entry_ids: tuple[UUID, ...] = ()
    payment_ids: tuple[UUID, ...] = ()
    left_out_invoices: int = 0


def find_asked(name: str) -> tuple[Asked, ...]:
    """
    Everything a name may stand for: numbers, ids and what the gateway calls them.

    Several only where two customers' products use the same event id.
    """
    name = name.strip()
    if not name or "\x00" in name:
        return ()
    known = [
        asked
        for one in find_subjects(name)
        if (
            asked := asked_for("line", one.line_id)
            if one.line_id
            else asked_for("event", one.event_id)
            if one.event_id
            else asked_for("invoice", one.invoice_id)
        )
    ]
    if known:
        return tuple(known)
    key = as_uuid(name)
    found = by_key(key) if key else by_name(name)
    return (found,) if found else ()


def by_key(key: UUID) -> Asked | None:
    return next((found for kind in BY_KIND if (found := asked_for(kind, key))), None)


def by_name(name: str) -> Asked | None:
    """A number in small letters, an exception's number, or an id of the gateway."""
    invoice = Invoice.objects.exclude(number="").filter(number=name.upper()).first()
    if invoice:
        return asked_for("invoice", invoice.pk)
    request = ExceptionRequest.objects.filter(number=name.upper()).first()
    if request:
        return asked_for("exception", request.pk)
    webhook = GatewayEvent.objects.filter(event_id=name).first()
    gateway_id = webhook.object_id if webhook else name
    if not gateway_id:
        return None
    for kind, table in GATEWAY_TABLES:
        row = table._default_manager.filter(gateway_id=gateway_id).order_by("pk").first()
        if row:
            return asked_for(kind, row.pk)
    return None


def asked_for(kind: str, key: UUID | None) -> Asked | None:
    """The packet of a row by its kind and id; None where there is no such row."""
    if key is None or kind not in BY_KIND:
        return None
    found = BY_KIND[kind](key)
    return latest_documents(found) if found else None


def latest_documents(asked: Asked) -> Asked:
    """Each document once, the newest of many (their ids follow time)."""
    keys = sorted(set(asked.invoice_ids))
    kept = tuple(keys[-INVOICES_AT_MOST:])
    return replace(asked, invoice_ids=kept, left_out_invoices=len(keys) - len(kept))


def of_invoice(key: UUID) -> Asked | None:
    """With the invoice that a credit note of a person credits."""
    row = Invoice.objects.filter(pk=key).first()
    if row is None:
        return None
    concerned = (row.pk, row.credits_id) if row.credits_id else (row.pk,)
    return Asked("invoice", row.pk, row.number or "Draft", row.customer_id, concerned)


def of_line(key: UUID) -> Asked | None:
    row = InvoiceLine.objects.select_related("invoice").filter(pk=key).first()
    return line_asked("line", key, row) if row else None


def of_span(key: UUID) -> Asked | None:
    """By the line it became; a span that is on no line yet explains no amount."""
    row = InvoiceLine.objects.select_related("invoice").filter(rated_span=key).first()
    return line_asked("span", key, row) if row else None


def line_asked(kind: str, key: UUID, row: InvoiceLine) -> Asked:
    label = f"{row.invoice.number or 'Draft'} line {row.position}"
    return Asked(kind, key, label, row.customer_id, (row.invoice_id,), line_id=row.pk)


def of_event(key: UUID) -> Asked | None:
    """Every document the event and its corrections reach; the entries also where there is none yet."""
    event = EntitlementEvent.objects.filter(pk=key).first()
    reach = trace_event(key) if event else None
    if event is None or reach is None:
        return None
    return Asked(
        kind="event",
        id=key,
        label=event.source_event_id,
        customer_id=event.customer_id,
        invoice_ids=tuple(line.invoice_id for line in reach.lines),
        entry_ids=tuple(entry.entry_id for entry in reach.entries),
    )


def of_entry(key: UUID) -> Asked | None:
    """As the event that made it."""
    event_id = SeatLedgerEntry.objects.filter(pk=key).values_list("event", flat=True).first()
    return of_event(event_id) if event_id else None


def of_payment(key: UUID) -> Asked | None:
    row = Payment.objects.filter(pk=key).first()
    return money_asked("payment", key, row.gateway_id or row.reference, row) if row else None


def of_refund(key: UUID) -> Asked | None:
    row = Refund.objects.select_related("payment").filter(pk=key).first()
    if row is None:
        return None
    asked = money_asked("refund", key, row.gateway_id, row.payment)
    noted = (row.credit_note_id,) if row.credit_note_id else ()
    return replace(asked, invoice_ids=(*asked.invoice_ids, *noted))


def of_dispute(key: UUID) -> Asked | None:
    row = Dispute.objects.select_related("payment").filter(pk=key).first()
    return money_asked("dispute", key, row.gateway_id, row.payment) if row else None


def money_asked(kind: str, key: UUID, label: str, payment: Payment) -> Asked:
    """The documents a payment settles, or settled before it was taken back."""
    near = Q(payment=payment) | Q(payment__reversals=payment)
    settled = payment.customer.allocations.filter(near).values_list("receivable", flat=True)
    return Asked(
        kind, key, label or str(key), payment.customer_id, tuple(settled), payment_ids=(payment.pk,)
    )


def of_attempt(key: UUID) -> Asked | None:
    row = PaymentAttempt.objects.filter(pk=key).first()
    if row is None:
        return None
    label = row.gateway_id or f"attempt {row.number}"
    return Asked("attempt", key, label, row.customer_id, (row.receivable_id,))


def of_case(key: UUID) -> Asked | None:
    row = DunningCase.objects.select_related("customer").filter(pk=key).first()
    if row is None:
        return None
    joined: Iterable[UUID] = row.case_receivables.values_list("receivable", flat=True)
    label = f"case of {row.opened_at:%Y-%m-%d}"
    return Asked("case", key, label, row.customer_id, tuple(joined))


def of_exception(key: UUID) -> Asked | None:
    """What its subject concerns; of a customer or subscription, the documents drafted since it was asked."""
    row = ExceptionRequest.objects.filter(pk=key).first()
    if row is None or row.customer_id is None:
        return None
    near = asked_for(row.subject_kind, row.subject_id)
    if near and near.customer_id == row.customer_id:
        documents = near.invoice_ids
    else:
        since = Invoice.objects.filter(customer=row.customer_id, drafted_at__gte=row.asked_at)
        if row.subject_kind == "subscription":
            since = since.filter(lines__rated_span__subscription=row.subject_id).distinct()
        documents = tuple(since.order_by("-pk").values_list("pk", flat=True)[:LOOKED_THROUGH])
    return Asked("exception", key, row.number, row.customer_id, documents)


BY_KIND: Mapping[str, Callable[[UUID], Asked | None]] = {
    "invoice": of_invoice,
    "line": of_line,
    "span": of_span,
    "event": of_event,
    "entry": of_entry,
    "payment": of_payment,
    "refund": of_refund,
    "dispute": of_dispute,
    "attempt": of_attempt,
    "case": of_case,
    "exception": of_exception,
}
GATEWAY_TABLES = (
    ("payment", Payment),
    ("refund", Refund),
    ("dispute", Dispute),
    ("attempt", PaymentAttempt),
)
