"""What to tell of documents: taxes, holds, issue, credit notes, voids and corrections."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.enums import MailState
from billing.documents.phrases import phrases_for, tax_name
from billing.queries.tax_trace import TaxTrace
from desk.calc.story import Amount, Coded, Document, Told, Value
from desk.queries.packet.corrections import CreditNoteRow, RelatedDocument, VoidRow
from desk.queries.packet.invoices import PacketInvoice
from desk.queries.packet.story_seats import document_of, told_at
from tax.enums import TaxTreatment

DELIVERED = {
    MailState.SENT: "document_sent",
    MailState.QUEUED: "document_queued",
    MailState.SENDING: "document_queued",
    MailState.UNKNOWN: "document_unknown",
    MailState.CANCELED: "document_failed",
    MailState.FAILED: "document_failed",
}


def told_of_papers(
    *,
    invoices: Sequence[PacketInvoice],
    credit_notes: Iterable[CreditNoteRow],
    voids: Iterable[VoidRow],
    related: Iterable[RelatedDocument],
    language: str,
    zone: ZoneInfo,
) -> Iterator[Told]:
    """Taxes before the issue of their document; a person's credit note once, wherever it is known from."""
    by_person = {one.id for one in credit_notes}
    for invoice in invoices:
        yield from told_holds(invoice, zone)
        yield from told_taxes(invoice, language)
        yield from told_issue(invoice, zone, by_person)
    for note in credit_notes:
        yield from told_note(note, zone)
    for void in voids:
        yield from told_void(void, zone)
    shown = by_person | {one.id for one in invoices}
    for other in related:
        if other.relation == "later" and other.id not in shown:
            yield told_related(other, zone)


def told_related(other: RelatedDocument, zone: ZoneInfo) -> Told:
    values: dict[str, Value] = {
        "document": Document(other.number, other.is_credit_note),
        "amount": Amount(other.amount_minor, other.currency),
    }
    day, about = other.at.astimezone(zone).date(), str(other.id)
    return Told("corrected_later", other.at, day, values, where="corrections", about=about)


def told_paper(invoice: PacketInvoice, kind: str, values: dict[str, Value]) -> Told:
    said = {"document": document_of(invoice), **values}
    return Told(
        kind, told_at(invoice), invoice.cycle_date, said, where="invoices", about=str(invoice.id)
    )


def told_holds(invoice: PacketInvoice, zone: ZoneInfo) -> Iterator[Told]:
    about = str(invoice.id)
    for hold in invoice.holds:
        since = hold.since.astimezone(zone).date()
        yield Told("tax_held", hold.since, since, where="taxes", about=about)
        if hold.released_at:
            day = hold.released_at.astimezone(zone).date()
            yield Told("tax_released", hold.released_at, day, where="taxes", about=about)


def told_taxes(invoice: PacketInvoice, language: str) -> Iterator[Told]:
    phrases = phrases_for(language)
    for tax in invoice.taxes:
        values: dict[str, Value] = {
            "name": tax_name(tax.name, tax.jurisdiction, phrases) or phrases.tax,
            "document": document_of(invoice),
        }
        kind = tax_kind(tax)
        if kind == "tax_charged":
            values["rate"] = f"{tax.rate_percent.normalize():f}".replace(
                ".", decimal_point(language)
            )
            values["base"] = Amount(tax.base_minor, invoice.currency)
            values["amount"] = Amount(tax.amount_minor, invoice.currency)
        if kind == "tax_zero":
            values["treatment"] = Coded("treatment", tax.treatment)
        yield Told(
            kind, told_at(invoice), invoice.cycle_date, values, where="taxes", about=str(invoice.id)
        )


def tax_kind(tax: TaxTrace) -> str:
    if tax.treatment == TaxTreatment.REVERSE_CHARGE:
        return "tax_reversed"
    return "tax_charged" if tax.amount_minor else "tax_zero"


def decimal_point(language: str) -> str:
    return "," if language == "de" else "."


def told_issue(
    invoice: PacketInvoice, zone: ZoneInfo, told_elsewhere: Collection[UUID]
) -> Iterator[Told]:
    """The issue of what is issued, and the credit it used."""
    at = invoice.issued_at
    if at and invoice.id not in told_elsewhere:
        yield Told(
            "credit_note_issued" if invoice.is_credit_note else "invoice_issued",
            at,
            at.astimezone(zone).date(),
            {
                "document": document_of(invoice),
                "amount": Amount(invoice.total_minor or 0, invoice.currency),
            },
            where="invoices",
            about=str(invoice.id),
        )
    for delivery in invoice.deliveries:
        moment = delivery.sent_at or delivery.queued_at
        yield Told(
            DELIVERED[MailState(delivery.state)],
            moment,
            moment.astimezone(zone).date(),
            {"document": document_of(invoice)},
            where="invoices",
            about=str(invoice.id),
        )
    if invoice.credit_applied_minor:
        applied = Amount(invoice.credit_applied_minor, invoice.currency)
        yield told_paper(invoice, "credit_applied", {"amount": applied})


def told_note(note: CreditNoteRow, zone: ZoneInfo) -> Iterator[Told]:
    if note.issued_at:
        yield Told(
            "credit_note_for",
            note.issued_at,
            note.issued_at.astimezone(zone).date(),
            {
                "document": Document(note.number, is_credit_note=True),
                "credited": Document(note.invoice_number),
                "amount": Amount(note.amount_minor, note.currency),
                "reason": note.reason.rstrip("."),
            },
            where="corrections",
            about=str(note.id),
        )


def told_void(void: VoidRow, zone: ZoneInfo) -> Iterator[Told]:
    day = void.at.astimezone(zone).date()
    document = Document(void.invoice_number)
    note = Document(void.note_number, is_credit_note=True)
    about = str(void.invoice_id)
    yield Told(
        "voided", void.at, day, {"document": document, "note": note},
        where="corrections", about=about,
    )  # fmt: skip
    for number in void.replacements:
        said: dict[str, Value] = {"document": document, "replacement": Document(number)}
        yield Told("replaced", void.at, day, said, where="corrections", about=about)
