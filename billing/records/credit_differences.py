"""Credit notes by people beside what their invoice and their orders come to: issued again in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from billing.calc.credits import (
    Credit,
    Creditable,
    CreditableLine,
    CreditedTax,
    credit_parts,
    round_up,
)
from billing.enums import CreditScope
from billing.models import Invoice, InvoiceLine, InvoiceTax
from billing.records.creditable import creditable_tax
from billing.records.differences import Difference, field_differences

COPIED = (
    "seat_type_code", "seat_type_name", "plan_name", "quantity", "seat_days", "unit_price_minor",
    "span_first", "span_after",
)  # fmt: skip
TAXED_AS = (
    "name", "jurisdiction", "treatment", "category_code", "rate_percent", "share_percent",
    "tax_point", "registration_id", "rule", "exchange_rate",
)  # fmt: skip


def credit_note_differences(
    notes: Iterable[Invoice],
    *,
    lines: Mapping[UUID, Sequence[InvoiceLine]],
    taxes: Mapping[UUID, Sequence[InvoiceTax]],
) -> list[Difference]:
    """
    What differs on these notes, which credit one invoice, in the order of their issue.

    :param lines: all lines by invoice, of the notes and of what they credit; likewise `taxes`
    """
    found: list[Difference] = []
    left: Creditable | None = None
    for note in sorted(notes, key=lambda one: (one.issued_at, one.sequence)):
        assert note.credits_id is not None, "only notes by people are issued again"
        own, own_taxes = lines[note.pk], taxes[note.pk]
        if left is None:
            left = untouched(lines[note.credits_id], taxes[note.credits_id], note.currency)
        credit = issued_again(note, own, left)
        found += line_differences(note, own)
        found += note_tax_differences(note, own_taxes, credit)
        found += sum_differences(note, own, own_taxes)
        left = after(left, credit)
    return found


def untouched(
    lines: Sequence[InvoiceLine], taxes: Sequence[InvoiceTax], currency: str
) -> Creditable:
    """The invoice before any credit note."""
    return Creditable(
        currency,
        tuple(CreditableLine(line.position, line.amount_minor) for line in lines),
        tuple(creditable_tax(tax, {}) for tax in taxes),
    )


def issued_again(note: Invoice, lines: Sequence[InvoiceLine], left: Creditable) -> Credit:
    """The taxes on what its lines give back, as the order says they are rounded."""
    credit = credit_parts(left, {original(line).position: -line.amount_minor for line in lines})
    order = note.credit_note
    if order.scope != CreditScope.AMOUNT or order.asked_minor is None:
        return credit
    rest = order.asked_minor - credit.total_minor
    return Credit(credit.lines, round_up(left, credit, rest))


def original(line: InvoiceLine) -> InvoiceLine:
    assert line.credited_line is not None, "a line of a note by a person credits another"
    return line.credited_line


def line_differences(note: Invoice, lines: Sequence[InvoiceLine]) -> list[Difference]:
    """Each line is for the time and seats of the line it credits."""
    found = []
    for line in lines:
        found += field_differences(
            (note.number, line.position),
            {name: getattr(line, name) for name in COPIED},
            {name: getattr(original(line), name) for name in COPIED},
        )
    return found


def note_tax_differences(
    note: Invoice, taxes: Sequence[InvoiceTax], credit: Credit
) -> list[Difference]:
    """Each tax is as on the original, and as large as the lines it is on make it."""
    found = []
    expected = {tax.number: tax for tax in credit.taxes}
    for tax in taxes:
        was = tax.credited_tax
        assert was is not None, "a tax of a note by a person credits another"
        derived = expected.pop(was.number, CreditedTax(was.number, 0, 0))
        stored = {name: getattr(tax, name) for name in TAXED_AS}
        found += field_differences(
            (note.number, 0),
            stored | {"base_minor": tax.base_minor, "amount_minor": tax.amount_minor},
            {name: getattr(was, name) for name in TAXED_AS}
            | {"base_minor": -derived.base_minor, "amount_minor": -derived.amount_minor},
            f"tax {tax.number} ({tax.name}) ",
        )
    return found + [
        Difference(note.number, 0, f"credit of tax {number}", "nothing", str(-tax.amount_minor))
        for number, tax in expected.items()
    ]


def sum_differences(
    note: Invoice, lines: Sequence[InvoiceLine], taxes: Sequence[InvoiceTax]
) -> list[Difference]:
    subtotal = sum(line.amount_minor for line in lines)
    tax = sum(one.amount_minor for one in taxes)
    sums = {
        "subtotal_minor": subtotal,
        "tax_minor": tax,
        "total_minor": subtotal + tax,
        "amount_due_minor": subtotal + tax,
    }
    stored = {name: getattr(note, name) for name in sums}
    return field_differences((note.number, 0), stored, sums)


def after(left: Creditable, credit: Credit) -> Creditable:
    """What the next note finds."""
    lines = {line.position: line.amount_minor for line in credit.lines}
    taxes = {tax.number: tax for tax in credit.taxes}
    nothing = CreditedTax(0, 0, 0)
    return Creditable(
        left.currency,
        tuple(
            replace(line, credited_minor=line.credited_minor + lines.get(line.position, 0))
            for line in left.lines
        ),
        tuple(
            replace(
                tax,
                credited_base_minor=tax.credited_base_minor
                + taxes.get(tax.number, nothing).base_minor,
                credited_minor=tax.credited_minor + taxes.get(tax.number, nothing).amount_minor,
            )
            for tax in left.taxes
        ),
    )
