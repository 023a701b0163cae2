"""United States: state by state, only where registered, on the share the state taxes."""

from tax.calc.outcomes import (
    EXEMPT,
    OUTSIDE,
    Case,
    charged,
    exempt,
    part_of,
    rate_missing,
    unregistered,
    untaxed,
)
from tax.calc.types import Decision, Hold, Outcome, Registration, TaxableShare, TaxPart

SALES_TAX = "Sales tax"
ZIP_DIGITS = 5


def determine_united_states(case: Case) -> Outcome:
    """Nexus first, then whether the state taxes seats of software, then certificates, then rates."""
    registration = case.registration(case.where.code)
    share = case.book.taxable_share(case.where.code, kind=case.buyer.kind, day=case.tax_point)
    if share and share.answer == "not_taxable":
        return not_taxable(case, share, is_registered=registration is not None)
    if registration is None:
        return unregistered(case, tax=SALES_TAX)
    if freed := exempt(case, tax=SALES_TAX):
        return freed
    if share is None or share.answer == "unsure":
        return Hold(
            "taxability_unsure",
            f"It is not settled whether {case.where.code} taxes seats of software for a "
            f"{case.buyer.kind}. Ask an adviser and record the answer under Tax, Rates and facts.",
        )
    return taxed(case, registration, share)


def not_taxable(case: Case, share: TaxableShare, *, is_registered: bool) -> Decision:
    """Exempt for a seller of the state's register, outside its scope for others."""
    return untaxed(
        case, treatment="not_taxable", category_code=EXEMPT if is_registered else OUTSIDE, rule="us_not_taxable", tax=SALES_TAX,
        words=f"{case.where.code} does not tax seats of software for a {case.buyer.kind} "
        f"({share.source}).",
        note="not_taxable", place=case.where.name,
    )  # fmt: skip


def taxed(case: Case, registration: Registration, share: TaxableShare) -> Outcome:
    state = case.rate(case.where.code, SALES_TAX)
    if state is None:
        return rate_missing(case, SALES_TAX)
    parts: tuple[TaxPart, ...] = (part_of(state, case.where.code, registration, share.share_ppm),)
    why = f"The seller is registered in {case.where.code}, which taxes seats of software."
    if share.has_local_rates:
        zip_code = case.buyer.place.postal_code.strip()[:ZIP_DIGITS]
        local = case.book.local_rate(case.where.code, zip_code, day=case.tax_point)
        if local:
            parts += (part_of(local, case.where.code, registration, share.share_ppm),)
        elif case.seller.state_rate_alone:
            why += f" No local rate is on record for {zip_code or 'no ZIP code'}."
        else:
            return local_rate_missing(case, zip_code)
    return charged(treatment="destination", rule="us_registered", why=why, parts=parts)


def local_rate_missing(case: Case, zip_code: str) -> Hold:
    return Hold(
        "tax_rate_missing",
        f"{case.where.code} has local sales taxes and no rate is on record for ZIP code "
        f"{zip_code or '(none given)'}. Add it under Tax, Rates, or let the billing entity charge "
        "the state's rate alone.",
    )
