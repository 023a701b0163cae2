"""Customers in the European Union: domestic, reverse charge, One Stop Shop, special territories."""

from tax.calc.fact_book import EU_VAT_AREA
from tax.calc.outcomes import (
    Case,
    charge,
    charged,
    doubtful_number,
    outside_scope,
    part_of,
    rate_missing,
    registration_missing,
    reverse_charge,
)
from tax.calc.types import Hold, Outcome

VAT = "VAT"


def determine_european_union(case: Case) -> Outcome:
    """Directive 2006/112/EC: art. 6, 44, 45, 58, 196; Implementing Regulation 282/2011 art. 18, 24b."""
    if not case.where.in_eu_vat_area:
        return special_territory(case)
    if case.is_domestic:
        return domestic(case)
    if doubt := doubtful_number(case):
        return doubt
    return business_abroad(case) if case.has_valid_number else consumer_abroad(case)


def domestic(case: Case) -> Outcome:
    registration = case.registration(case.where.country, "local")
    if registration is None:
        return registration_missing(case, tax=VAT, where=case.where.country)
    return charge(
        case, tax=VAT, treatment="domestic", rule="eu_domestic", registration=registration,
        why=f"Seller and customer are in {case.where.name}.",
    )  # fmt: skip


def business_abroad(case: Case) -> Outcome:
    """The customer owes the tax; a registration there that is no establishment changes nothing."""
    own = case.seller.vat_id or case.registration(case.home.country, "local")
    if case.home.country in EU_VAT_AREA and not own:
        return Hold(
            "seller_tax_id_missing",
            "A reverse charge invoice must show the seller's own VAT id and none is on record. "
            "Enter it on the billing entity.",
        )
    return reverse_charge(
        case, rule="eu_reverse_charge",
        words=f"A business in {case.where.name} with confirmed VAT id {case.buyer.tax_number} owes "
        "the tax itself (art. 44 and 196).",
    )  # fmt: skip


def consumer_abroad(case: Case) -> Outcome:
    """Also businesses without a valid VAT id, which art. 18(2) lets us treat as consumers."""
    if doubt := doubtful_place(case):
        return doubt
    scheme = "oss_union" if case.home.in_eu_vat_area else "oss_non_union"
    who = f"A customer without a valid VAT id in {case.where.name} is taxed there (art. 58)."
    if one_stop_shop := case.registration("EU", scheme):
        return charge(
            case, tax=VAT, treatment="eu_consumer", rule=f"eu_{scheme}", why=who,
            registration=one_stop_shop,
        )  # fmt: skip
    if local := case.registration(case.where.country, "local"):
        return charge(
            case, tax=VAT, treatment="destination", rule="eu_local_registration", why=who,
            registration=local,
        )  # fmt: skip
    if case.seller.taxes_eu_consumers_at_home and case.home.in_eu_vat_area:
        return consumer_at_home(case)
    return registration_missing(case, tax=VAT, where=case.where.country)


def consumer_at_home(case: Case) -> Outcome:
    """Art. 59c: below EUR 10,000 a year of such sales, the seller's own country taxes them."""
    registration = case.registration(case.home.country, "local")
    if "EU" in case.seller.crossed or registration is None:
        return registration_missing(case, tax=VAT, where=case.where.country)
    rate = case.rate(case.home.code, VAT)
    if rate is None:
        return rate_missing(case, VAT)
    return charged(
        treatment="domestic", rule="eu_consumer_at_home",
        why="EU consumer sales are below EUR 10,000 a year, so the seller's country taxes them.",
        parts=(part_of(rate, case.home.code, registration),),
    )  # fmt: skip


def doubtful_buyer(case: Case) -> Hold | None:
    """What must be certain before any engine is asked: the number, and where EU consumers are."""
    if case.is_domestic:
        return None
    if doubt := doubtful_number(case):
        return doubt
    is_eu_consumer = case.where.in_eu_vat_area and not case.has_valid_number
    return doubtful_place(case) if is_eu_consumer else None


def doubtful_place(case: Case) -> Hold | None:
    """Art. 24b: pieces of evidence that agree, as many as the seller's size asks for."""
    country = case.buyer.place.country
    agreeing = sum(piece == country for piece in case.buyer.pieces)
    if agreeing >= case.seller.pieces_needed:
        return None
    others = sorted({piece for piece in case.buyer.pieces if piece != country})
    if others:
        return Hold(
            "location_evidence_contradicts",
            f"The billing address says {country}, other evidence says {', '.join(others)}. Ask the "
            "customer where it uses the product and record the answer on its page.",
        )
    return Hold(
        "location_evidence_missing",
        f"{case.seller.pieces_needed} pieces of evidence must show that the customer is in "
        f"{country}, and there is {agreeing}. Record the card's country or a declared place of use.",
    )


def special_territory(case: Case) -> Outcome:
    """Art. 6: outside the Union's VAT; the French overseas departments have French rates."""
    rate = case.rate(case.where.code, VAT)
    if rate is None:
        return outside_scope(
            case, rule="eu_special_territory", note="outside_eu_vat",
            words=f"{case.where.name} is outside the EU VAT area (art. 6).",
        )  # fmt: skip
    registration = case.registration(case.where.country, "local")
    if registration:
        return charge(
            case, tax=VAT, rule="eu_special_territory_rate", registration=registration,
            treatment="domestic" if case.is_domestic else "destination",
            why=f"{case.where.name} has a rate of its own.",
        )  # fmt: skip
    if case.buyer.is_business and not case.is_domestic:
        return outside_scope(
            case, rule="eu_special_territory", note="outside_eu_vat",
            words=f"{case.where.name} is outside the EU VAT area; a business there owes the tax.",
        )  # fmt: skip
    return registration_missing(case, tax=VAT, where=case.where.country)
