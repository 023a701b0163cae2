"""All that determination needs for a chunk of customers, loaded once, asked many times."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from accounts.models import Customer
from tax.calc.determine import determine, open_case
from tax.calc.european_union import doubtful_buyer
from tax.calc.fact_book import FEDERAL, FactBook
from tax.calc.stripe_answer import Question, outcome_of, question_of, waiting
from tax.calc.types import Buyer, Hold, Market, Outcome, Place, Seller
from tax.enums import CalculationState, TaxEngine
from tax.models import TaxCalculation
from tax.records.buyers import load_buyers
from tax.records.fact_rows import load_fact_book
from tax.records.sellers import load_markets, load_sellers

ZIP_DIGITS = 5


@dataclass(slots=True)
class TaxWorld:
    """
    Sellers by billing entity, buyers by customer, markets by both; outcomes are remembered.

    `answers` are Stripe's by the digest of the question; `unanswered` collects those to be asked.
    """

    book: FactBook
    sellers: Mapping[UUID, Seller]
    buyers: Mapping[UUID, Buyer]
    markets: Mapping[tuple[UUID, str], Market]
    answers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    outcomes: dict[tuple[UUID, UUID, date], Outcome] = field(default_factory=dict)
    unanswered: list[Question] = field(default_factory=list)

    def determine(self, *, entity_id: UUID, customer_id: UUID, tax_point: date) -> Outcome:
        """How a sale of the entity to the customer is taxed on a day, or why that waits."""
        key = (entity_id, customer_id, tax_point)
        if key not in self.outcomes:
            is_stripes = self.sellers[entity_id].engine == TaxEngine.STRIPE
            self.outcomes[key] = self.by_stripe(*key) if is_stripes else self.built_in(*key)
        return self.outcomes[key]

    def built_in(self, entity_id: UUID, customer_id: UUID, tax_point: date) -> Outcome:
        buyer = self.buyers[customer_id]
        return determine(
            seller=self.sellers[entity_id],
            buyer=buyer,
            market=self.market(entity_id, buyer.place),
            tax_point=tax_point,
            book=self.book,
        )

    def by_stripe(self, entity_id: UUID, customer_id: UUID, tax_point: date) -> Outcome:
        """From a stored answer; without one the question is noted and the sale waits."""
        buyer = self.buyers[customer_id]
        case = open_case(
            seller=self.sellers[entity_id],
            buyer=buyer,
            market=self.market(entity_id, buyer.place),
            tax_point=tax_point,
            book=self.book,
        )
        if isinstance(case, Hold):
            return case
        if doubt := doubtful_buyer(case):
            return doubt
        noon = datetime.combine(tax_point, time(12), tzinfo=UTC)
        question = question_of(
            case, entity_key=str(entity_id), customer_key=str(customer_id),
            tax_noon=int(noon.timestamp()),
        )  # fmt: skip
        answer = self.answers.get(question.digest)
        if answer is None:
            self.unanswered.append(question)
            return waiting()
        return outcome_of(case, answer)

    def market(self, entity_id: UUID, place: Place) -> Market:
        """The checklist of the state or province if there is one, else of the country."""
        country = self.book.jurisdiction_of(place).country
        codes = [f"{place.country}-{place.region}"] if country in FEDERAL else []
        for code in (*codes, country):
            if found := self.markets.get((entity_id, code)):
                return found
        return Market(code=country, is_signed=False)

    def inputs(self, *, entity_id: UUID, customer_id: UUID, tax_point: date) -> dict[str, Any]:
        """What a decision was made from, for the record."""
        seller, buyer = self.sellers[entity_id], self.buyers[customer_id]
        market = self.market(entity_id, buyer.place)
        return {
            "tax_point": tax_point.isoformat(),
            "seller": {
                "country": seller.country,
                "region": seller.region,
                "vat_id": seller.vat_id,
                "registrations": sorted(
                    f"{one.jurisdiction} {one.scheme}"
                    for one in seller.registrations
                    if one.covers(tax_point)
                ),
            },
            "buyer": {
                "country": buyer.place.country,
                "region": buyer.place.region,
                "postal_code": buyer.place.postal_code,
                "is_business": buyer.is_business,
                "tax_number": buyer.tax_number,
                "number_state": buyer.number_state,
                "pieces": list(buyer.pieces),
                "gst_statement": buyer.gst_statement,
                "evidence": list(buyer.evidence),
            },
            "market": {"code": market.code, "tax_due": market.tax_due},
        }


def load_tax_world(
    *,
    entity_ids: Collection[UUID],
    customers: Collection[Customer],
) -> TaxWorld:
    """A fixed number of queries for any number of customers."""
    buyers = load_buyers(customers)
    zip_codes = {
        buyer.place.postal_code[:ZIP_DIGITS]
        for buyer in buyers.values()
        if buyer.place.country == "US" and buyer.place.postal_code
    }
    sellers = load_sellers(entity_ids)
    asks_stripe = any(one.engine == TaxEngine.STRIPE for one in sellers.values())
    return TaxWorld(
        book=load_fact_book(postal_codes=zip_codes),
        sellers=sellers,
        buyers=buyers,
        markets=load_markets(entity_ids),
        answers=load_answers(buyers) if asks_stripe else {},
    )


def load_answers(customer_ids: Collection[UUID]) -> dict[str, Mapping[str, Any]]:
    """What Stripe answered about these customers, by digest; one query."""
    answered = TaxCalculation.objects.filter(
        customer__in=customer_ids, state=CalculationState.ANSWERED
    ).order_by()
    return dict(answered.values_list("digest", "answer"))
