"""What a detector looks for, and what it found."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Limits:
    """
    How far back a detector looks, and from where on it speaks.

    `at_least` is in the detector's own unit: hours, seats, deviations; `percent` its second measure.
    """

    window_days: int
    at_least: Decimal
    percent: Decimal = Decimal(0)


DEFAULT_LIMITS: Mapping[str, Limits] = {
    "billed_twice": Limits(window_days=40, at_least=Decimal(0)),
    "late_removal": Limits(window_days=3, at_least=Decimal(72)),
    "seat_drift": Limits(window_days=3, at_least=Decimal(2), percent=Decimal(5)),
    "tax_changed": Limits(window_days=3, at_least=Decimal(0)),
    "unusual_invoice": Limits(window_days=3, at_least=Decimal(6), percent=Decimal(50)),
    "invoice_missing": Limits(window_days=40, at_least=Decimal(72)),
}


@dataclass(frozen=True, slots=True)
class Found:
    """
    Something an incident is about. `subject` names it forever: the same is found only once.

    `amount_minor` is what was charged too much, before tax, in minor units of `currency`; None: not
    known. `seats` is the count there should be.
    """

    subject: str
    customer_id: UUID
    words: str
    subscription_id: UUID | None = None
    invoice_id: UUID | None = None
    line_id: UUID | None = None
    seat_type: str = ""
    seats: int | None = None
    amount_minor: int | None = None
    currency: str = ""
