"""What matching a bank line does, in a sentence, and a name for the state it was computed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from billing.calc.bank.match import Claim, Effect, effect
from billing.documents.staff_text import staff_money
from billing.models import BankLine

PARTS_SHOWN = 4


@dataclass(frozen=True, slots=True)
class MatchOffer:
    """
    Match this line to this customer, these invoices first.

    `seen` names what it would do: if it differs when confirmed, something moved meanwhile.
    """

    customer_id: UUID
    customer_name: str
    invoices: tuple[UUID, ...]
    reasons: tuple[str, ...]
    consequence: str
    seen: str


def offer_of(
    line: BankLine,
    *,
    customer_id: UUID,
    customer_name: str,
    chosen: Sequence[Claim],
    open_claims: Sequence[Claim],
    reasons: Sequence[str] = (),
) -> MatchOffer:
    """
    :param open_claims: the customer's open invoices of the line's billing entity and currency
    """
    done = effect(amount_minor=line.amount_minor, chosen=chosen, open_claims=open_claims)
    told = [f"{claim.key}:{claim.open_minor}:{minor}" for claim, minor in done.parts]
    state = " ".join([str(line.pk), str(customer_id), *told, str(done.credit_minor)])
    return MatchOffer(
        customer_id=customer_id,
        customer_name=customer_name,
        invoices=tuple(one.key for one in chosen),
        reasons=tuple(reasons),
        consequence=consequence(done, currency=line.currency),
        seen=sha256(state.encode()).hexdigest(),
    )


def consequence(done: Effect, *, currency: str) -> str:
    """ "Settles SW-000012 (€200.00). €50.00 becomes the customer's credit." """
    credit = staff_money(done.credit_minor, currency)
    if not done.parts:
        return f"Nothing is open there: all of it, {credit}, becomes the customer's credit."
    whole = [(one, minor) for one, minor in done.parts if minor == one.open_minor]
    sentences = []
    if whole:
        shown = [f"{one.number} ({staff_money(minor, currency)})" for one, minor in whole]
        more = len(shown) - PARTS_SHOWN
        said = shown if more <= 0 else [*shown[:PARTS_SHOWN], f"{more} more"]
        sentences.append(f"Settles {listed(said)}.")
    for one, minor in done.parts:
        if minor < one.open_minor:
            left = staff_money(one.open_minor - minor, currency)
            paid = staff_money(minor, currency)
            sentences.append(f"Pays {paid} of {one.number}; {left} of it stays open.")
    if done.credit_minor:
        sentences.append(f"{credit} becomes the customer's credit.")
    return " ".join(sentences)


def listed(words: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
