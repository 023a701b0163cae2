"""The few ways a determination ends: charged, not charged for a reason, or held."""

from dataclasses import dataclass
from datetime import date

from tax.calc.fact_book import FactBook
from tax.calc.tax_number import number_country
from tax.calc.types import (
    WHOLE_PPM,
    Buyer,
    Decision,
    Hold,
    Jurisdiction,
    Market,
    Outcome,
    Rate,
    Registration,
    Seller,
    TaxPart,
)

CHARGED, REVERSED, OUTSIDE, EXEMPT = "S", "AE", "O", "E"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything one determination looks at."""

    seller: Seller
    buyer: Buyer
    market: Market
    where: Jurisdiction
    home: Jurisdiction
    tax_point: date
    book: FactBook

    @property
    def is_domestic(self) -> bool:
        return self.where.country == self.home.country

    @property
    def has_valid_number(self) -> bool:
        return self.buyer.is_business and self.buyer.number_state == "valid"

    @property
    def waits_for_register(self) -> bool:
        is_open = self.buyer.is_business and self.buyer.number_state == "pending"
        return is_open and not self.seller.charges_unverified

    def registration(self, jurisdiction: str, *schemes: str) -> Registration | None:
        """The one valid on the tax point, of these schemes if any are named."""
        return next(
            (
                one
                for one in self.seller.registrations
                if one.jurisdiction == jurisdiction
                and (not schemes or one.scheme in schemes)
                and one.covers(self.tax_point)
            ),
            None,
        )

    def rate(self, jurisdiction: str, tax: str) -> Rate | None:
        return self.book.rate(jurisdiction, tax, kind=self.buyer.kind, day=self.tax_point)


def percent(ppm: int) -> str:
    """199_750 ppm as "19.975"."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def part_of(
    rate: Rate, jurisdiction: str, registration: Registration, share_ppm: int = WHOLE_PPM
) -> TaxPart:
    return TaxPart(rate.tax, jurisdiction, rate.rate_ppm, share_ppm, registration, rate.source)


def charged(
    *, treatment: str, rule: str, why: str, parts: tuple[TaxPart, ...], note: str = ""
) -> Decision:
    """Tax at the rates of the parts."""
    taxes = " and ".join(f"{one.tax} {percent(one.rate_ppm)} %" for one in parts)
    verb = "is" if len(parts) == 1 else "are"
    return Decision(treatment, CHARGED, rule, f"{why} {taxes} {verb} charged.", parts, note)


def charge(
    case: Case, *, tax: str, treatment: str, rule: str, why: str, registration: Registration
) -> Outcome:
    """The standard rate of where the customer is, or a hold if it is not on record."""
    rate = case.rate(case.where.code, tax)
    if rate is None:
        return rate_missing(case, tax)
    parts = (part_of(rate, case.where.code, registration),)
    return charged(treatment=treatment, rule=rule, why=why, parts=parts)


def untaxed(
    case: Case,
    *,
    treatment: str,
    category_code: str,
    rule: str,
    words: str,
    note: str,
    tax: str = "VAT",
    **note_facts: str,
) -> Decision:
    """A decision without tax; the invoice says why."""
    parts = (TaxPart(tax, case.where.code),)
    return Decision(treatment, category_code, rule, words, parts, note, note_facts)


def reverse_charge(case: Case, *, rule: str, words: str) -> Decision:
    return untaxed(
        case, treatment="reverse_charge", category_code=REVERSED, rule=rule, words=words,
        note="reverse_charge", country=case.where.country,
    )  # fmt: skip


def outside_scope(case: Case, *, rule: str, words: str, note: str, tax: str = "VAT") -> Decision:
    return untaxed(
        case, treatment="outside_scope", category_code=OUTSIDE, rule=rule, words=words, note=note,
        tax=tax, place=case.where.name,
    )  # fmt: skip


def exempt(case: Case, *, tax: str) -> Decision | None:
    """By a certificate that is valid on the tax point."""
    for one in case.buyer.certificates:
        is_there = one.jurisdiction in {case.where.code, case.where.country}
        if is_there and one.valid_from <= case.tax_point <= one.valid_to:
            return untaxed(
                case, treatment="exempt", category_code=EXEMPT, rule="certificate",
                words=f"Certificate {one.number} frees the customer from tax in {case.where.name} "
                f"until {one.valid_to}: {one.reason}.",
                note="exempt", tax=tax, reason=one.reason, number=one.number,
            )  # fmt: skip
    return None


def unregistered(case: Case, *, tax: str, jurisdiction: str = "") -> Outcome:
    """Tax would be due and the seller may not charge it: held, unless Finance signed it is not due."""
    where = jurisdiction or case.where.code
    must = where in case.seller.crossed or where == case.home.code
    if not must and case.market.tax_due in {"below_threshold", "not_due"}:
        return untaxed(
            case, treatment="not_registered", category_code=OUTSIDE, rule="no_obligation",
            words=f"No {tax}: the seller has no obligation to register in {case.where.name}, as "
            f"signed off in the checklist of market {case.market.code}.",
            note="not_registered", tax=tax, place=case.where.name,
        )  # fmt: skip
    return registration_missing(case, tax=tax, where=where)


def registration_missing(case: Case, *, tax: str, where: str) -> Hold:
    return Hold(
        "tax_registration_missing",
        f"{tax} is due in {where} and the seller has no registration there that is valid on "
        f"{case.tax_point}. Register it under Tax, Registrations, or correct where the customer is.",
    )


def rate_missing(case: Case, tax: str) -> Hold:
    return Hold(
        "tax_rate_missing",
        f"No {tax} rate of {case.where.code} is on record for {case.tax_point}. Add it under Tax, "
        "Rates, with its source.",
    )


def doubtful_number(case: Case) -> Hold | None:
    """A number of another country, or one the register has not confirmed."""
    buyer = case.buyer
    if not buyer.is_business or buyer.number_state not in {"pending", "valid"}:
        return None
    issued_in = number_country(buyer.tax_number, default=case.where.country)
    if issued_in != case.where.country:
        return Hold(
            "location_evidence_contradicts",
            f"The billing address is in {case.where.country} and tax id {buyer.tax_number} is of "
            f"{issued_in}. Correct one of them on the customer's page.",
        )
    return number_unverified(case) if case.waits_for_register else None


def number_unverified(case: Case) -> Hold:
    return Hold(
        "tax_id_unverified",
        f"The register has not confirmed tax id {case.buyer.tax_number} yet. It is asked again by "
        "itself; a person can also record its answer on the customer's page.",
    )
