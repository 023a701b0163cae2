"""Credit notes and voids as the desk shows them: what is left of an invoice, and what was given back."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from billing.calc.credit_words import credit_reason
from billing.enums import InvoiceKind, InvoiceState, PaymentKind
from billing.models import Invoice, InvoiceVoid, Payment
from billing.queries.voids import replacements_of, voids_replaced_by
from billing.records.creditable import load_credited_invoice

STAFF_LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line and what is left of it before tax; minor units."""

    position: int
    description: str
    first: date
    after: date
    amount_minor: int
    credited_minor: int
    returned_minor: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class CreditPage:
    """What the form needs. `left_minor` is tax included; minor units of `currency`."""

    id: UUID
    number: str
    customer_id: UUID
    customer_name: str
    currency: str
    total_minor: int
    left_minor: int
    open_minor: int
    has_tax: bool
    lines: tuple[CreditLine, ...]
    payments: tuple["PaymentChoice", ...]


@dataclass(frozen=True, slots=True)
class PaymentChoice:
    """A payment a refund may go back by; minor units."""

    id: UUID
    label: str
    amount_minor: int
    paid_on: date


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A credit note by a person; amounts positive as given back."""

    id: UUID
    number: str
    issued_at: datetime | None
    amount_minor: int
    settlement: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class VoidRow:
    """A void, seen from either side."""

    invoice_id: UUID
    number: str
    note_id: UUID
    note_number: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InvoiceCredits:
    """What the invoice page says of credits and voids."""

    id: UUID
    currency: str
    may_credit: bool
    left_minor: int
    credits_id: UUID | None
    credits_number: str
    own: NoteRow | None
    notes: tuple[NoteRow, ...]
    void: VoidRow | None
    replacements: tuple[tuple[UUID, str], ...]
    replaces: tuple[VoidRow, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.may_credit or self.own or self.notes or self.void or self.replaces)


def credit_page(invoice_id: UUID) -> CreditPage | None:
    """An issued invoice to credit; None for anything else."""
    invoice = (
        Invoice.objects.select_related("customer", "receivable")
        .filter(pk=invoice_id, state=InvoiceState.FINALIZED, kind=InvoiceKind.INVOICE)
        .first()
    )
    if invoice is None:
        return None
    loaded = load_credited_invoice(invoice)
    creditable = {line.position: line for line in loaded.creditable.lines}
    return CreditPage(
        id=invoice.pk,
        number=invoice.number,
        customer_id=invoice.customer_id,
        customer_name=invoice.customer.legal_name,
        currency=invoice.currency,
        total_minor=invoice.total_minor or 0,
        left_minor=max(0, loaded.creditable.left_minor),
        open_minor=invoice.receivable.open_minor,
        has_tax=bool(invoice.tax_minor),
        lines=tuple(
            CreditLine(
                position=line.position,
                description=line.description,
                first=line.span_first,
                after=line.span_after,
                amount_minor=line.amount_minor,
                credited_minor=creditable[line.position].credited_minor,
                returned_minor=creditable[line.position].returned_minor,
                left_minor=creditable[line.position].left_minor,
            )
            for line in loaded.lines
        ),
        payments=payment_choices(invoice),
    )


def payment_choices(invoice: Invoice) -> tuple[PaymentChoice, ...]:
    """Money received from the customer in this currency, the newest first."""
    rows = Payment.objects.filter(
        customer=invoice.customer_id,
        currency=invoice.currency,
        billing_entity=invoice.billing_entity_id,
        kind=PaymentKind.RECEIVED,
    ).order_by("-recorded_at", "-pk")
    return tuple(
        PaymentChoice(
            id=row.pk,
            label=row.get_method_display(),
            amount_minor=row.amount_minor,
            paid_on=row.paid_on,
        )
        for row in rows[:50]
    )


def invoice_credits(invoice_id: UUID) -> InvoiceCredits | None:
    """At most a dozen queries, whatever the invoice; None for a draft that replaces nothing."""
    invoice = (
        Invoice.objects.select_related("credits", "credit_note__by", "credit_note__client")
        .filter(pk=invoice_id)
        .first()
    )
    if invoice is None:
        return None
    is_invoice = invoice.state == InvoiceState.FINALIZED and invoice.kind == InvoiceKind.INVOICE
    void = InvoiceVoid.objects.filter(pk=invoice_id).select_related("invoice", "credit_note", "by")
    done = void.first() if is_invoice else None
    notes = Invoice.objects.filter(credits=invoice_id).select_related(
        "credit_note__by", "credit_note__client"
    )
    left = load_credited_invoice(invoice).creditable.left_minor if is_invoice else 0
    return InvoiceCredits(
        id=invoice.pk,
        currency=invoice.currency,
        may_credit=is_invoice and left > 0 and done is None,
        left_minor=max(0, left),
        credits_id=invoice.credits_id,
        credits_number=invoice.credits.number if invoice.credits else "",
        own=note_row(invoice) if invoice.credits_id else None,
        notes=tuple(note_row(one) for one in notes.order_by("issued_at", "sequence")),
        void=void_row(done) if done else None,
        replacements=tuple((one.pk, one.number or "draft") for one in replacements_of(invoice_id))
        if done
        else (),
        replaces=tuple(
            void_row(one)
            for one in voids_replaced_by(invoice_id)
            if invoice.kind == InvoiceKind.INVOICE
        ),
    )


def note_row(note: Invoice) -> NoteRow:
    """Needs its order loaded with it."""
    order = note.credit_note
    return NoteRow(
        id=note.pk,
        number=note.number,
        issued_at=note.issued_at,
        amount_minor=-(note.total_minor or 0),
        settlement=note.get_settlement_display(),
        reason=credit_reason(reason=order.reason, text=order.text, language=STAFF_LANGUAGE),
        by=str(order.by or order.client),
    )


def void_row(void: InvoiceVoid) -> VoidRow:
    return VoidRow(
        invoice_id=void.invoice_id,
        number=void.invoice.number,
        note_id=void.credit_note_id,
        note_number=void.credit_note.number,
        reason=void.reason,
        by=str(void.by),
        at=void.at,
    )
