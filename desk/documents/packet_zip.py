"""A packet as files: JSON for machines, PDF for people, the documents as issued, all in one ZIP."""

from collections.abc import Iterator
from dataclasses import asdict

from billing.documents.archive import open_data, open_document
from billing.models import InvoiceDocument
from desk.calc.packet_file import PACKET, SHEET, LeftOut, as_json, write_packet_file
from desk.calc.verify_packet import document_name
from desk.documents.packet_sheet import print_packet
from desk.queries.packet.records import Packet
from kernel.refusal import Refusal

NAMES_PEOPLE = "It names persons, and this packet is redacted."


def packet_json(packet: Packet) -> bytes:
    """Every section under its own name; instants in UTC, dates local, amounts in minor units."""
    return as_json(asdict(packet))


def packet_zip(packet: Packet) -> bytes:
    """
    The whole packet; the same packet gives the same bytes. A document that cannot be handed out is
    named in the manifest with its digest and the reason.

    :raises GlyphMissing: if no font has one of the characters of the PDF
    """
    files = {PACKET: packet_json(packet), SHEET: print_packet(packet).pdf}
    left_out = []
    for name, found in documents(packet):
        if isinstance(found, LeftOut):
            left_out.append(found)
        else:
            files[name] = found
    return write_packet_file(
        files, made_at=packet.made_at, is_redacted=packet.redacted, left_out=tuple(left_out)
    )


def documents(packet: Packet) -> Iterator[tuple[str, bytes | LeftOut]]:
    """The PDF and the XML of each document; one query, and one file read for each."""
    keys = [one.id for one in packet.invoices if one.document]
    rows = InvoiceDocument.objects.filter(invoice__in=keys).select_related("invoice")
    for row in rows.order_by("invoice"):
        parts = (("pdf", row.sha256, open_document), ("xml", row.xml_sha256, open_data))
        for ending, sha256, read in parts:
            name = document_name(row.invoice.number, ending)
            if not sha256:
                continue
            if packet.redacted:
                yield name, LeftOut(name, sha256, NAMES_PEOPLE)
                continue
            try:
                yield name, read(row)
            except Refusal as refusal:
                yield name, LeftOut(name, sha256, refusal.message)
