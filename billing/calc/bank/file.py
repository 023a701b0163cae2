"""What a statement file says, whatever its format: bookings in order, and balances that add up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Literal

from kernel.money import Money
from kernel.refusal import Refusal

MOST_BYTES = 10 * 1024 * 1024
MOST_BOOKINGS = 5_000
MOST_REFERENCE = 500
MOST_NAME = 200
MOST_ACCOUNT = 64
DIGEST_DIGITS = 24
NO_REFERENCE = frozenset(["", "NONREF", "NOREF", "NOTPROVIDED", "0"])

FileFormat = Literal["camt053", "csv"]


class StatementUnreadable(Refusal):
    """Nothing is imported. The sentence names the line of the file and what to do."""

    code = "bank_statement_unreadable"

    def __init__(self, message: str, *, line: int | None = None) -> None:
        super().__init__(f"Line {line}: {message}" if line else message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Booking:
    """
    One movement on our account, in minor units of `currency`; positive: money came in.

    `line` is where the file says so. `remark` says why it must not be matched by itself, in words.
    `bank_reference` is the bank's own name for it, and `part` which part of a collective booking.
    """

    line: int
    booked_on: date
    currency: str
    amount_minor: int
    payer_name: str = ""
    payer_account: str = ""
    reference: str = ""
    remark: str = ""
    bank_reference: str = ""
    part: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class BankFile:
    """A statement file, whole. Balances in minor units of `currency`; None where it tells none."""

    format: FileFormat
    account: str
    currency: str
    bookings: tuple[Booking, ...]
    opening_minor: int | None = None
    closing_minor: int | None = None
    not_booked: int = 0

    @property
    def first_day(self) -> date | None:
        return min((one.booked_on for one in self.bookings), default=None)

    @property
    def last_day(self) -> date | None:
        return max((one.booked_on for one in self.bookings), default=None)


def clean(text: str, most: int) -> str:
    """One line of text without control characters, at most so many characters."""
    plain = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(plain.split())[:most]


def with_keys(bookings: Sequence[Booking]) -> tuple[Booking, ...]:
    """
    Name each booking so that files which overlap name it alike.

    The name is its day, the bank's own reference and its amount; without a reference, a digest of
    all it says. Bookings that are alike in all of this are counted within the file.
    """
    seen: dict[str, int] = {}
    keyed = []
    for one in bookings:
        name = own_name(one)
        seen[name] = count = seen.get(name, 0) + 1
        keyed.append(replace(one, key=name if count == 1 else f"{name}.{count}"))
    return tuple(keyed)


def own_name(one: Booking) -> str:
    has_reference = one.bank_reference.upper() not in NO_REFERENCE
    told: tuple[object, ...] = (one.booked_on, one.currency, one.amount_minor, one.part)
    told += (
        (one.bank_reference,)
        if has_reference
        else (one.payer_name, one.payer_account, one.reference)
    )
    digest = sha256("\x1f".join(map(str, told)).encode()).hexdigest()[:DIGEST_DIGITS]
    shown = one.bank_reference[:35] if has_reference else "-"
    return f"{one.booked_on:%Y%m%d}/{shown}/{digest}"


def check_balance(
    *,
    opening: int | None,
    closing: int | None,
    bookings: Iterable[Booking],
    currency: str,
    line: int,
) -> None:
    """
    Opening and bookings come to closing, where the file gives both.

    :raises StatementUnreadable: if they do not
    """
    if opening is None or closing is None:
        return
    moved = sum(one.amount_minor for one in bookings)
    if opening + moved == closing:
        return
    figures = [str(Money(minor, currency)) for minor in (opening, moved, opening + moved, closing)]
    raise StatementUnreadable(
        f"the balances do not add up: {figures[0]} at the start and bookings of {figures[1]} come to "
        f"{figures[2]} {currency}, but the statement ends at {figures[3]}. A page or a booking is "
        "missing; export the whole statement again.",
        line=line,
    )
