"""Why a line of an invoice has its amount: the calculation, and the events behind it in plain words."""

from dataclasses import dataclass
from uuid import UUID

from accounts.models import Customer
from billing.enums import InvoiceState
from billing.models import InvoiceLine
from billing.queries.trace import trace_line
from billing.queries.trace_records import LineTrace
from portal.queries.billing_words import EventWords, event_words, names_of

EVENTS_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class LineReason:
    """A line's trace with its newest events first; `earlier` more are not shown."""

    trace: LineTrace
    time_zone: str
    events: tuple[EventWords, ...]
    earlier: int


def line_reason(
    customer: Customer, invoice_id: UUID, *, position: int, shows_people: bool
) -> LineReason | None:
    """None for a line of another customer or of a draft. At most ten queries, whatever the line."""
    line = (
        InvoiceLine.objects.filter(
            invoice=invoice_id,
            invoice__customer=customer,
            invoice__state=InvoiceState.FINALIZED,
            position=position,
        )
        .values("pk", "invoice__time_zone")
        .first()
    )
    trace = trace_line(line["pk"]) if line else None
    if line is None or trace is None:
        return None
    newest = trace.entries[::-1][:EVENTS_AT_MOST]
    names = names_of(customer, newest, shows_people=shows_people)
    return LineReason(
        trace=trace,
        time_zone=line["invoice__time_zone"],
        events=tuple(event_words(one, names) for one in newest),
        earlier=len(trace.entries) - len(newest),
    )
