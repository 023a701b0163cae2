"""Single values of CAMT.053: amounts in minor units, days, and the direction of money."""

import re
from datetime import date

from billing.calc.bank.file import StatementUnreadable
from billing.calc.bank.xml_tree import Node
from kernel.money import AmountUnreadable, minor_units

PLAIN_AMOUNT = re.compile(r"\d{1,15}(\.\d{0,5})?", re.ASCII)


def amount_in(node: Node, currency: str) -> int:
    """
    An amount without sign, in minor units of the account's currency.

    :raises StatementUnreadable: if it is no amount, in another currency, or finer than it has units
    """
    own = node.attributes.get("Ccy", currency)
    if own != currency:
        raise StatementUnreadable(
            f"this amount is in {own}, but the account is in {currency}. Export the statement in "
            "the account's currency.",
            line=node.line,
        )
    text = node.text.strip()
    try:
        if not PLAIN_AMOUNT.fullmatch(text):
            raise AmountUnreadable(f"“{text[:40]}” is not an amount.")
        return minor_units(text.rstrip("."), currency)
    except AmountUnreadable as refusal:
        raise StatementUnreadable(
            f"{refusal.message} Export the file again and do not change it.", line=node.line
        ) from refusal


def day_in(node: Node) -> date:
    """
    The day of a date or of a time; a bank's own day, so its zone is left aside.

    :raises StatementUnreadable: if it is none
    """
    text = node.text.strip()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise StatementUnreadable(
            f"“{text[:40]}” is not a date such as 2026-01-31. Export the file again.",
            line=node.line,
        ) from None


def is_money_in(node: Node) -> bool:
    """
    Whether it credits our account.

    :raises StatementUnreadable: if it says neither
    """
    said = node.says("CdtDbtInd")
    if said not in {"CRDT", "DBIT"}:
        raise StatementUnreadable(
            "this says neither CRDT (money in) nor DBIT (money out). Export the file again.",
            line=node.line,
        )
    return said == "CRDT"
