"""Canada: GST or HST by province, QST and provincial sales taxes on the same base."""

from tax.calc.outcomes import (
    Case,
    charged,
    number_unverified,
    outside_scope,
    part_of,
    rate_missing,
    unregistered,
)
from tax.calc.types import Outcome, Registration, TaxPart

PROVINCIAL = ("QST", "PST", "RST")


def determine_canada(case: Case) -> Outcome:
    """Excise Tax Act; the simplified scheme spares buyers that give their own number."""
    federal = federal_part(case)
    if federal is not None and not isinstance(federal, TaxPart):
        return federal
    parts = tuple(one for one in (federal, provincial_part(case)) if one)
    if not parts:
        return outside_scope(
            case, rule="ca_registered_business", note="ca_registered_business", tax="GST",
            words=f"The customer gave GST/HST number {case.buyer.tax_number}; a seller that is not "
            "registered the regular way charges it none.",
        )  # fmt: skip
    return charged(
        treatment="domestic" if case.is_domestic else "destination",
        rule="ca_domestic" if case.is_domestic else "ca_registered",
        why=f"The seller is registered for the taxes of {case.where.name}.",
        parts=parts,
    )


def federal_part(case: Case) -> TaxPart | Outcome | None:
    """HST where the province has it, else GST; None for a registered buyer that is spared."""
    tax, jurisdiction = "HST", case.where.code
    rate = case.rate(case.where.code, "HST")
    if rate is None:
        tax, jurisdiction, rate = "GST", "CA", case.rate("CA", "GST")
    registration = case.registration("CA") or (
        case.registration(case.where.code, "local") if tax == "HST" else None
    )
    charges_all = registration is not None and registration.scheme == "local"
    if not charges_all and case.waits_for_register:
        return number_unverified(case)
    if not charges_all and case.has_valid_number:
        return None
    if registration is None:
        return unregistered(case, tax=tax, jurisdiction="CA")
    return part_of(rate, jurisdiction, registration) if rate else rate_missing(case, tax)


def provincial_part(case: Case) -> TaxPart | None:
    """QST, PST or RST where the seller is registered for it; each is a registration of its own."""
    registration = case.registration(case.where.code)
    if registration is None or is_spared(case, registration):
        return None
    rates = (case.rate(case.where.code, tax) for tax in PROVINCIAL)
    rate = next((one for one in rates if one), None)
    return part_of(rate, case.where.code, registration) if rate else None


def is_spared(case: Case, registration: Registration) -> bool:
    return registration.scheme == "simplified" and case.has_valid_number
