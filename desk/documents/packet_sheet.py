"""An evidence packet on paper: for people, in the language of its story."""

from dataclasses import dataclass
from datetime import UTC

from django.template.loader import render_to_string

from billing.documents import formats
from billing.documents.sheet import Fact
from billing.documents.staff_text import moment
from billing.documents.weasy import PrintedDocument, print_html
from desk.documents.packet_tables import SheetTable, TableWriter
from desk.documents.packet_words import PacketWords, packet_words
from desk.queries.packet.records import Packet

ACCENT = "#3556d8"


@dataclass(frozen=True, slots=True)
class PacketSheet:
    """Every word and number of the packet, ready to print."""

    language: str
    accent_color: str
    title: str
    made_at: str
    heading: str
    asked: str
    customer: str
    imprint: str
    facts: tuple[Fact, ...]
    tables: tuple[SheetTable, ...]
    absent_heading: str
    absent: tuple[str, ...]
    page_word: str
    of_word: str


def print_packet(packet: Packet) -> PrintedDocument:
    """
    The packet as PDF/A; the same packet gives the same bytes with the same libraries and fonts.

    :raises GlyphMissing: if no font has one of its characters
    """
    html = render_to_string("documents/packet.html", {"sheet": packet_sheet(packet)})
    return print_html(html, paper=packet.customer.paper)


def packet_sheet(packet: Packet) -> PacketSheet:
    words = packet_words(packet.story_language)
    paper = packet.customer.paper
    locale = formats.document_locale(language=packet.story_language, paper=paper)
    zone = packet.invoices[-1].time_zone if packet.invoices else packet.customer.time_zone
    writer = TableWriter(packet, words=words, locale=locale, zone=zone)
    return PacketSheet(
        language=str(locale).replace("_", "-"),
        accent_color=accent_of(packet),
        title=f"{words.title} {packet.asked.label}",
        made_at=packet.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        heading=words.title,
        asked=packet.asked.label,
        customer=packet.customer.legal_name,
        imprint=seller_of(packet),
        facts=facts(packet, words, zone),
        tables=writer.tables(),
        absent_heading=words.absent,
        absent=tuple(words.not_here[one] for one in packet.absent),
        page_word=words.page,
        of_word=words.of,
    )


def accent_of(packet: Packet) -> str:
    """The seller's color where the invoice has it."""
    found = packet.invoices[-1].seller.get("accent_color") if packet.invoices else None
    return found or ACCENT


def seller_of(packet: Packet) -> str:
    return packet.invoices[-1].seller.get("legal_name", "") if packet.invoices else ""


def facts(packet: Packet, words: PacketWords, zone: str) -> tuple[Fact, ...]:
    proof = words.fits if packet.ledger.fits else words.broken
    return (
        Fact(words.asked, f"{packet.asked.kind.replace('_', ' ')} {packet.asked.label}"),
        Fact(words.customer, f"{packet.customer.legal_name} ({packet.customer.external_id})"),
        Fact(words.made_at, moment(packet.made_at, zone)),
        Fact(words.time_zone, zone.replace("_", " ")),
        Fact(words.persons, words.redacted if packet.redacted else words.named),
        Fact(words.chain, proof if packet.ledger.entries else words.nothing),
    )
