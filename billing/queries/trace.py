"""From a line to its events and back, in a fixed number of queries. It reads; it derives nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.models import EntitlementEvent, InvoiceLine, RatedSpan, SeatLedgerEntry
from billing.queries.tax_trace import taxes_by_invoice
from billing.queries.trace_records import (
    EntryTrace,
    EventReach,
    EventTrace,
    LineRef,
    LineTrace,
    entry_trace,
    event_trace,
    line_ref,
    line_trace,
)

BESIDE_ENTRY = ("event", "seat_type", "corrects", "group", "grantee")
UNREAD_OF_ENTRY = (
    "event__payload", "corrects__effective_at", "corrects__recorded_at", "group__created_at",
    "grantee__created_at",
)  # fmt: skip
UNREAD_OF_LINE = (
    "invoice__seller", "invoice__buyer", "invoice__policies", "invoice__drafted_at",
    "invoice__finalize_after", "invoice__issued_at", "rated_span__formula", "rated_span__charges",
    "rated_span__rating__rated_at", "rated_span__price__tiers", "rated_span__price__published_at",
    "rated_span__seat_policy__settings", "rated_span__seat_policy__published_at",
    "rated_span__subscription__created_at", "rated_span__subscription__rate_due_at",
    "rated_span__subscription__commitment",
)  # fmt: skip


def trace_lines(invoice_id: UUID) -> tuple[LineTrace, ...]:
    """Every line of an invoice with what explains it, in its order. At most six queries."""
    return traced(InvoiceLine.objects.filter(invoice=invoice_id))


def trace_line(line_id: UUID) -> LineTrace | None:
    """One line with what explains it. At most six queries."""
    return next(iter(traced(InvoiceLine.objects.filter(pk=line_id))), None)


def trace_line_of(*, invoice_number: str, position: int) -> LineTrace | None:
    """The line people name: "SW-000042, line 3". At most six queries."""
    lines = InvoiceLine.objects.filter(invoice__number=invoice_number, position=position)
    return next(iter(traced(lines)), None) if invoice_number else None


def trace_event(event_id: UUID) -> EventReach | None:
    """An event and everything it caused, through its corrections both ways. Four queries."""
    event = (
        EntitlementEvent.objects.select_related("customer", "subscription")
        .filter(pk=event_id)
        .first()
    )
    if event is None:
        return None
    family = correction_family(event)
    entries = list(
        SeatLedgerEntry.objects.filter(event__in=family)
        .select_related(*BESIDE_ENTRY)
        .order_by("position")
    )
    recorded = sorted(family.values(), key=lambda one: (one.recorded_at, one.pk))
    place = [one.pk for one in recorded].index(event.pk)
    return EventReach(
        customer=event.customer.external_id,
        subscription=event.subscription.external_id,
        event=event_trace(event),
        corrects=event_traces(recorded[:place]),
        corrections=event_traces(recorded[place + 1 :]),
        entries=entry_traces(entries),
        lines=lines_explained(event.customer_id, [one.pk for one in entries]),
    )


def correction_family(event: EntitlementEvent) -> dict[UUID, EntitlementEvent]:
    """The event, what it corrects back to the first, and every correction since: one query."""
    family = EntitlementEvent.objects.raw(
        """
        WITH RECURSIVE family AS (
            SELECT id, corrects_id FROM billing_entitlementevent WHERE id = %s
            UNION
            SELECT other.id, other.corrects_id
              FROM billing_entitlementevent AS other
              JOIN family ON other.corrects_id = family.id OR other.id = family.corrects_id
        )
        SELECT event.* FROM billing_entitlementevent AS event JOIN family USING (id)
        """,
        [event.pk],
    )
    return {one.pk: one for one in family}


def traced(lines: QuerySet[InvoiceLine]) -> tuple[LineTrace, ...]:
    found = list(
        lines.select_related(
            "invoice",
            "rated_span__rating",
            "rated_span__price",
            "rated_span__seat_policy",
            "rated_span__subscription",
            "credited_line__invoice",
            "credited_line__rated_span__rating",
            "credited_line__rated_span__price",
            "credited_line__rated_span__seat_policy",
            "credited_line__rated_span__subscription",
        )
        .defer(*UNREAD_OF_LINE, *(f"credited_line__{name}" for name in UNREAD_OF_LINE))
        .order_by("position")
    )
    if not found:
        return ()
    spans = {line.pk: span_behind(line) for line in found}
    entries = entries_by_id({key for span in spans.values() for key in span.entry_ids})
    corrected = refs_by_span({key for span in spans.values() for key in span.corrects_spans})
    correcting = correcting_refs(found)
    taxes = taxes_by_invoice({line.invoice_id for line in found})
    return tuple(
        line_trace(
            line,
            taxes=tuple(one for one in taxes[line.invoice_id] if line.position in one.positions),
            span=spans[line.pk],
            entries=in_ledger_order(entries[key] for key in spans[line.pk].entry_ids),
            corrects=(line_ref(line.credited_line),)
            if line.credited_line
            else tuple(corrected[key] for key in spans[line.pk].corrects_spans if key in corrected),
            corrected_by=tuple(correcting[line.pk]),
        )
        for line in found
    )


def span_behind(line: InvoiceLine) -> RatedSpan:
    """What was rated for it, or for the line it credits; loaded with it."""
    span = line.credited_line.rated_span if line.credited_line else line.rated_span
    assert span is not None, "a line is rated or credits one that is"
    return span


def entries_by_id(entry_ids: Collection[UUID]) -> dict[UUID, EntryTrace]:
    """Entries with their events, and what corrected them since. Two queries."""
    rows = SeatLedgerEntry.objects.filter(pk__in=entry_ids).select_related(*BESIDE_ENTRY)
    entries = rows.defer(*UNREAD_OF_ENTRY)
    corrections = dict(
        SeatLedgerEntry.objects.filter(corrects__in=entry_ids).values_list("corrects", "position")
    )
    return {
        one.pk: entry_trace(one, corrected_by_position=corrections.get(one.pk)) for one in entries
    }


def in_ledger_order(entries: Iterable[EntryTrace]) -> tuple[EntryTrace, ...]:
    return tuple(sorted(entries, key=lambda one: one.position))


def refs_by_span(span_ids: Collection[UUID]) -> dict[UUID, LineRef]:
    """The lines these spans became; one query."""
    lines = InvoiceLine.objects.filter(rated_span__in=span_ids).select_related("invoice")
    return {line.rated_span_id: line_ref(line) for line in lines if line.rated_span_id}


def correcting_refs(lines: Sequence[InvoiceLine]) -> dict[UUID, list[LineRef]]:
    """Later lines that adjust or credit these, by the line; one query within the customer."""
    by_span = {line.rated_span_id: line.pk for line in lines if line.rated_span_id}
    correcting = RatedSpan.objects.filter(
        customer=lines[0].customer_id, corrects_spans__overlap=list(by_span)
    )
    rows = (
        InvoiceLine.objects.filter(Q(rated_span__in=correcting) | Q(credited_line__in=lines))
        .filter(customer=lines[0].customer_id)
        .select_related("invoice", "rated_span")
        .order_by("invoice__drafted_at", "position")
    )
    found: defaultdict[UUID, list[LineRef]] = defaultdict(list)
    for row in rows:
        if row.credited_line_id:
            found[row.credited_line_id].append(line_ref(row))
        for span_id in row.rated_span.corrects_spans if row.rated_span else ():
            if span_id in by_span:
                found[by_span[span_id]].append(line_ref(row))
    return found


def event_traces(events: Iterable[EntitlementEvent]) -> tuple[EventTrace, ...]:
    return tuple(event_trace(one) for one in events)


def entry_traces(entries: Sequence[SeatLedgerEntry]) -> tuple[EntryTrace, ...]:
    """Entries of one family of corrections: each knows its correction from the others."""
    corrections = {one.corrects_id: one.position for one in entries if one.corrects_id}
    return tuple(entry_trace(one, corrected_by_position=corrections.get(one.pk)) for one in entries)


def lines_explained(customer_id: UUID, entry_ids: Sequence[UUID]) -> tuple[LineRef, ...]:
    """Lines whose spans name one of these entries, and what credits them; one query."""
    spans = RatedSpan.objects.filter(customer=customer_id, entry_ids__overlap=entry_ids)
    lines = (
        InvoiceLine.objects.filter(
            Q(rated_span__in=spans) | Q(credited_line__rated_span__in=spans), customer=customer_id
        )
        .select_related("invoice")
        .order_by("invoice__drafted_at", "invoice__number", "position")
    )
    return tuple(line_ref(line) for line in lines)
