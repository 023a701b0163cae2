"""What somebody means by a number or id: an invoice, a line, an event or a ledger entry."""

from dataclasses import dataclass
from uuid import UUID

from billing.models import EntitlementEvent, Invoice, InvoiceLine, SeatLedgerEntry

EVENTS_AT_MOST = 20


@dataclass(frozen=True, slots=True)
class Subject:
    """What a name stands for; of a ledger entry, the event that made it. One id of the three is set."""

    invoice_id: UUID | None = None
    line_id: UUID | None = None
    event_id: UUID | None = None


def find_subjects(name: str) -> tuple[Subject, ...]:
    """
    Invoice number, "NUMBER/LINE", line id, event id, source event id or ledger entry id.

    Several only where sources or customers use the same event id.
    """
    key = as_uuid(name)
    found = by_key(key) if key else by_number(name)
    return (found,) if found else by_source_event_id(name)


def as_uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def by_key(key: UUID) -> Subject | None:
    if InvoiceLine.objects.filter(pk=key).exists():
        return Subject(line_id=key)
    if EntitlementEvent.objects.filter(pk=key).exists():
        return Subject(event_id=key)
    entry = SeatLedgerEntry.objects.filter(pk=key).first()
    if entry is not None:
        return Subject(event_id=entry.event_id)
    return Subject(invoice_id=key) if Invoice.objects.filter(pk=key).exists() else None


def by_number(name: str) -> Subject | None:
    invoice = Invoice.objects.exclude(number="").filter(number=name).first()
    if invoice is not None:
        return Subject(invoice_id=invoice.pk)
    number, _, position = name.rpartition("/")
    if not number or not position.isdecimal():
        return None
    line = InvoiceLine.objects.filter(invoice__number=number, position=int(position[:9])).first()
    return Subject(line_id=line.pk) if line else None


def by_source_event_id(name: str) -> tuple[Subject, ...]:
    events = EntitlementEvent.objects.filter(source_event_id=name).order_by("recorded_at", "pk")
    return tuple(
        Subject(event_id=one) for one in events.values_list("pk", flat=True)[:EVENTS_AT_MOST]
    )
