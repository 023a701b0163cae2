"""One bank line: who may have sent it, candidates by search, and what a choice would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.models import Customer
from billing.calc.bank.match import Claim
from billing.models import BankLine, Receivable
from billing.queries.bank_claims import open_claims_of
from desk.queries.bank import ON_PAGE, LineRow, line_row, offers_for
from desk.queries.bank_words import MatchOffer, offer_of
from desk.queries.invoice_list import customers_named

CANDIDATES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer found by search, and what is open there of the line's seller and currency."""

    customer_id: UUID
    customer_name: str
    external_id: str
    open_count: int
    open_minor: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A customer that was chosen, its open invoices, which of them first, and what that does."""

    customer_id: UUID
    customer_name: str
    claims: tuple[Claim, ...]
    offer: MatchOffer


@dataclass(frozen=True, slots=True)
class LinePage:
    row: LineRow
    offers: tuple[MatchOffer, ...]
    candidates: tuple[Candidate, ...]
    choice: Choice | None

    @property
    def may_be_matched(self) -> bool:
        return self.row.state != "matched" and self.row.amount_minor > 0


def line_of(line_id: UUID) -> BankLine | None:
    rows = BankLine.objects.select_related(
        "statement", "billing_entity", "payment__customer", "decided_by"
    )
    return rows.filter(pk=line_id).first()


def line_page(
    line_id: UUID, *, search: str = "", customer_id: UUID | None = None, first: Sequence[UUID] = ()
) -> LinePage | None:
    line = line_of(line_id)
    if line is None:
        return None
    return LinePage(
        row=line_row(line),
        offers=offers_for([line], most=ON_PAGE).get(line.pk, ()),
        candidates=candidates(line, search) if search else (),
        choice=choice_of(line, customer_id, first) if customer_id else None,
    )


def candidates(line: BankLine, search: str) -> tuple[Candidate, ...]:
    """Customers by name, external id or the number of an invoice. Three queries."""
    by_number = Receivable.objects.filter(invoice__number=search.strip().upper())
    wanted = Q(pk__in=customers_named(search)) | Q(pk__in=by_number.values("customer"))
    people = Customer.objects.filter(wanted).order_by("legal_name", "pk")[:CANDIDATES_SHOWN]
    open_claims = open_claims_of(one.pk for one in people)
    found = []
    for one in people:
        claims = open_claims.get((one.pk, line.billing_entity_id, line.currency), [])
        found.append(
            Candidate(
                customer_id=one.pk,
                customer_name=one.legal_name,
                external_id=one.external_id,
                open_count=len(claims),
                open_minor=sum(claim.open_minor for claim in claims),
            )
        )
    return tuple(found)


def choice_of(line: BankLine, customer_id: UUID, first: Sequence[UUID]) -> Choice | None:
    """What matching to this customer does now; None if nobody has this key. Two queries."""
    customer = Customer.objects.filter(pk=customer_id).first()
    if customer is None or line.amount_minor <= 0:
        return None
    claims = open_claims_of([customer_id]).get(
        (customer_id, line.billing_entity_id, line.currency), []
    )
    by_key = {one.key: one for one in claims}
    offer = offer_of(
        line,
        customer_id=customer_id,
        customer_name=customer.legal_name,
        chosen=[by_key[key] for key in first if key in by_key],
        open_claims=claims,
    )
    return Choice(customer_id, customer.legal_name, tuple(claims), offer)
