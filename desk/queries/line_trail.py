"""Why a line has its amount, in the words and on the clock of its invoice."""

from dataclasses import dataclass
from uuid import UUID

from billing.models import Invoice
from billing.queries.trace import trace_line
from billing.queries.trace_records import EntryTrace, LineTrace
from desk.queries.entries import change_words


@dataclass(frozen=True, slots=True)
class EntryWords:
    """An entry of the trace, and its change in words."""

    entry: EntryTrace
    change: str


@dataclass(frozen=True, slots=True)
class LineTrail:
    """A line's trace; times are shown on the clock of `time_zone`."""

    trace: LineTrace
    entries: tuple[EntryWords, ...]
    time_zone: str


def line_trail(line_id: UUID) -> LineTrail | None:
    """At most seven queries, whatever the line."""
    trace = trace_line(line_id)
    if trace is None:
        return None
    time_zone = Invoice.objects.values_list("time_zone", flat=True).get(pk=trace.line.invoice_id)
    entries = tuple(EntryWords(entry, change_words(entry)) for entry in trace.entries)
    return LineTrail(trace=trace, entries=entries, time_zone=time_zone)
