"""Read CAMT.053, the bank's end-of-day statement (ISO 20022), versions 001.02 to the newest."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from billing.calc.bank.camt_details import details_of
from billing.calc.bank.camt_values import amount_in, day_in, is_money_in
from billing.calc.bank.file import (
    MOST_ACCOUNT,
    MOST_BOOKINGS,
    BankFile,
    Booking,
    StatementUnreadable,
    check_balance,
    clean,
    with_keys,
)
from billing.calc.bank.xml_tree import Node, parse_xml

NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d")
OTHER_MESSAGE = re.compile(r"(camt\.\d{3}|pain\.\d{3}|pacs\.\d{3})")
OPENING, CLOSING = ("OPBD", "PRCD"), ("CLBD",)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One statement of the file: an account on a day or so. Balances in minor units, if told."""

    line: int
    account: str
    currency: str
    bookings: tuple[Booking, ...]
    opening: int | None
    closing: int | None
    not_booked: int


def read_camt053(content: bytes) -> BankFile:
    """
    Booked entries of one account, a collective entry as its parts; what is only pending is counted.

    :raises StatementUnreadable: naming the line and what to do; nothing is read then
    """
    sheets = [read_sheet(node) for node in statements_in(parse_xml(content))]
    first, last = sheets[0], sheets[-1]
    for sheet in sheets:
        check_same_account(first, sheet)
    bookings = [one for sheet in sheets for one in sheet.bookings]
    if len(bookings) > MOST_BOOKINGS:
        raise StatementUnreadable(
            f"The file holds {len(bookings)} bookings; at most {MOST_BOOKINGS} are imported at "
            "once. Export fewer days."
        )
    return BankFile(
        format="camt053",
        account=first.account,
        currency=first.currency,
        bookings=with_keys(bookings),
        opening_minor=first.opening,
        closing_minor=last.closing,
        not_booked=sum(sheet.not_booked for sheet in sheets),
    )


def statements_in(root: Node) -> list[Node]:
    """
    The statements of a document.

    :raises StatementUnreadable: if it is another message, or has none
    """
    if root.namespace and not NAMESPACE.fullmatch(root.namespace):
        found = OTHER_MESSAGE.search(root.namespace)
        what = found[0].upper() if found else f"“{root.name}”"
        raise StatementUnreadable(
            f"this is {what}, not a CAMT.053 statement. Export the end-of-day statement "
            "(CAMT.053).",
            line=root.line,
        )
    found_statements = list(root.all("BkToCstmrStmt/Stmt"))
    if root.name != "Document" or not found_statements:
        raise StatementUnreadable(
            "there is no bank statement in this XML. Export the end-of-day statement (CAMT.053).",
            line=root.line,
        )
    return found_statements


def read_sheet(statement: Node) -> Sheet:
    currency = statement_currency(statement)
    entries = list(statement.all("Ntry"))
    booked = [entry for entry in entries if status_of(entry) == "BOOK"]
    bookings = tuple(one for entry in booked for one in read_entry(entry, currency))
    opening = balance(statement, OPENING, currency)
    closing = balance(statement, CLOSING, currency)
    check_balance(
        opening=opening, closing=closing, bookings=bookings, currency=currency, line=statement.line
    )
    return Sheet(
        line=statement.line,
        account=clean(
            statement.says("Acct/Id/IBAN", "Acct/Id/Othr/Id").replace(" ", ""), MOST_ACCOUNT
        ),
        currency=currency,
        bookings=bookings,
        opening=opening,
        closing=closing,
        not_booked=len(entries) - len(booked),
    )


def statement_currency(statement: Node) -> str:
    """The account's currency, or that of its first amount."""
    amount = statement.first("Bal/Amt", "Ntry/Amt")
    currency = statement.says("Acct/Ccy") or (amount.attributes.get("Ccy", "") if amount else "")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise StatementUnreadable(
            "the statement does not name the currency of its account. Export it again.",
            line=statement.line,
        )
    return currency


def status_of(entry: Node) -> str:
    """BOOK, PDNG or INFO; a code of its own element since version 001.04."""
    return entry.says("Sts/Cd", "Sts/Prtry", "Sts") or "BOOK"


def read_entry(entry: Node, currency: str) -> Iterator[Booking]:
    amount = entry.first("Amt")
    if amount is None:
        raise StatementUnreadable("this entry has no amount. Export it again.", line=entry.line)
    minor = amount_in(amount, currency)
    yield from details_of(
        entry,
        currency=currency,
        minor=minor if is_money_in(entry) else -minor,
        booked_on=booked_on(entry),
    )


def booked_on(entry: Node) -> date:
    """The day of booking, or of value where the bank gives only that."""
    node = entry.first("BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
    if node is None:
        raise StatementUnreadable("this entry has no date. Export it again.", line=entry.line)
    return day_in(node)


def balance(statement: Node, kinds: tuple[str, ...], currency: str) -> int | None:
    """The balance of the first of these kinds that is given, in minor units; an overdraft is negative."""
    for kind in kinds:
        for told in statement.all("Bal"):
            node = told.first("Amt")
            if told.says("Tp/CdOrPrtry/Cd") == kind and node is not None:
                minor = amount_in(node, currency)
                return minor if is_money_in(told) else -minor
    return None


def check_same_account(first: Sheet, other: Sheet) -> None:
    if (other.account, other.currency) != (first.account, first.currency):
        raise StatementUnreadable(
            f"the file holds statements of several accounts ({first.account} in {first.currency}, "
            f"{other.account} in {other.currency}). Export one account at a time.",
            line=other.line,
        )
