"""Sums of an invoice in minor units. Adds; it rounds nothing."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Totals:
    """An invoice's sums in minor units of its currency."""

    subtotal_minor: int
    tax_minor: int
    total_minor: int
    credit_applied_minor: int
    amount_due_minor: int


def total_up(
    line_amounts: Iterable[int], tax_amounts: Iterable[int] = (), *, credit_available: int = 0
) -> Totals:
    """Lines plus tax, less the credit that fits: never more than the total, never below zero."""
    subtotal, tax = sum(line_amounts), sum(tax_amounts)
    total = subtotal + tax
    applied = max(0, min(credit_available, total))
    return Totals(subtotal, tax, total, applied, total - applied)
