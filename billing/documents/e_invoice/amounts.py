"""Amounts as EN 16931 writes them: two decimals at most, credit notes without their minus."""

from dataclasses import dataclass

from billing.enums import InvoiceKind
from billing.models import Invoice
from kernel.money import decimal_text, exponent_of, round_ratio

MOST_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Amounts:
    """
    How one invoice's minor units become amounts of the standard.

    EN 16931 allows two decimals (BR-DEC-*). A currency with three is rounded line by line; the
    amount due is brought back to the rounded true one by the standard's own rounding amount.
    """

    currency: str
    sign: int

    @classmethod
    def of(cls, invoice: Invoice) -> "Amounts":
        return cls(invoice.currency, -1 if invoice.kind == InvoiceKind.CREDIT_NOTE else 1)

    @property
    def places(self) -> int:
        return min(exponent_of(self.currency), MOST_DECIMALS)

    @property
    def is_exact(self) -> bool:
        """Whether the currency has no more decimals than the standard."""
        return exponent_of(self.currency) <= MOST_DECIMALS

    def units(self, minor: int) -> int:
        """Minor units as whole units of the last decimal written, positive on credit notes."""
        divisor = 10 ** (exponent_of(self.currency) - self.places)
        return self.sign * round_ratio(minor, divisor)

    def text(self, units: int) -> str:
        return decimal_text(units, self.places)
