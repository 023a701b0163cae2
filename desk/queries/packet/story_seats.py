"""What to tell of seats and lines: each change of seats once, with what it cost where a line says so."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.enums import EventKind, LineKind
from desk.calc.story import Amount, Clause, Days, Document, Seats, Share, Told, Value
from desk.queries.packet.invoices import PacketInvoice, PacketLine
from desk.queries.packet.ledger import PacketEntry, PacketEvent

TERMS = (EventKind.PRICE_CHANGED, EventKind.PLAN_CHANGED)
DONE_BY_SOMEBODY = frozenset(
    [
        EventKind.SEAT_ADDED, EventKind.SEAT_REMOVED, EventKind.SEAT_SUSPENDED,
        EventKind.SEAT_REACTIVATED, EventKind.SEAT_MOVED, EventKind.SEAT_REASSIGNED,
        EventKind.SEAT_INVITED, EventKind.QUANTITY_SET, EventKind.PLAN_CHANGED,
    ]
)  # fmt: skip
SEATS_STAY = (
    EventKind.SEAT_USED, EventKind.SEAT_MOVED, EventKind.SEAT_REASSIGNED, EventKind.SEAT_INVITED,
)  # fmt: skip
CAUSED = (LineKind.PRORATION, LineKind.CREDIT)
CHARGES = (
    LineKind.RECURRING, LineKind.PRORATION, LineKind.TRUE_UP, LineKind.MINIMUM, LineKind.USAGE,
)  # fmt: skip
CORRECTING = ("adjustment_charge", "adjustment_credit")
UNSAID_UNITS = ("seat_day",)


@dataclass(frozen=True, slots=True)
class Change:
    """Entries told as one: the same thing on the same day, reported on the same day."""

    kind: str
    by: bool
    day: date
    known: date
    seat_type: str
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class Billed:
    """A line on its document."""

    line: PacketLine
    document: Document
    currency: str


def document_of(invoice: PacketInvoice) -> Document:
    return Document(invoice.number, invoice.is_credit_note)


def told_of_seats(
    *,
    invoices: Sequence[PacketInvoice],
    entries: Sequence[PacketEntry],
    events: Sequence[PacketEvent],
    zone: ZoneInfo,
) -> Iterator[Told]:
    """
    Changes within the periods of the lines one by one, those before them as a number; then the
    lines no change explains alone.
    """
    begins = min((line.span_first for one in invoices for line in one.lines), default=None)
    groups, place_of = changes(entries, {one.id: one for one in events}, zone)
    caused, alone = causes(invoices, entries, place_of, zone)
    before = [
        entry for group, ones in groups.items() if begins and group.day < begins for entry in ones
    ]
    if before and begins:
        at = min(one.effective_at for one in before)
        yield Told("before", at, begins, {"changes": len(before)}, where="ledger")
    for group, ones in groups.items():
        if not begins or group.day >= begins or group in caused:
            yield told_change(group, ones, caused.get(group, ()))
    for invoice, lines in alone:
        yield from told_lines(invoice, lines)


def changes(
    entries: Iterable[PacketEntry], events: Mapping[UUID, PacketEvent], zone: ZoneInfo
) -> tuple[dict[Change, list[PacketEntry]], dict[int, Change]]:
    """Entries by what is told of them, and the group of each position."""
    groups: dict[Change, list[PacketEntry]] = {}
    place_of = {}
    for entry in sorted(entries, key=lambda one: (one.effective_at, one.position)):
        if entry.kind == EventKind.SUBSCRIPTION_STARTED and not entry.quantity:
            continue
        event = events.get(entry.event_id)
        kind = "correction_void" if entry.voids else entry.kind
        group = Change(
            kind=kind,
            by=bool(event and event.actor) and kind in DONE_BY_SOMEBODY,
            day=entry.effective_at.astimezone(zone).date(),
            known=entry.recorded_at.astimezone(zone).date(),
            seat_type="" if kind in TERMS else entry.seat_type_name,
            is_corrected=entry.corrected_by_position is not None,
        )
        groups.setdefault(group, []).append(entry)
        place_of[entry.position] = group
    return groups, place_of


def causes(
    invoices: Iterable[PacketInvoice],
    entries: Iterable[PacketEntry],
    place_of: Mapping[int, Change],
    zone: ZoneInfo,
) -> tuple[dict[Change, list[Billed]], list[tuple[PacketInvoice, list[PacketLine]]]]:
    """Lines told with the one change that began them, and by document those told alone."""
    day_of = {one.position: one.effective_at.astimezone(zone).date() for one in entries}
    caused: defaultdict[Change, list[Billed]] = defaultdict(list)
    alone = []
    for invoice in invoices:
        left = []
        for line in invoice.lines:
            began = beginning(
                place_of[position]
                for position in line.entries
                if position in place_of and day_of.get(position) == line.span_first
            )
            if line.kind in CAUSED and began:
                caused[began].append(Billed(line, document_of(invoice), invoice.currency))
            else:
                left.append(line)
        alone.append((invoice, left))
    return dict(caused), alone


def beginning(groups: Iterable[Change]) -> Change | None:
    """
    The one change that can have begun a line. What was corrected, and what leaves the seats as they
    are, yields to others.
    """
    found = set(groups)
    valid = {one for one in found if not one.is_corrected} or found
    likely = {one for one in valid if one.kind not in SEATS_STAY} or valid
    return likely.pop() if len(likely) == 1 else None


def told_change(group: Change, entries: Sequence[PacketEntry], lines: Sequence[Billed]) -> Told:
    last = entries[-1]
    clauses = []
    if len(entries) > 1 and group.kind not in TERMS:
        clauses.append(Clause("group_of", {"times": len(entries)}))
    if group.known > group.day:
        clauses.append(Clause("late", {"known": group.known}))
    if group.is_corrected:
        clauses.append(Clause("corrected"))
    return Told(
        kind=f"{group.kind}_by" if group.by else group.kind,
        at=entries[0].effective_at,
        day=group.day,
        values={"seats": Seats(seats_of(entries), group.seat_type)},
        clauses=(*clauses, *told_cost(lines)),
        where="events",
        about=str(last.event_id),
    )


def seats_of(entries: Sequence[PacketEntry]) -> int:
    """What was set last, or all that changed."""
    last = entries[-1]
    return last.set_to if last.set_to is not None else sum(one.quantity for one in entries)


def told_cost(lines: Sequence[Billed]) -> Iterator[Clause]:
    """How much of the interval was left, and what was charged or given back, by document."""
    shares = {share_of(one.line) for one in lines}
    share = shares.pop() if len(shares) == 1 else None
    if share:
        yield Clause("remained", {"share": share})
    sums: defaultdict[tuple[Document, str], int] = defaultdict(int)
    for one in lines:
        sums[one.document, one.currency] += one.line.amount_minor
    for (document, currency), minor in sums.items():
        values: dict[str, Value] = {"document": document}
        if minor:
            values["amount"] = Amount(minor, currency)
        kind = "charged" if minor > 0 else "credited" if minor else "not_charged"
        yield Clause(kind, values)


def share_of(line: PacketLine) -> Share | None:
    """Of the line's interval, where its arithmetic is one part of one interval."""
    parts = line.record.get("parts", ())
    unit = line.record.get("unit", "")
    if len(parts) != 1 or unit in UNSAID_UNITS:
        return None
    units = Fraction(parts[0]["units"], parts[0]["scale"])
    of_units = Fraction(parts[0]["of_units"], parts[0]["scale"])
    return Share(units, of_units, unit) if units < of_units else None


def told_lines(invoice: PacketInvoice, lines: Iterable[PacketLine]) -> Iterator[Told]:
    """Lines of the same kind, seats and days are told as one."""
    alike: defaultdict[tuple[str, str, date, date], list[PacketLine]] = defaultdict(list)
    for line in lines:
        key = (kind_of(line), line.seat_type_name, line.span_first, line.span_after)
        alike[key].append(line)
    at = told_at(invoice)
    for (kind, name, first, after), ones in alike.items():
        yield Told(
            kind=kind,
            at=at,
            day=invoice.cycle_date,
            values={
                "seats": Seats(sum(one.quantity for one in ones), name),
                "days": Days(first, after),
                "amount": Amount(sum(one.amount_minor for one in ones), invoice.currency),
                "document": document_of(invoice),
            },
            clauses=tuple(told_corrected(ones)) if kind in CORRECTING else (),
            where="lines",
            about=str(ones[0].id),
        )


def told_corrected(lines: Iterable[PacketLine]) -> Iterator[Clause]:
    """The documents these lines correct, each once."""
    numbers = {ref.invoice_number for line in lines for ref in line.corrects if ref.invoice_number}
    for number in sorted(numbers):
        yield Clause("corrects", {"document": Document(number)})


def told_at(invoice: PacketInvoice) -> datetime:
    return invoice.issued_at or invoice.drafted_at


def kind_of(line: PacketLine) -> str:
    """The sentence of a line: corrections by their sign, and what went back as such."""
    if line.kind == LineKind.ADJUSTMENT:
        return "adjustment_credit" if line.amount_minor < 0 else "adjustment_charge"
    if line.kind in CHARGES and line.amount_minor < 0:
        return "credit"
    return line.kind
