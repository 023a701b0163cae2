"""The statement of a customer's account: what moved it, what it came to, and what that is made of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args
from uuid import UUID

MovementKind = Literal[
    "invoice", "credit_note", "payment", "refund", "refund_failed", "withdrawal", "reinstated",
    "write_off", "write_off_undone",
]  # fmt: skip

ORDER: tuple[MovementKind, ...] = get_args(MovementKind)


@dataclass(frozen=True, slots=True)
class Movement:
    """
    What changed a balance, in minor units of `currency`: positive, the customer owes more.

    `day` is the date of `at` in the customer's time zone; `valued_on` is the bank's, if it differs.
    """

    key: UUID
    kind: MovementKind
    at: datetime
    day: date
    entity: str
    currency: str
    amount_minor: int
    reference: str = ""
    valued_on: date | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What an invoice asked for when it was issued, in minor units of `currency`."""

    key: UUID
    entity: str
    currency: str
    number: str
    day: date
    due_date: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Settled:
    """How much of a claim was settled on a day; negative: taken back."""

    claim: UUID
    day: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CreditMove:
    """How a customer's credit moved on a day; positive: more credit."""

    entity: str
    currency: str
    day: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A movement and the balance after it, in minor units."""

    movement: Movement
    balance_minor: int


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What was still open on an invoice at the end of a day, in minor units."""

    claim: Claim
    open_minor: int
    days_overdue: int

    def is_of(self, entity: str, currency: str) -> bool:
        return (self.claim.entity, self.claim.currency) == (entity, currency)


@dataclass(frozen=True, slots=True)
class Account:
    """
    What one billing entity and a customer owe each other in one currency, in minor units.

    A positive balance is owed by the customer. Credit can be used for invoices of any billing
    entity; here it counts where it came from and where it was used.
    """

    entity: str
    currency: str
    opening_minor: int
    lines: tuple[StatementLine, ...]
    closing_minor: int
    open_items: tuple[OpenItem, ...]
    credit_minor: int

    @property
    def open_minor(self) -> int:
        return sum(item.open_minor for item in self.open_items)

    @property
    def overdue_minor(self) -> int:
        return sum(item.open_minor for item in self.open_items if item.days_overdue)

    @property
    def is_proven(self) -> bool:
        """Whether the movements come to what is open less the credit."""
        return self.closing_minor == self.open_minor - self.credit_minor


def account_statements(
    *,
    movements: Iterable[Movement],
    claims: Sequence[Claim],
    settled: Iterable[Settled],
    credit: Iterable[CreditMove],
    first: date | None,
    as_of: date,
) -> tuple[Account, ...]:
    """
    One statement for each billing entity and currency that ever moved until `as_of` (included).

    Lines start on `first`; what was before is the opening balance.
    """
    until = sorted((one for one in movements if one.day <= as_of), key=_order)
    items = open_items(claims=claims, settled=settled, as_of=as_of)
    credits = [one for one in credit if one.day <= as_of]
    moved = {(one.entity, one.currency) for one in until}
    places = moved | {(one.entity, one.currency) for one in credits}
    return tuple(
        _account(
            entity=entity,
            currency=currency,
            movements=[one for one in until if (one.entity, one.currency) == (entity, currency)],
            items=[one for one in items if one.is_of(entity, currency)],
            credit_minor=sum(
                one.amount_minor
                for one in credits
                if (one.entity, one.currency) == (entity, currency)
            ),
            first=first,
        )
        for entity, currency in sorted(places)
    )


def _account(
    *,
    entity: str,
    currency: str,
    movements: Sequence[Movement],
    items: Sequence[OpenItem],
    credit_minor: int,
    first: date | None,
) -> Account:
    before = [one for one in movements if first and one.day < first]
    opening = sum(one.amount_minor for one in before)
    lines = running_lines(movements[len(before) :], opening_minor=opening)
    return Account(
        entity=entity,
        currency=currency,
        opening_minor=opening,
        lines=lines,
        closing_minor=lines[-1].balance_minor if lines else opening,
        open_items=tuple(items),
        credit_minor=credit_minor,
    )


def running_lines(
    movements: Sequence[Movement], *, opening_minor: int
) -> tuple[StatementLine, ...]:
    """Each movement with the balance after it."""
    lines, balance = [], opening_minor
    for one in movements:
        balance += one.amount_minor
        lines.append(StatementLine(one, balance))
    return tuple(lines)


def open_items(
    *, claims: Sequence[Claim], settled: Iterable[Settled], as_of: date
) -> tuple[OpenItem, ...]:
    """What was still open at the end of a day, the oldest due first."""
    open_minor = {one.key: one.amount_minor for one in claims if one.day <= as_of}
    for part in settled:
        if part.day <= as_of and part.claim in open_minor:
            open_minor[part.claim] -= part.amount_minor
    found = [
        OpenItem(one, open_minor[one.key], max(0, (as_of - one.due_date).days))
        for one in claims
        if open_minor.get(one.key)
    ]
    return tuple(sorted(found, key=lambda item: (item.claim.due_date, item.claim.number)))


def _order(movement: Movement) -> tuple[datetime, int, UUID]:
    """At the same instant documents come before the money that follows from them."""
    return movement.at, ORDER.index(movement.kind), movement.key
