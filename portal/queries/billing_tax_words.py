"""The tax of a coming invoice as the customer reads it: why so much, or why it waits and what to do."""

from collections.abc import Mapping

from babel import Locale

from billing.documents.formats import country_name
from billing.operations.preview_invoice import Preview
from billing.operations.preview_taxes import PreviewTax

HOLDS: Mapping[str, str] = {
    "tax_id_unverified": (
        "The register has not confirmed your tax number yet. We ask it again by ourselves; the "
        "invoice waits for its answer."
    ),
    "location_evidence_missing": (
        "We cannot tell from your details where you are for tax. Check the country, the state or "
        "province and the postal code."
    ),
    "location_evidence_contradicts": (
        "Your details are of different countries, such as an address of one and a tax number of "
        "another. Correct what is wrong."
    ),
    "gst_statement_missing": (
        "We need your statement that you are registered for GST. Please write to us."
    ),
}
TREATMENTS: Mapping[str, str] = {
    "domestic": "charged, because you and we are in the same country",
    "reverse_charge": "not charged, because you account for it yourself (reverse charge)",
    "eu_consumer": "charged as where you are, because we know no confirmed VAT id of yours",
    "destination": "charged as where you are",
    "outside_scope": "not charged, because the service is supplied where you are",
    "exempt": "not charged, because of your certificate",
    "not_taxable": "not charged, because seats are not taxed there",
    "not_registered": "not charged, because we owe none there",
    "not_determined": "not charged",
}
OURS = "Something about tax has to be settled on our side first. There is nothing you need to do."


def hold_words(code: str) -> str:
    """A sentence for every code; what only we can settle is said as such. Empty for no hold."""
    return HOLDS.get(code, OURS) if code else ""


def tax_words(preview: Preview) -> list[str]:
    """Each tax with its reason, and the sentence the invoice would quote."""
    said = [f"{tax_name(one)}: {TREATMENTS[one.treatment]}." for one in preview.taxes]
    return [*said, preview.tax_note] if preview.tax_note else said


def tax_name(one: PreviewTax) -> str:
    """ "VAT of 19 % in Germany", "Sales tax in TX, United States"."""
    country, _, region = one.jurisdiction.partition("-")
    place = country_name(country, locale=Locale("en"))
    rate = f" of {one.rate_percent.normalize():f} %" if one.rate_percent else ""
    return f"{one.name}{rate} in {region}, {place}" if region else f"{one.name}{rate} in {place}"
