"""All that determination needs for a chunk of customers, loaded once, asked many times."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from accounts.models import Customer
from tax.calc.determine import determine
from tax.calc.fact_book import FEDERAL, FactBook
from tax.calc.types import Buyer, Market, Outcome, Place, Seller
from tax.records.buyers import load_buyers
from tax.records.fact_rows import load_fact_book
from tax.records.sellers import load_markets, load_sellers

ZIP_DIGITS = 5


@dataclass(slots=True)
class TaxWorld:
    """Sellers by billing entity, buyers by customer, markets by both; answers are remembered."""

    book: FactBook
    sellers: Mapping[UUID, Seller]
    buyers: Mapping[UUID, Buyer]
    markets: Mapping[tuple[UUID, str], Market]
    outcomes: dict[tuple[UUID, UUID, date], Outcome] = field(default_factory=dict)

    def determine(self, *, entity_id: UUID, customer_id: UUID, tax_point: date) -> Outcome:
        """How a sale of the entity to the customer is taxed on a day, or why that waits."""
        key = (entity_id, customer_id, tax_point)
        if key not in self.outcomes:
            buyer = self.buyers[customer_id]
            self.outcomes[key] = determine(
                seller=self.sellers[entity_id],
                buyer=buyer,
                market=self.market(entity_id, buyer.place),
                tax_point=tax_point,
                book=self.book,
            )
        return self.outcomes[key]

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
    return TaxWorld(
        book=load_fact_book(postal_codes=zip_codes),
        sellers=load_sellers(entity_ids),
        buyers=buyers,
        markets=load_markets(entity_ids),
    )
