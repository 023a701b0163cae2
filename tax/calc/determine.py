"""The one door to determination: who sells to whom, where, when; a decision or a hold comes out."""

from collections.abc import Callable, Mapping
from datetime import date

from tax.calc.canada import determine_canada
from tax.calc.european_union import determine_european_union
from tax.calc.fact_book import EU_VAT_AREA, REGIONS, FactBook
from tax.calc.outcomes import CHARGED, Case, exempt
from tax.calc.single_rate import (
    determine_australia,
    determine_elsewhere,
    determine_reverse_charging,
    determine_switzerland,
)
from tax.calc.types import Buyer, Decision, Hold, Market, Outcome, Place, Seller
from tax.calc.united_states import determine_united_states

Rules = Callable[[Case], Outcome]

RULES: Mapping[str, Rules] = {
    **dict.fromkeys(EU_VAT_AREA, determine_european_union),
    "GB": determine_reverse_charging,
    "NO": determine_reverse_charging,
    "CH": determine_switzerland,
    "AU": determine_australia,
    "CA": determine_canada,
    "US": determine_united_states,
}


def determine(
    *, seller: Seller, buyer: Buyer, market: Market, tax_point: date, book: FactBook
) -> Outcome:
    """
    The rule of the customer's country on the tax point.

    It never charges without a registration valid on that day and never leaves tax out silently:
    what is missing comes back as a hold.
    """
    case = open_case(seller=seller, buyer=buyer, market=market, tax_point=tax_point, book=book)
    if isinstance(case, Hold):
        return case
    outcome = RULES.get(case.where.country, determine_elsewhere)(case)
    if isinstance(outcome, Decision) and outcome.category_code == CHARGED:
        return exempt(case, tax=outcome.parts[0].tax) or outcome
    return outcome


def open_case(
    *, seller: Seller, buyer: Buyer, market: Market, tax_point: date, book: FactBook
) -> Case | Hold:
    """What every engine looks at, or what is missing before any engine may be asked."""
    if missing := missing_place(buyer.place):
        return missing
    if not market.is_signed:
        return Hold(
            "market_not_signed_off",
            f"Billing is not live in market {market.code}: its checklist is not signed off. Answer "
            "and sign it under Tax, Markets.",
        )
    return Case(
        seller=seller,
        buyer=buyer,
        market=market,
        where=book.jurisdiction_of(buyer.place),
        home=book.jurisdiction_of(Place(seller.country, seller.region)),
        tax_point=tax_point,
        book=book,
    )


def missing_place(place: Place) -> Hold | None:
    if not place.country:
        return Hold(
            "location_evidence_missing",
            "The customer's country is not known. Enter its billing address.",
        )
    if place.country in REGIONS and place.region not in REGIONS[place.country]:
        return Hold(
            "location_evidence_missing",
            f"Tax in {place.country} depends on the state or province, and “{place.region}” is no "
            "code of one, such as TX or ON. Enter it on the customer's page.",
        )
    return None
