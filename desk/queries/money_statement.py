"""A statement of account at the desk: its lines in plain words, each leading to what it is about."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from billing.calc.statement import Account, Movement
from billing.queries.statement import CustomerStatement

KINDS = {
    "invoice": "Invoice",
    "credit_note": "Credit note",
    "payment": "Payment",
    "refund": "Refund asked for",
    "refund_failed": "Refund did not go through",
    "withdrawal": "Withdrawn by a dispute",
    "reinstated": "Given back",
    "write_off": "Written off",
    "write_off_undone": "Write-off taken back",
}
PAGES = {
    "invoice": "desk:invoice",
    "credit_note": "desk:invoice",
    "payment": "desk:money_payment",
    "withdrawal": "desk:money_payment",
    "reinstated": "desk:money_payment",
    "refund_failed": "desk:money_refund",
    "refund": "desk:money_refund",
}


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One line; amounts in minor units, positive: the customer owes more."""

    day: date
    words: str
    reference: str
    address: str
    valued_on: date | None
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One account with its lines as rows."""

    account: Account
    rows: tuple[StatementRow, ...]


def account_pages(statement: CustomerStatement) -> tuple[AccountPage, ...]:
    return tuple(AccountPage(one, tuple(statement_rows(one))) for one in statement.accounts)


def statement_rows(account: Account) -> Iterator[StatementRow]:
    for line in account.lines:
        movement = line.movement
        yield StatementRow(
            day=movement.day,
            words=KINDS[movement.kind],
            reference=movement.reference,
            address=address_of(movement),
            valued_on=movement.valued_on,
            amount_minor=movement.amount_minor,
            balance_minor=line.balance_minor,
        )


def address_of(movement: Movement) -> str:
    """The page of what moved the balance. A credit note paid out by itself leads to the note."""
    if movement.kind in ("write_off", "write_off_undone"):
        return reverse("desk:invoice", args=[movement.reference])
    return reverse(PAGES[movement.kind], args=[movement.key])
