"""What people took back: credit notes for the documents of a packet, and voids with their replacements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from billing.calc.credit_words import credit_reason
from billing.enums import InvoiceKind
from billing.models import Invoice, InvoiceVoid
from billing.queries.voids import replacements_by_void
from desk.queries.packet.invoices import PacketLine


@dataclass(frozen=True, slots=True)
class CreditNoteRow:
    """A credit note a person issued; `amount_minor` positive as given back, tax included."""

    id: UUID
    number: str
    invoice_id: UUID
    invoice_number: str
    issued_at: datetime | None
    amount_minor: int
    currency: str
    scope: str
    settlement: str
    reason_code: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class VoidRow:
    """An invoice taken back whole, and the documents that bill its time anew ("" is a draft)."""

    invoice_id: UUID
    invoice_number: str
    note_id: UUID
    note_number: str
    replacements: tuple[str, ...]
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    """
    A document whose lines correct lines of the packet ("later"), or are corrected by them ("earlier").

    `amount_minor` is the sum of those lines before tax, signed as they stand there.
    """

    id: UUID
    number: str
    is_credit_note: bool
    relation: str
    currency: str
    amount_minor: int
    at: datetime


def related_documents(
    lines: Iterable[PacketLine], own: Collection[UUID]
) -> tuple[RelatedDocument, ...]:
    """Those outside of the packet, in the order they were issued. One query."""
    sums: dict[tuple[str, UUID], dict[UUID, int]] = {}
    for line in lines:
        for relation, refs in (("earlier", line.corrects), ("later", line.corrected_by)):
            for ref in refs:
                if ref.invoice_id not in own:
                    amounts = sums.setdefault((relation, ref.invoice_id), {})
                    amounts[ref.line_id] = ref.amount_minor
    rows = Invoice.objects.in_bulk({key for _, key in sums})
    found = [
        RelatedDocument(
            id=key,
            number=rows[key].number,
            is_credit_note=rows[key].kind == InvoiceKind.CREDIT_NOTE,
            relation=relation,
            currency=rows[key].currency,
            amount_minor=sum(amounts.values()),
            at=rows[key].issued_at or rows[key].drafted_at,
        )
        for (relation, key), amounts in sums.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.at, one.id, one.relation)))


def credit_note_rows(invoice_ids: Collection[UUID], *, language: str) -> tuple[CreditNoteRow, ...]:
    """Those for the documents and those among them; the reason in `language`. One query."""
    rows = Invoice.objects.filter(
        Q(credits__in=invoice_ids) | Q(pk__in=invoice_ids, credits__isnull=False)
    ).select_related("credits", "credit_note__by", "credit_note__client")
    return tuple(
        credit_note_row(row, language=language) for row in rows.order_by("issued_at", "pk")
    )


def credit_note_row(row: Invoice, *, language: str) -> CreditNoteRow:
    """Needs its order and the credited invoice loaded with it."""
    order, credited = row.credit_note, row.credits
    assert credited is not None, "only what credits an invoice has an order"
    return CreditNoteRow(
        id=row.pk,
        number=row.number,
        invoice_id=credited.pk,
        invoice_number=credited.number,
        issued_at=row.issued_at,
        amount_minor=-(row.total_minor or 0),
        currency=row.currency,
        scope=order.scope,
        settlement=row.settlement,
        reason_code=order.reason,
        reason=credit_reason(reason=order.reason, text=order.text, language=language),
        by=str(order.by or order.client),
    )


def void_rows(invoice_ids: Collection[UUID]) -> tuple[VoidRow, ...]:
    """Voids of the documents or by them. Two queries."""
    rows = list(
        InvoiceVoid.objects.filter(Q(pk__in=invoice_ids) | Q(credit_note__in=invoice_ids))
        .select_related("invoice", "credit_note", "by")
        .order_by("at", "pk")
    )
    replaced: defaultdict[UUID, list[str]] = defaultdict(list)
    for void_id, number in replacements_by_void([row.pk for row in rows]):
        replaced[void_id].append(number)
    return tuple(
        VoidRow(
            invoice_id=row.invoice_id,
            invoice_number=row.invoice.number,
            note_id=row.credit_note_id,
            note_number=row.credit_note.number,
            replacements=tuple(replaced[row.pk]),
            reason=row.reason,
            by=str(row.by),
            at=row.at,
        )
        for row in rows
    )
