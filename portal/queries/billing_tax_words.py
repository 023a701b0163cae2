"""Why the tax of an invoice cannot be decided, said to the customer: what to do, and by whom."""

from collections.abc import Mapping

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
OURS = "Something about tax has to be settled on our side first. There is nothing you need to do."


def hold_words(code: str) -> str:
    """A sentence for every code; what only we can settle is said as such. Empty for no hold."""
    return HOLDS.get(code, OURS) if code else ""
