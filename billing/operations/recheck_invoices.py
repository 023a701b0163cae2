"""Recheck: derive finalized invoices again from the ledger as known at their issue. It writes nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from billing.calc.types import RatedSpan as SpanFacts
from billing.enums import InvoiceKind, InvoiceState
from billing.models import Invoice, InvoiceLine, Subscription
from billing.records.credit_differences import credit_note_differences
from billing.records.differences import (
    Difference,
    derived_line,
    field_differences,
    stored_line,
)
from billing.records.replay import Replay, replay_ratings
from billing.records.stored_ratings import StoredRatings, load_stored_ratings
from billing.records.subscription_book import load_subscription_books
from billing.records.tax_differences import tax_differences
from billing.records.voided_spans import load_voids
from kernel.refusal import Refusal

CUSTOMERS_AT_ONCE = 20


class InvoiceUnknown(Refusal):
    code = "invoice_unknown"


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The outcome for a chunk of customers."""

    customers: int
    invoices: int
    lines: int
    differences: tuple[Difference, ...]


def customers_to_recheck(*, numbers: Collection[str] = ()) -> list[UUID]:
    """
    Customers with finalized invoices: all of them, or those of these invoice numbers.

    :raises InvoiceUnknown: naming the numbers that nothing was issued under
    """
    invoices = Invoice.objects.filter(state=InvoiceState.FINALIZED)
    if numbers:
        invoices = invoices.filter(number__in=numbers)
        unknown = set(numbers) - set(invoices.values_list("number", flat=True))
        if unknown:
            raise InvoiceUnknown(
                f"No invoice was issued as {', '.join(sorted(unknown))}. Check the number."
            )
    return list(invoices.order_by("customer").values_list("customer", flat=True).distinct())


def recheck_invoices(
    *, customer_ids: Sequence[UUID], numbers: Collection[str] = ()
) -> Iterator[Rechecked]:
    """
    Compare chunk by chunk; memory holds one chunk. With `numbers`, only those invoices count.

    The ratings of each subscription are replayed in order with the pure engine: each knows the
    ledger up to its own position, the catalog published by then, and the spans derived before it.
    """
    for first in range(0, len(customer_ids), CUSTOMERS_AT_ONCE):
        yield recheck_customers(customer_ids[first : first + CUSTOMERS_AT_ONCE], set(numbers))


def recheck_customers(customer_ids: Sequence[UUID], numbers: set[str]) -> Rechecked:
    stored = load_stored_ratings(customer_ids)
    subscriptions = Subscription.objects.filter(customer__in=customer_ids)
    books = load_subscription_books(subscriptions=list(subscriptions))
    replay = Replay()
    voids = load_voids(customer_ids)
    for book in books.values():
        replay_ratings(book, stored, voids, replay)
    lines = stored.lines
    invoices = [one for one in stored.invoices.values() if not numbers or one.number in numbers]
    differences = [one for one in replay.differences if not numbers or one.document in numbers]
    notes = differences_of_notes(stored)
    for invoice in invoices:
        if invoice.credits_id:
            differences += notes[invoice.number]
        else:
            differences += invoice_differences(invoice, lines[invoice.pk], replay.derived)
            differences += tax_differences(
                invoice, stored.taxes[invoice.pk], amounts_of(lines[invoice.pk], replay.derived)
            )
        differences += credit_differences(invoice, stored.credit_by_invoice[invoice.pk])
    return Rechecked(
        customers=len(customer_ids),
        invoices=len(invoices),
        lines=sum(len(lines[one.pk]) for one in invoices),
        differences=tuple(sorted(differences, key=lambda one: (one.document, one.line))),
    )


def differences_of_notes(stored: StoredRatings) -> dict[str, list[Difference]]:
    """Of the credit notes by people, by number; those of one invoice build on each other."""
    notes: defaultdict[UUID, list[Invoice]] = defaultdict(list)
    for invoice in stored.invoices.values():
        if invoice.credits_id:
            notes[invoice.credits_id].append(invoice)
    found: defaultdict[str, list[Difference]] = defaultdict(list)
    for credited in notes.values():
        for one in credit_note_differences(credited, lines=stored.lines, taxes=stored.taxes):
            found[one.document].append(one)
    return found


def invoice_differences(
    invoice: Invoice, lines: Sequence[InvoiceLine], derived: Mapping[UUID, SpanFacts]
) -> list[Difference]:
    """Lines with their derived spans, then the sums these lines should come to."""
    found: list[Difference] = []
    subtotal = 0
    for line in lines:
        facts = derived.get(line.rated_span_id) if line.rated_span_id else None
        if facts is None:
            continue  # its span was named already: nothing derives it
        subtotal += facts.amount_minor
        found += field_differences(
            (invoice.number, line.position),
            stored_line(line),
            derived_line(facts, language=invoice.language),
        )
    total = subtotal + (invoice.tax_minor or 0)
    sums = {
        "subtotal_minor": subtotal,
        "total_minor": total,
        "amount_due_minor": total - invoice.credit_applied_minor,
    }
    stored = {name: getattr(invoice, name) for name in sums}
    return found + field_differences((invoice.number, 0), stored, sums)


def amounts_of(lines: Sequence[InvoiceLine], derived: Mapping[UUID, SpanFacts]) -> dict[int, int]:
    """Derived minor units by position; a line nothing derives counts as zero."""
    return {
        line.position: facts.amount_minor
        if line.rated_span_id and (facts := derived.get(line.rated_span_id))
        else 0
        for line in lines
    }


def credit_differences(invoice: Invoice, credited_minor: int) -> list[Difference]:
    """What the invoice did to the customer's credit, beside the credit entries that name it."""
    is_note = invoice.kind == InvoiceKind.CREDIT_NOTE
    gained = -(invoice.total_minor or 0) if is_note else -invoice.credit_applied_minor
    if gained == credited_minor:
        return []
    place = (invoice.number, 0)
    return [Difference(*place, "credit_applied_minor", str(-gained), str(-credited_minor))]
