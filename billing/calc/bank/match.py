"""Which invoices a bank line pays: certain by what the payer wrote, or suggestions with reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from billing.calc.bank.numbers import Named
from billing.calc.settle import Open, settle


@dataclass(frozen=True, slots=True)
class Claim:
    """An issued invoice and what is open of it, in minor units of its currency; 0: settled."""

    key: UUID
    number: str
    entity: UUID
    customer: UUID
    customer_name: str
    currency: str
    open_minor: int
    due_date: date


@dataclass(frozen=True, slots=True)
class Credit:
    """Money that came in, in minor units of its currency. A remark: the bank says it is no plain payment."""

    entity: UUID
    currency: str
    amount_minor: int
    named: tuple[Named, ...] = ()
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer who may have paid: its open invoices by due date, and why it comes to mind."""

    customer: UUID
    name: str
    claims: tuple[Claim, ...] = ()
    paid_from_this_account: bool = False
    has_this_name: bool = False


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A customer and the invoices to settle first, why, and how strongly (higher is stronger)."""

    customer: UUID
    customer_name: str
    claims: tuple[Claim, ...]
    reasons: tuple[str, ...]
    strength: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What a match does: how much settles which invoice, and what becomes the customer's credit."""

    parts: tuple[tuple[Claim, int], ...]
    credit_minor: int


@dataclass(slots=True)
class Weighed:
    """Reasons as they gather."""

    reasons: list[str] = field(default_factory=list)
    strength: int = 0

    def add(self, reason: str, strength: int) -> None:
        self.reasons.append(reason)
        self.strength += strength


def certain_match(credit: Credit, claims: Mapping[str, Claim]) -> tuple[Claim, ...]:
    """
    The invoices a line pays beyond doubt, else none.

    It names one open invoice of this billing entity and currency, or several of one customer that
    come to its amount, and names nothing else of ours.

    :param claims: issued invoices by number, at least those the line names
    """
    told = [
        one for one in credit.named if one.is_exact or (one.has_letters and one.number in claims)
    ]
    found = [claims[one.number] for one in told if one.is_exact and one.number in claims]
    if credit.remark or credit.amount_minor <= 0 or not found or len(found) != len(told):
        return ()
    if not all(may_be_paid_by(one, credit) and one.open_minor for one in found):
        return ()
    is_one_customer = len({one.customer for one in found}) == 1
    comes_to_it = sum(one.open_minor for one in found) == credit.amount_minor
    return tuple(found) if is_one_customer and (len(found) == 1 or comes_to_it) else ()


def may_be_paid_by(claim: Claim, credit: Credit) -> bool:
    return (claim.entity, claim.currency) == (credit.entity, credit.currency)


def suggestions(
    credit: Credit, claims: Mapping[str, Claim], payers: Sequence[Payer], *, most: int = 3
) -> tuple[Suggestion, ...]:
    """Customers who may have paid, likeliest first. Nobody is suggested without a reason."""
    weighed = (weigh(credit, claims, payer) for payer in payers)
    found = [one for one in weighed if one.reasons]
    found.sort(key=lambda one: (-one.strength, one.customer_name, one.customer))
    return tuple(found[:most])


def weigh(credit: Credit, claims: Mapping[str, Claim], payer: Payer) -> Suggestion:
    so_far = Weighed()
    chosen = named_of(credit, claims, payer, so_far)
    if payer.paid_from_this_account:
        so_far.add("Paid from this account before.", 30)
    if payer.has_this_name:
        so_far.add("The payer's name is the customer's.", 20)
    chosen = by_amount(credit, payer, chosen, so_far)
    return Suggestion(
        payer.customer, payer.name, tuple(chosen), tuple(so_far.reasons), so_far.strength
    )


def named_of(
    credit: Credit, claims: Mapping[str, Claim], payer: Payer, so_far: Weighed
) -> list[Claim]:
    """The customer's open invoices the reference names; the reasons say of each what was found."""
    chosen = []
    for told in credit.named:
        claim = claims.get(told.number)
        if claim is None or claim.customer != payer.customer:
            continue
        name = f"The reference names {claim.number}"
        if not told.is_exact and not may_be_paid_by(claim, credit):
            continue
        if not told.is_exact:
            so_far.add(f"“{told.written}” in the reference may mean {claim.number}.", 35)
        elif claim.entity != credit.entity:
            so_far.add(f"{name}, an invoice of another billing entity.", 30)
            continue
        elif claim.currency != credit.currency:
            so_far.add(f"{name}, which is in {claim.currency}.", 30)
            continue
        else:
            is_open = claim.open_minor > 0
            so_far.add(f"{name}." if is_open else f"{name}, which is settled already.", 60)
        if claim.open_minor and may_be_paid_by(claim, credit):
            chosen.append(claim)
    return chosen


def by_amount(credit: Credit, payer: Payer, chosen: list[Claim], so_far: Weighed) -> list[Claim]:
    """Add what the amount tells; without a named invoice it may choose one."""
    amount = credit.amount_minor
    if chosen:
        if sum(one.open_minor for one in chosen) == amount:
            so_far.add("The amount is exactly what is open of it.", 20)
        return chosen
    same = [one for one in payer.claims if one.open_minor == amount]
    if same:
        so_far.add(f"{same[0].number} is open by exactly this amount.", 20)
        return same[:1]
    if len(payer.claims) > 1 and sum(one.open_minor for one in payer.claims) == amount:
        so_far.add("All its open invoices come to exactly this amount.", 20)
        return list(payer.claims)
    return []


def effect(*, amount_minor: int, chosen: Sequence[Claim], open_claims: Sequence[Claim]) -> Effect:
    """
    The chosen invoices in order, then the customer's other open ones by due date, the rest is credit.

    :param amount_minor: minor units of the currency of all claims
    """
    keys = {one.key for one in chosen}
    others = sorted(
        (one for one in open_claims if one.key not in keys), key=lambda one: (one.due_date, one.key)
    )
    order = [*chosen, *others]
    parts, left = settle(
        amount_minor=amount_minor, waiting=[Open(one.key, one.open_minor) for one in order]
    )
    by_key = {one.key: one for one in order}
    return Effect(tuple((by_key[part.key], part.amount_minor) for part in parts), left)
