"""A statement of account as the customer reads it: lines in plain words that lead to invoices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.calc.statement import Account
from billing.documents.statement_words import ENGLISH
from billing.queries.statement import CustomerStatement
from tax.models import BillingEntity

PAPERS = frozenset(["invoice", "credit_note"])


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Amounts in minor units, positive: the customer owes more. `paper_id`: the invoice it is."""

    day: date
    words: str
    reference: str
    paper_id: UUID | None
    valued_on: date | None
    amount_minor: int
    balance_minor: int


@dataclass(frozen=True, slots=True)
class StatementAccount:
    """One account with its lines in words; `seller` by its legal name."""

    seller: str
    account: Account
    lines: tuple[StatementLine, ...]


def statement_accounts(statement: CustomerStatement) -> tuple[StatementAccount, ...]:
    """One query for the names of the sellers."""
    codes = {one.entity for one in statement.accounts}
    names = dict(BillingEntity.objects.filter(code__in=codes).values_list("code", "legal_name"))
    return tuple(
        StatementAccount(names[one.entity], one, tuple(lines_of(one))) for one in statement.accounts
    )


def lines_of(account: Account) -> Iterator[StatementLine]:
    for line in account.lines:
        moved = line.movement
        words = ENGLISH.kinds[moved.kind].format(reference=moved.reference)
        yield StatementLine(
            day=moved.day,
            words=words,
            reference="" if moved.reference in words else moved.reference,
            paper_id=moved.key if moved.kind in PAPERS else None,
            valued_on=moved.valued_on,
            amount_minor=moved.amount_minor,
            balance_minor=line.balance_minor,
        )
