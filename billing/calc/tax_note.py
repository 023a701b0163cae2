"""The sentence that explains why an invoice carries no tax."""

from collections.abc import Mapping

NOTES: Mapping[str, str] = {
    "en": "No tax charged: {seller} has no tax registration on record for this sale.",
    "de": "Keine Steuer berechnet: Für {seller} ist zu diesem Umsatz keine "
    "Steuerregistrierung hinterlegt.",
}


def no_registration_note(*, seller: str, language: str) -> str:
    """In the invoice's language; unknown languages read English."""
    return NOTES.get(language.split("-", maxsplit=1)[0], NOTES["en"]).format(seller=seller)
