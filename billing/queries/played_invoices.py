"""What a scenario brought about, as plain records: invoices, seats, holds. Reads; decides nothing."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F

from accounts.models import Customer
from billing.calc.accept import balances_of
from billing.enums import InvoiceKind, InvoiceState
from billing.models import (
    Invoice,
    InvoiceLine,
    InvoiceTax,
    SeatLedgerEntry,
    StageRefusal,
    Subscription,
    TaxHold,
)
from billing.records.subscription_book import load_subscription_books
from kernel.money import decimal_text, exponent_of


def issued_invoices(*, customer: Customer) -> list[dict[str, Any]]:
    """Finalized invoices and credit notes in the order of issue; amounts as decimal text."""
    invoices = sorted(
        Invoice.objects.filter(customer=customer, state=InvoiceState.FINALIZED)
        .prefetch_related("lines__rated_span", "taxes")
        .order_by("issued_at", "number"),
        key=lambda one: (one.issued_at, one.kind == InvoiceKind.CREDIT_NOTE),
    )
    names = event_names(line for invoice in invoices for line in invoice.lines.all())
    return [invoice_record(invoice, names) for invoice in invoices]


def event_names(lines: Iterable[InvoiceLine]) -> dict[UUID, str]:
    """The sender's event id for each ledger entry behind these lines."""
    entry_ids = {one for line in lines for one in entries_behind(line)}
    return dict(
        SeatLedgerEntry.objects.filter(pk__in=entry_ids).values_list("pk", "event__source_event_id")
    )


def entries_behind(line: InvoiceLine) -> list[UUID]:
    """Of its rated span; a line that a person credits rests on another line instead."""
    return line.rated_span.entry_ids if line.rated_span else []


def invoice_record(invoice: Invoice, names: Mapping[UUID, str]) -> dict[str, Any]:
    exponent = exponent_of(invoice.currency)

    def text(minor: int | None) -> str:
        return decimal_text(minor or 0, exponent)

    assert invoice.issued_at, "a finalized invoice has its moment"
    taxes = sorted(invoice.taxes.all(), key=lambda one: one.number)
    return {
        "number": invoice.number,
        "issued_at": invoice.issued_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "due_date": str(invoice.due_date),
        "currency": invoice.currency,
        "subtotal": text(invoice.subtotal_minor),
        "tax": text(invoice.tax_minor),
        "total": text(invoice.total_minor),
        "credit_applied": text(invoice.credit_applied_minor),
        "amount_due": text(invoice.amount_due_minor),
        "kind": invoice.kind,
        "lines": [
            {**line_record(line, names, exponent), "tax_rate": line_rate(line, taxes)}
            for line in sorted(invoice.lines.all(), key=lambda one: one.position)
        ],
        "taxes": [tax_record(one, exponent) for one in taxes],
        "notes": [invoice.tax_note] if invoice.tax_note else [],
    }


def line_record(line: InvoiceLine, names: Mapping[UUID, str], exponent: int) -> dict[str, Any]:
    """`to` is the last day the line is for; `trace` holds each event once, in ledger order."""
    entry_ids = entries_behind(line)
    return {
        "kind": line.kind,
        "seat_type": line.seat_type_code,
        "description": line.description,
        "quantity": line.quantity,
        "seat_days": line.seat_days,
        "unit_price": decimal_text(line.unit_price_minor, exponent),
        "from": str(line.span_first),
        "to": str(line.span_after - timedelta(days=1)),
        "amount": decimal_text(line.amount_minor, exponent),
        "trace": list(dict.fromkeys(names[one] for one in entry_ids)),
        "formula": line.formula,
    }


def line_rate(line: InvoiceLine, taxes: Sequence[InvoiceTax]) -> str | None:
    """The rates on a line together, in percent; none where no tax was determined."""
    rates = [one.rate_percent for one in taxes if line.position in one.positions]
    return plain_percent(sum(rates, Decimal())) if rates else None


def tax_record(tax: InvoiceTax, exponent: int) -> dict[str, Any]:
    return {
        "name": tax.name,
        "rate_percent": plain_percent(tax.rate_percent),
        "base": decimal_text(tax.base_minor, exponent),
        "amount": decimal_text(tax.amount_minor, exponent),
        "category_code": tax.category_code,
    }


def plain_percent(rate: Decimal) -> str:
    """Without trailing zeros: "25.5", "0"."""
    return format(rate.normalize(), "f")


def seats_held(*, subscription: Subscription, at: datetime) -> dict[str, int]:
    """Seats in any state but removed, by seat type, at an instant."""
    book = load_subscription_books(subscriptions=[subscription])[subscription.pk]
    known = book.rating_input(as_of=at, rated_at=at, settled_at=None)
    balances = balances_of(known.facts, at=at)
    codes = dict.fromkeys([*known.terms.seat_types, *balances.seats])
    return {code: balances.held(code) for code in codes}


def holds(*, customer: Customer) -> list[dict[str, str]]:
    """Why something of the customer waits, oldest first; drafts held for one reason count once."""
    subjects = [
        customer.pk,
        *Subscription.objects.filter(customer=customer).values_list("pk", flat=True),
        *Invoice.objects.filter(customer=customer).values_list("pk", flat=True),
    ]
    refusals = StageRefusal.objects.filter(subject_id__in=subjects, resolved_at=None)
    held = TaxHold.objects.filter(customer=customer, released_at=None)
    reasons = list(refusals.order_by(F("first_at"), "pk").values_list("code", "message"))
    newest_first = held.order_by("-since", "-pk").values_list("code", "message")
    reasons += reversed(dict(newest_first).items())
    return [{"code": code, "message": message} for code, message in reasons]
