"""What books are made of: accounts by their role, legs of an entry, months of a recognition schedule."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

Role = Literal[
    "receivable",
    "cash_bank",
    "gateway_clearing",
    "deferred_revenue",
    "tax_payable",
    "customer_credit",
    "refunds_payable",
    "revenue",
    "fees",
    "bad_debt",
]


@dataclass(frozen=True, slots=True)
class Leg:
    """
    One side of an entry: minor units of the entry's currency, positive is debit (Soll).

    `invoice` names the open item of a receivable leg.
    """

    role: Role
    minor: int
    invoice: UUID | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """What a line earns: its amount in minor units over local dates, `after` excluded."""

    key: UUID
    first: date
    after: date
    minor: int


@dataclass(frozen=True, slots=True)
class Slice:
    """The part of a line one calendar month earns; `ends_on` is its last day of service in it."""

    line: UUID
    month: date
    ends_on: date
    days: int
    minor: int

    def is_past(self, day: date) -> bool:
        return self.ends_on < day


class Unbalanced(AssertionError):
    """Our own mistake: an entry whose legs do not add up to zero."""


def balanced(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    """
    The legs that say something; when nothing moved, the first two stay as zeros for the record.

    :raises Unbalanced: if they do not add up to zero
    """
    given = tuple(legs)
    total = sum(leg.minor for leg in given)
    if total or not given:
        raise Unbalanced(f"An entry's legs add up to {total}: {given}")
    return tuple(leg for leg in given if leg.minor) or given[:2]
