"""The legs each source posts. Positive is debit; every function returns legs that add up to zero."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from billing.calc.books.types import Leg, Role, balanced


@dataclass(frozen=True, slots=True)
class Document:
    """
    An invoice, or with negative amounts a credit note. Minor units of its currency.

    `earned_minor` is the part of the lines whose service is over; `credit_minor` what it takes from
    the customer's credit (positive) or adds to it (negative).
    """

    key: UUID
    total_minor: int
    lines_minor: int
    earned_minor: int
    taxes: Sequence[tuple[str, int]]
    credit_minor: int


@dataclass(frozen=True, slots=True)
class Moved:
    """Money that moved, signed, and where each cent of it is placed. Minor units."""

    minor: int
    fee_minor: int
    by_bank: bool
    to_invoices: Sequence[tuple[UUID, int]]
    to_credit_minor: int
    to_refund_minor: int


def document(doc: Document) -> tuple[Leg, ...]:
    """What is asked for against tax, revenue already earned and revenue still to be earned."""
    sold = [
        Leg("deferred_revenue", doc.earned_minor - doc.lines_minor),
        Leg("revenue", -doc.earned_minor),
        *(Leg("tax_payable", -minor, text=text) for text, minor in doc.taxes),
    ]
    if doc.total_minor < 0:
        return balanced([*sold, *given_back(doc)])
    asked = [Leg("receivable", doc.total_minor, invoice=doc.key)]
    applied = [
        Leg("customer_credit", doc.credit_minor, text="credit applied"),
        Leg("receivable", -doc.credit_minor, invoice=doc.key, text="credit applied"),
    ]
    return balanced([*asked, *sold, *applied])


def given_back(doc: Document) -> list[Leg]:
    """A credit note owes the customer: as credit, or to be paid out."""
    owed = -doc.total_minor
    kept = min(owed, -doc.credit_minor)
    return [Leg("customer_credit", -kept), Leg("refunds_payable", kept - owed)]


def payment(moved: Moved) -> tuple[Leg, ...]:
    """Money against what it settles; the gateway's fee leaves the clearing account at once."""
    place = money_account(by_bank=moved.by_bank)
    legs = [Leg(place, moved.minor)]
    legs += [Leg("receivable", -minor, invoice=key) for key, minor in moved.to_invoices]
    legs += [
        Leg("customer_credit", -moved.to_credit_minor),
        Leg("refunds_payable", -moved.to_refund_minor),
        Leg("fees", moved.fee_minor, text="gateway fee"),
        Leg(place, -moved.fee_minor, text="gateway fee"),
    ]
    return balanced(legs)


def money_account(*, by_bank: bool) -> Role:
    return "cash_bank" if by_bank else "gateway_clearing"


CreditUse = Literal["allocated", "unallocated", "reserved", "refund_failed"]


def credit(*, use: CreditUse, minor: int, invoice: UUID | None) -> tuple[Leg, ...]:
    """A change of the customer's credit, signed as its entry, against the invoice or the refund."""
    against: Role = "receivable" if use in ("allocated", "unallocated") else "refunds_payable"
    return balanced([Leg("customer_credit", -minor), Leg(against, minor, invoice=invoice)])


def write_off(*, minor: int, invoice: UUID) -> tuple[Leg, ...]:
    """A loss against what was open; negative when it is taken back. Tax is not corrected here."""
    return balanced([Leg("bad_debt", minor), Leg("receivable", -minor, invoice=invoice)])


def payout(*, minor: int) -> tuple[Leg, ...]:
    """The gateway's account against our bank; negative when the payout came back."""
    return balanced([Leg("cash_bank", minor), Leg("gateway_clearing", -minor)])


def recognition(*, minor: int) -> tuple[Leg, ...]:
    """Revenue a month has earned."""
    return balanced([Leg("deferred_revenue", minor), Leg("revenue", -minor)])
