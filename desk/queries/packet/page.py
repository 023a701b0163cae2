"""A packet as the desk shows it: lines by pages, long lists by their beginning, the rest as it is."""

from dataclasses import dataclass
from itertools import chain

from accounts.queries.paging import Page
from desk.queries.packet.invoices import PacketInvoice, PacketLine
from desk.queries.packet.ledger import PacketEntry, PacketEvent
from desk.queries.packet.records import Packet

LINES_OF_A_PAGE = 50
ROWS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class LineOnPage:
    """A line with the document it stands on; `is_asked` marks the one that was looked up."""

    invoice: PacketInvoice
    line: PacketLine
    is_asked: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: where its anchor is and what the contents call it."""

    anchor: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class PacketPage:
    """`zone` is the clock the times are shown on. Lists that were cut say how many rows are left."""

    packet: Packet
    zone: str
    lines: Page[LineOnPage]
    events: tuple[PacketEvent, ...]
    events_left: int
    entries: tuple[PacketEntry, ...]
    entries_left: int
    sections: tuple[Section, ...]


def packet_page(packet: Packet, *, number: int) -> PacketPage:
    """Nothing is asked of the database here."""
    lines = tuple(
        LineOnPage(invoice, line, line.id == packet.asked.line_id)
        for invoice in packet.invoices
        for line in invoice.lines
    )
    named = packet.ledger.named
    zone = packet.invoices[-1].time_zone if packet.invoices else packet.customer.time_zone
    return PacketPage(
        packet=packet,
        zone=zone,
        lines=page_of_lines(lines, number=number),
        events=packet.events[:ROWS_SHOWN],
        events_left=max(0, len(packet.events) - ROWS_SHOWN),
        entries=named[:ROWS_SHOWN],
        entries_left=max(0, len(named) - ROWS_SHOWN),
        sections=sections(packet, len(lines)),
    )


def page_of_lines(lines: tuple[LineOnPage, ...], *, number: int) -> Page[LineOnPage]:
    """Without a number, the page of the line that was asked for."""
    place = next((place for place, one in enumerate(lines) if one.is_asked), 0)
    number = max(1, number or place // LINES_OF_A_PAGE + 1)
    first = (number - 1) * LINES_OF_A_PAGE
    after = first + LINES_OF_A_PAGE
    return Page(rows=lines[first:after], number=number, has_next=after < len(lines))


def sections(packet: Packet, line_count: int) -> tuple[Section, ...]:
    """Every section, also an empty one: what is not there is an answer too."""
    money, recovery = packet.money, packet.recovery
    moved = (money.payments, money.allocations, money.attempts, money.refunds, money.disputes)
    corrected = (packet.credit_notes, packet.voids, packet.related)
    return (
        Section("story", "What happened", len(packet.story)),
        Section("invoices", "Documents", len(packet.invoices)),
        Section("lines", "Lines", line_count),
        Section("taxes", "Tax", sum(len(one.taxes) for one in packet.invoices)),
        Section("events", "Events", len(packet.events)),
        Section("ledger", "Ledger proof", len(packet.ledger.named)),
        Section("versions", "Prices and policies", len(packet.prices) + len(packet.policies)),
        Section("approvals", "Approvals", len(packet.approvals)),
        Section("corrections", "Corrections", len(tuple(chain.from_iterable(corrected)))),
        Section("money", "Payments", len(tuple(chain.from_iterable(moved)))),
        Section("recovery", "Reminders", len(recovery.messages)),
        Section("views", "Visits", len(packet.views)),
    )
