"""A packet put together: every section from its own query, then the story that is told from them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import Customer
from billing.queries.one_moment import one_moment
from desk.calc.packet_file import FORMAT
from desk.calc.story import Told, sentence
from desk.calc.story_phrases import story_language
from desk.documents.story_voice import story_voice
from desk.queries.packet.approvals import ApprovalRow, approval_rows, view_rows
from desk.queries.packet.corrections import credit_note_rows, related_documents, void_rows
from desk.queries.packet.invoices import (
    PacketInvoice,
    PacketLine,
    TracedInvoices,
    packet_invoices,
)
from desk.queries.packet.ledger import (
    PacketLedger,
    packet_events,
    packet_ledger,
    with_corrections,
)
from desk.queries.packet.money import PacketMoney, packet_money
from desk.queries.packet.people import redacted
from desk.queries.packet.records import Packet, PacketCustomer, PacketOwner, StorySentence
from desk.queries.packet.recovery import PacketRecovery, packet_recovery
from desk.queries.packet.story_money import Teller
from desk.queries.packet.story_papers import told_of_papers
from desk.queries.packet.story_seats import told_of_seats
from desk.queries.packet.subject import Asked
from desk.queries.packet.versions import (
    location_rows,
    policy_versions,
    price_versions,
    registration_rows,
)

NO_PREVIEW, NO_VISITS, NOT_WHOLE = "preview_not_stored", "no_visit_recorded", "ledger_not_whole"


def packet_of(asked: Asked, *, at: datetime, may_see_people: bool, language: str = "") -> Packet:
    """
    Everything about what was asked, in a fixed number of queries.

    The story is told in `language`, else in that of the latest document, else of the customer.
    Without `may_see_people` persons stand under pseudonyms.
    """
    with one_moment():
        packet = put_together(asked, at=at, language=language)
        told = replace(packet, story=story_of(packet), absent=absent_from(packet))
        return told if may_see_people else redacted(told)


def put_together(asked: Asked, *, at: datetime, language: str) -> Packet:
    """Every section, nothing told and nobody redacted yet."""
    customer = packet_customer(asked.customer_id)
    found = packet_invoices(asked.invoice_ids)
    invoices, keys = found.invoices, asked.invoice_ids
    lines = [line for invoice in invoices for line in invoice.lines]
    ledger = ledger_of(asked, found)
    money = packet_money(invoice_ids=keys, payment_ids=asked.payment_ids)
    recovery = packet_recovery(keys)
    spoken = story_language(language or (invoices[-1].language if invoices else customer.language))
    return Packet(
        format=FORMAT,
        made_at=at,
        redacted=False,
        asked=asked,
        customer=customer,
        story_language=spoken,
        story=(),
        invoices=invoices,
        events=packet_events(ledger.entries),
        ledger=ledger,
        prices=price_versions({line.price_id for line in lines}),
        policies=policy_versions({line.policy_id for line in lines}),
        location=location_rows(tax for invoice in invoices for tax in invoice.taxes),
        registrations=registration_rows(keys),
        approvals=approvals_of(asked, lines, money, recovery),
        related=related_documents(lines, set(keys)),
        credit_notes=credit_note_rows(keys, language=spoken),
        voids=void_rows(keys),
        money=money,
        recovery=recovery,
        views=view_rows([one.id for one in recovery.cases]),
        absent=(),
    )


def ledger_of(asked: Asked, found: TracedInvoices) -> PacketLedger:
    """The entries the lines or the question name, with their corrections."""
    named = with_corrections(
        customer_id=asked.customer_id, entry_ids=found.entry_ids | set(asked.entry_ids)
    )
    return packet_ledger(customer_id=asked.customer_id, entry_ids=named)


def approvals_of(
    asked: Asked, lines: Sequence[PacketLine], money: PacketMoney, recovery: PacketRecovery
) -> tuple[ApprovalRow, ...]:
    """About the customer, what was asked, or anything the packet is about."""
    subjects = {
        asked.id,
        *asked.invoice_ids,
        *(line.subscription_id for line in lines),
        *(one.id for one in money.payments),
        *(one.id for one in recovery.cases),
    }
    return approval_rows(customer_id=asked.customer_id, subject_ids=subjects)


def packet_customer(customer_id: UUID) -> PacketCustomer:
    """Two queries."""
    row = Customer.objects.prefetch_related("billing_owners").get(pk=customer_id)
    return PacketCustomer(
        id=row.pk,
        external_id=row.external_id,
        legal_name=row.legal_name,
        country=row.country,
        is_business=row.is_business,
        language=row.language,
        time_zone=row.time_zone,
        paper=row.paper,
        owners=tuple(PacketOwner(one.name, one.email) for one in row.billing_owners.all()),
    )


def absent_from(packet: Packet) -> tuple[str, ...]:
    said = [NO_PREVIEW]
    if not packet.views:
        said.append(NO_VISITS)
    if not packet.ledger.is_whole:
        said.append(NOT_WHOLE)
    return tuple(said)


def story_of(packet: Packet) -> tuple[StorySentence, ...]:
    """Every sentence in the order of what happened; what happened at once, as the sections come."""
    zone = ZoneInfo(zone_of(packet.invoices, packet.customer))
    voice = story_voice(language=packet.story_language, paper=packet.customer.paper)
    return tuple(
        StorySentence(one.at, one.day, one.kind, sentence(one, voice), one.where, one.about)
        for one in sorted(everything_told(packet, zone), key=lambda one: one.at)
    )


def zone_of(invoices: Sequence[PacketInvoice], customer: PacketCustomer) -> str:
    return invoices[-1].time_zone if invoices else customer.time_zone


def everything_told(packet: Packet, zone: ZoneInfo) -> list[Told]:
    teller = Teller(zone)
    return [
        *teller.approvals(packet.approvals),
        *told_of_seats(
            invoices=packet.invoices,
            entries=packet.ledger.named,
            events=packet.events,
            zone=zone,
        ),
        *told_of_papers(
            invoices=packet.invoices,
            credit_notes=packet.credit_notes,
            voids=packet.voids,
            related=packet.related,
            language=packet.story_language,
            zone=zone,
        ),
        *teller.money(packet.money),
        *teller.recovery(packet.recovery),
        *teller.views(packet.views),
    ]
