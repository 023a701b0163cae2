"""The figures of a month out of its journal: what was billed, collected and earned, and how balances moved."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

RECEIVABLE = "receivable"
DEFERRED = "deferred_revenue"
TAX = "tax_payable"
REVENUE = "revenue"
MONEY = ("cash_bank", "gateway_clearing")
BILLED = "invoice"
CREDITED = "credit_note"
COLLECTED = "received"
GIVEN_BACK = ("refund", "withdrawal", "reinstated")


@dataclass(frozen=True, slots=True)
class Sums:
    """A role's postings by one kind of entry, in minor units: before the month, and in it. Debit is positive."""

    currency: str
    role: str
    kind: str
    before_minor: int
    month_minor: int


@dataclass(frozen=True, slots=True)
class Movement:
    kind: str
    minor: int


@dataclass(frozen=True, slots=True)
class RollForward:
    """A balance from the month's first to its last day; the movements explain the whole difference."""

    opening_minor: int
    movements: tuple[Movement, ...]
    closing_minor: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A month in one currency, in minor units; what is owed to us and what we owe are both positive."""

    currency: str
    billed_minor: int
    credited_minor: int
    tax_minor: int
    collected_minor: int
    given_back_minor: int
    written_off_minor: int
    earned_minor: int
    receivables: RollForward
    deferred: RollForward


def month_figures(sums: Iterable[Sums]) -> tuple[Figures, ...]:
    """By currency, in the order of their codes."""
    by_currency: defaultdict[str, list[Sums]] = defaultdict(list)
    for one in sums:
        by_currency[one.currency].append(one)
    return tuple(figures_of(currency, by_currency[currency]) for currency in sorted(by_currency))


def figures_of(currency: str, sums: Sequence[Sums]) -> Figures:
    month: defaultdict[tuple[str, str], int] = defaultdict(int)
    for one in sums:
        month[one.role, one.kind] += one.month_minor
    return Figures(
        currency=currency,
        billed_minor=-charged(month, BILLED),
        credited_minor=charged(month, CREDITED),
        tax_minor=-role_of(month, TAX),
        collected_minor=gross(month, COLLECTED),
        given_back_minor=-sum(gross(month, kind) for kind in GIVEN_BACK),
        written_off_minor=role_of(month, "bad_debt"),
        earned_minor=-role_of(month, REVENUE),
        receivables=roll_forward(sums, RECEIVABLE, sign=1),
        deferred=roll_forward(sums, DEFERRED, sign=-1),
    )


def charged(month: Mapping[tuple[str, str], int], kind: str) -> int:
    """What documents of a kind charge, tax included; negative for invoices, as credits are."""
    return sum(month.get((role, kind), 0) for role in (REVENUE, DEFERRED, TAX))


def gross(month: Mapping[tuple[str, str], int], kind: str) -> int:
    """What payments of a kind moved, before the gateway's fee."""
    return sum(month.get((role, kind), 0) for role in (*MONEY, "fees"))


def role_of(month: Mapping[tuple[str, str], int], role: str) -> int:
    return sum(minor for (one, _), minor in month.items() if one == role)


def roll_forward(sums: Sequence[Sums], role: str, *, sign: int) -> RollForward:
    mine = [one for one in sums if one.role == role]
    opening = sign * sum(one.before_minor for one in mine)
    movements = tuple(
        Movement(kind=one.kind, minor=sign * one.month_minor)
        for one in sorted(mine, key=lambda one: one.kind)
        if one.month_minor
    )
    return RollForward(
        opening_minor=opening,
        movements=movements,
        closing_minor=opening + sum(one.minor for one in movements),
    )
