"""Countries outside the Union with one register and one rate: GB, CH, NO, AU, and all the others."""

from tax.calc.outcomes import (
    Case,
    charge,
    doubtful_number,
    outside_scope,
    registration_missing,
    reverse_charge,
    unregistered,
)
from tax.calc.tax_number import is_swiss_vat_number
from tax.calc.types import Hold, Outcome, Registration

VAT, GST = "VAT", "GST"


def charge_there(case: Case, *, tax: str, registration: Registration) -> Outcome:
    country = case.where.country.lower()
    return charge(
        case, tax=tax, registration=registration,
        treatment="domestic" if case.is_domestic else "destination",
        rule=f"{country}_domestic" if case.is_domestic else f"{country}_registered",
        why=f"The seller is registered in {case.where.name}.",
    )  # fmt: skip


def domestic(case: Case, *, tax: str) -> Outcome:
    registration = case.registration(case.where.country, "local")
    if registration is None:
        return registration_missing(case, tax=tax, where=case.where.country)
    return charge_there(case, tax=tax, registration=registration)


def determine_reverse_charging(case: Case) -> Outcome:
    """United Kingdom and Norway: a business customer accounts for the tax of a seller abroad."""
    if case.is_domestic:
        return domestic(case, tax=VAT)
    if doubt := doubtful_number(case):
        return doubt
    if case.has_valid_number:
        return reverse_charge(
            case, rule=f"{case.where.country.lower()}_reverse_charge",
            words=f"A business in {case.where.name} with confirmed number "
            f"{case.buyer.tax_number} accounts for the tax itself.",
        )  # fmt: skip
    registration = case.registration(case.where.country)
    if registration is None:
        return unregistered(case, tax=VAT)
    return charge_there(case, tax=VAT, registration=registration)


def determine_switzerland(case: Case) -> Outcome:
    """MWSTG art. 10 and 45: a registered seller charges businesses as well."""
    registration = case.registration("CH")
    if registration:
        return charge_there(case, tax=VAT, registration=registration)
    if case.is_domestic:
        return registration_missing(case, tax=VAT, where="CH")
    if doubt := doubtful_number(case):
        return doubt
    if case.has_valid_number and is_swiss_vat_number(case.buyer.tax_number):
        return outside_scope(
            case, rule="ch_acquisition_tax", note="acquisition_tax",
            words=f"The seller is not on the Swiss register; the customer is "
            f"({case.buyer.tax_number}) and pays acquisition tax (art. 45 MWSTG).",
        )  # fmt: skip
    return unregistered(case, tax=VAT)


def determine_australia(case: Case) -> Outcome:
    """GST of a seller abroad spares only businesses with ABN and a statement; both are kept."""
    if case.is_domestic:
        return domestic(case, tax=GST)
    if doubt := doubtful_number(case):
        return doubt
    if case.has_valid_number and not case.buyer.gst_statement:
        return Hold(
            "gst_statement_missing",
            f"ABN {case.buyer.tax_number} is confirmed, and the customer's statement that it is "
            "registered for GST is missing. Record it on the customer's page.",
        )
    if case.has_valid_number:
        return outside_scope(
            case, rule="au_registered_business", note="au_registered_business", tax=GST,
            words=f"The customer gave ABN {case.buyer.tax_number} and stated that it is registered "
            "for GST, so a seller abroad charges none.",
        )  # fmt: skip
    registration = case.registration("AU")
    if registration is None:
        return unregistered(case, tax=GST)
    return charge_there(case, tax=GST, registration=registration)


def determine_elsewhere(case: Case) -> Outcome:
    """Countries without rules of their own here: charged where registered, else outside the scope."""
    known = case.book.rates.get((case.where.code, ""), ())
    tax = known[0].tax if known else VAT
    registration = case.registration(case.where.country)
    if registration:
        return charge_there(case, tax=tax, registration=registration)
    if case.is_domestic:
        return registration_missing(case, tax=tax, where=case.where.country)
    owes_itself = case.buyer.is_business and case.market.tax_due == "businesses_only"
    if case.market.tax_due in {"due", "businesses_only"} and not owes_itself:
        return unregistered(case, tax=tax)
    return outside_scope(
        case, rule="export", note="outside_scope", tax=tax,
        words=f"The customer is in {case.where.name}: outside the scope of the seller's tax, and no "
        "tax is due there by the signed checklist.",
    )  # fmt: skip
