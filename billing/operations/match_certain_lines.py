"""Match the bank lines that name what they pay beyond doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import User

from accounts.models import Customer
from billing.calc.bank.match import Claim, certain_match
from billing.models import BankLine
from billing.operations.match_bank_line import pay_by_line
from billing.operations.record_payment import lock_accounts
from billing.queries.bank_claims import claims_named, claims_numbered, credit_of, invoice_prefixes


@dataclass(frozen=True, slots=True)
class Match:
    """Whom a line was matched to, and the numbers it named."""

    customer_name: str
    numbers: tuple[str, ...]


def match_certain_lines(
    lines: Sequence[BankLine], *, at: datetime, by: User | None
) -> Mapping[UUID, Match]:
    """
    Pay what each line names, each after the one before. In the caller's transaction.

    All customers concerned are locked first and in one order, so that nobody waits in a circle.
    """
    prefixes = invoice_prefixes()
    credits = {line.pk: credit_of(line, prefixes) for line in lines if line.amount_minor > 0}
    named = [one for credit in credits.values() for one in credit.named]
    customers = {claim.customer for claim in claims_named(named).values()}
    lock_accounts(customers)
    book = {number: one for number, one in claims_named(named).items() if one.customer in customers}
    people = Customer.objects.in_bulk(list(customers))
    matched = {}
    for line in lines:
        found = certain_match(credits[line.pk], book) if line.pk in credits else ()
        if found:
            customer = people[found[0].customer]
            pay_by_line(
                line=line, customer=customer, invoices=[one.key for one in found], at=at, by=by
            )
            matched[line.pk] = Match(customer.legal_name, tuple(one.number for one in found))
            book |= read_again(book, customer.pk)
    return matched


def read_again(book: Mapping[str, Claim], customer_id: UUID) -> dict[str, Claim]:
    """What is open now on a customer's invoices in the book: a payment may settle others too."""
    return claims_numbered(number for number, one in book.items() if one.customer == customer_id)
