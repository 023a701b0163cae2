"""What Stripe Tax is asked, and its answer as a decision of ours. The right to charge stays ours."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tax.calc.fact_book import EU_VAT_AREA
from tax.calc.outcomes import Case, charged, exempt, registration_missing, unregistered, untaxed
from tax.calc.tax_number import plain_number
from tax.calc.types import WHOLE_PPM, Hold, Outcome, Registration, TaxPart

NOMINAL_MINOR = 10_000_000  # one line large enough that shares and rates come back exactly
SAAS_BUSINESS, SAAS_PERSONAL = "txcd_10103001", "txcd_10103000"
SOURCE = "Stripe Tax"
NUMBER_TYPES: Mapping[str, str] = {
    **dict.fromkeys(EU_VAT_AREA, "eu_vat"),
    "AU": "au_abn", "CA": "ca_gst_hst", "CH": "ch_vat", "GB": "gb_vat", "NO": "no_vat",
}  # fmt: skip
NAMES: Mapping[str, str] = {
    "gst": "GST", "hst": "HST", "pst": "PST", "qst": "QST", "rst": "RST", "vat": "VAT",
    "sales_tax": "Sales tax",
}  # fmt: skip
TAX_OF: Mapping[str, str] = {"AU": "GST", "CA": "GST", "US": "Sales tax"}
UNTAXED: Mapping[str, tuple[str, str, str]] = {  # reason: treatment, category, note
    "customer_exempt": ("exempt", "E", "not_taxable"),
    "excluded_territory": ("outside_scope", "O", "outside_scope"),
    "not_subject_to_tax": ("outside_scope", "O", "outside_scope"),
    "product_exempt": ("not_taxable", "E", "not_taxable"),
    "product_exempt_holiday": ("not_taxable", "E", "not_taxable"),
    "reverse_charge": ("reverse_charge", "AE", "reverse_charge"),
    "zero_rated": ("not_taxable", "Z", "not_taxable"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """A sale of a seller to a customer on a day, in Stripe's words; equal questions are asked once."""

    entity_key: str
    customer_key: str
    tax_point: date
    request: Mapping[str, Any]

    @property
    def digest(self) -> str:
        said = json.dumps(self.request, sort_keys=True, default=str)
        return hashlib.sha256(f"{self.entity_key} {said}".encode()).hexdigest()


def question_of(case: Case, *, entity_key: str, customer_key: str, tax_noon: int) -> Question:
    """
    :param tax_noon: the tax point's noon in UTC, as a Unix timestamp
    """
    buyer = case.buyer
    address = {
        "country": buyer.place.country,
        "state": buyer.place.region,
        "postal_code": buyer.place.postal_code,
    }
    details: dict[str, Any] = {
        "address": {name: value for name, value in address.items() if value},
        "address_source": "billing",
    }
    kind = NUMBER_TYPES.get(buyer.place.country)
    if case.has_valid_number and kind:
        details["tax_ids"] = [{"type": kind, "value": plain_number(buyer.tax_number)}]
    line = {
        "amount": NOMINAL_MINOR,
        "reference": "seats",
        "tax_behavior": "exclusive",
        "tax_code": SAAS_BUSINESS if buyer.is_business else SAAS_PERSONAL,
    }
    request = {
        "currency": "usd", "customer_details": details, "line_items": [line], "tax_date": tax_noon,
    }  # fmt: skip
    return Question(entity_key, customer_key, case.tax_point, request)


def outcome_of(case: Case, answer: Mapping[str, Any]) -> Outcome:
    """A charged part needs a registration of our own that is valid on the tax point."""
    entries: Sequence[Mapping[str, Any]] = answer.get("tax_breakdown") or []
    parts: list[TaxPart] = []
    for entry in entries:
        if not entry["amount"]:
            continue
        part = part_of_entry(case, entry)
        if isinstance(part, Hold):
            return part
        parts.append(part)
    if parts:
        return exempt(case, tax=parts[0].tax) or charged(
            treatment="domestic" if case.is_domestic else "destination", rule="stripe_tax",
            why="By Stripe Tax.", parts=joined(parts),
        )  # fmt: skip
    reasons = [str(entry.get("taxability_reason")) for entry in entries]
    if not reasons or "not_collecting" in reasons:
        return not_collected(case)
    return untaxed_by(case, reasons[0])


def joined(parts: Sequence[TaxPart]) -> tuple[TaxPart, ...]:
    """State, county and city of one tax on one share are one rate on the invoice."""
    by_tax: dict[tuple[str, str, int], TaxPart] = {}
    for part in parts:
        key = (part.tax, part.jurisdiction, part.share_ppm)
        before = by_tax[key].rate_ppm if key in by_tax else 0
        by_tax[key] = replace(part, rate_ppm=before + part.rate_ppm)
    return tuple(by_tax.values())


def part_of_entry(case: Case, entry: Mapping[str, Any]) -> TaxPart | Hold:
    rate = entry["tax_rate_details"]
    country, state = rate.get("country") or case.where.country, rate.get("state") or ""
    tax = NAMES.get(rate.get("tax_type") or "", "Tax")
    is_federal = tax in {"GST", "HST"}
    jurisdiction = f"{country}-{state}" if state and not (is_federal and tax == "GST") else country
    registration = own_registration(case, tax, country, jurisdiction)
    if registration is None:
        return registration_missing(case, tax=tax, where=jurisdiction)
    return TaxPart(
        tax=tax,
        jurisdiction=jurisdiction,
        rate_ppm=ppm_of(rate["percentage_decimal"]),
        share_ppm=entry["taxable_amount"] * WHOLE_PPM // NOMINAL_MINOR,
        registration=registration,
        source=SOURCE,
    )


def own_registration(case: Case, tax: str, country: str, jurisdiction: str) -> Registration | None:
    """
    That of the jurisdiction; GST and HST are charged under the federal one of Canada.

    One Stop Shop counts for consumers in other member states, never at home.
    """
    own = case.registration(jurisdiction)
    if own or country not in EU_VAT_AREA:
        return own or (case.registration(country) if tax in {"GST", "HST"} else None)
    if case.is_domestic:
        return None
    return case.registration("EU", "oss_union" if case.home.in_eu_vat_area else "oss_non_union")


def ppm_of(percentage: str) -> int:
    """ "8.25" as 82,500 parts per million; more than four decimals are rounded."""
    return int((Decimal(percentage) * 10_000).to_integral_value(rounding=ROUND_HALF_UP))


def not_collected(case: Case) -> Outcome:
    """Stripe knows no registration there: ours decide, as with the built-in engine."""
    tax = TAX_OF.get(case.where.country, "VAT")
    if own_registration(case, tax, case.where.country, case.where.code):
        return Hold(
            "tax_engine_unclear",
            f"Stripe Tax collects nothing in {case.where.name}, where this product has a "
            "registration of the seller. Add it to Stripe's settings, or end it here.",
        )
    return unregistered(case, tax=tax)


def untaxed_by(case: Case, reason: str) -> Outcome:
    if reason not in UNTAXED:
        return Hold(
            "tax_engine_unclear",
            f"Stripe Tax answered “{reason}”, which this product does not know how to show on an "
            "invoice. Let the built-in engine decide for this seller, or report it.",
        )
    treatment, category, note = UNTAXED[reason]
    return untaxed(
        case, treatment=treatment, category_code=category, rule="stripe_tax",
        words=f"By Stripe Tax: {reason.replace('_', ' ')}.", note=note,
        place=case.where.name, country=case.where.country,
    )  # fmt: skip


def waiting() -> Hold:
    return Hold(
        "tax_engine_waiting",
        "Stripe Tax has not answered yet. It is asked each minute; if this stays, look at the "
        "question's last error under Tax records, and whether STRIPE_API_KEY is set.",
    )
