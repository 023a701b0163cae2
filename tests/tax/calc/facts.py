"""A small book of facts, and who sells to whom, for tests without a database."""

from dataclasses import replace
from datetime import date

from tax.calc.determine import determine
from tax.calc.fact_book import FactBook
from tax.calc.types import (
    Buyer,
    Market,
    Outcome,
    Place,
    Rate,
    Registration,
    Seller,
    TaxableShare,
    Territory,
)

SINCE = date(2016, 1, 1)
DAY = date(2026, 3, 1)


def rate(tax: str, percent: float, first: date = SINCE, last: date | None = None) -> Rate:
    return Rate(tax, round(percent * 10_000), first, last, "a law")


def share(answer: str, ppm: int = 1_000_000, *, local: bool = False) -> TaxableShare:
    return TaxableShare(answer, ppm, SINCE, None, "a law", has_local_rates=local)


BOOK = FactBook(
    rates={
        ("IE", ""): [rate("VAT", 23)],
        ("DE", ""): [
            rate("VAT", 19, SINCE, date(2020, 6, 30)),
            rate("VAT", 16, date(2020, 7, 1), date(2020, 12, 31)),
            rate("VAT", 19, date(2021, 1, 1)),
        ],
        ("FI", ""): [rate("VAT", 25.5)],
        ("PT", ""): [rate("VAT", 23)],
        ("PT-30", ""): [rate("VAT", 22)],
        ("FR", ""): [rate("VAT", 20)],
        ("FR-974", ""): [rate("VAT", 8.5)],
        ("GB", ""): [rate("VAT", 20)],
        ("CH", ""): [rate("VAT", 8.1)],
        ("NO", ""): [rate("VAT", 25)],
        ("AU", ""): [rate("GST", 10)],
        ("CA", ""): [rate("GST", 5)],
        ("CA-ON", ""): [rate("HST", 13)],
        ("CA-QC", ""): [rate("QST", 9.975)],
        ("CA-BC", ""): [rate("PST", 7)],
        ("US-TX", ""): [rate("Sales tax", 6.25)],
        ("US-TX", "78664"): [rate("Local sales tax", 2)],
        ("US-PA", ""): [rate("Sales tax", 6)],
    },
    taxability={
        "US-TX": [share("taxable", 800_000, local=True)],
        "US-PA": [share("taxable")],
        "US-CA": [share("not_taxable")],
        "US-UT": [share("unsure")],
    },
    territories={
        "ES": [Territory("35", "35", "ES-CN", "Canary Islands", in_eu_vat_area=False)],
        "PT": [Territory("90", "94", "PT-30", "Madeira", in_eu_vat_area=True)],
        "FR": [Territory("974", "974", "FR-974", "Réunion", in_eu_vat_area=False)],
        "MC": [Territory("", "", "FR", "Monaco", in_eu_vat_area=True)],
        "LI": [Territory("", "", "CH", "Liechtenstein", in_eu_vat_area=False)],
    },
)


def registered(*words: str, since: date = SINCE, until: date | None = None) -> tuple:
    """Registrations from words such as "IE" and "EU oss_union"."""
    found = []
    for word in words:
        jurisdiction, _, scheme = word.partition(" ")
        found.append(Registration(word, jurisdiction, scheme or "local", word, since, until))
    return tuple(found)


IRISH = Seller("IE", vat_id="IE6433435F", registrations=registered("IE", "EU oss_union"))


def consumer(country: str, region: str = "", postal_code: str = "", **facts) -> Buyer:
    buyer = Buyer(Place(country, region, postal_code), False, pieces=(country, country))
    return replace(buyer, **facts)


def business(country: str, number: str = "", state: str = "valid", **facts) -> Buyer:
    region = facts.pop("region", "")
    buyer = Buyer(Place(country, region), True, number, state if number else "none")
    return replace(buyer, **{"pieces": (country, country), **facts})


def taxed(seller: Seller, buyer: Buyer, day: date = DAY, *, due: str = "due") -> Outcome:
    market = Market(buyer.place.country, is_signed=True, tax_due=due)
    return determine(seller=seller, buyer=buyer, market=market, tax_point=day, book=BOOK)


def summary(outcome: Outcome) -> tuple:
    """A hold's code; or category, rule and rates in percent."""
    if hasattr(outcome, "code"):
        return (outcome.code,)
    rates = tuple((part.tax, part.rate_ppm / 10_000) for part in outcome.parts)
    return (outcome.category_code, outcome.rule, *rates)
